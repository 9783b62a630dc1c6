const named: Record<string, string> = {
  "\b": "Back",
  "\x7f": "Back",
  "\r": "Ret",
  "\t": "Tab",
  "\x1b": "Esc",
  " ": "Spc",
};
// Final characters of control sequences, and the numbers before `~`.
const finals: Record<string, string> = {
  A: "↑",
  B: "↓",
  C: "→",
  D: "←",
  F: "End",
  H: "Home",
  P: "F1",
  Q: "F2",
  R: "F3",
  S: "F4",
};
const numbered: Record<string, string> = {
  2: "Ins",
  3: "Del",
  5: "PgUp",
  6: "PgDn",
  15: "F5",
  17: "F6",
  18: "F7",
  19: "F8",
  20: "F9",
  21: "F10",
  23: "F11",
  24: "F12",
};
// Keys that have no character have one of these in the kitty protocol.
const functional: Record<string, string> = {
  57358: "Caps",
  57359: "Scroll",
  57360: "Num",
  57361: "Print",
  57362: "Pause",
  57363: "Menu",
  57414: "Enter",
  57421: "PgUp",
  57422: "PgDn",
};

/** What to call a key that was pressed, from what the terminal sent for it: `a`, `C-c`, `A-x`, `S-↑`, `Ret`. Undefined for what
 *  is no key that is known, and for several at once. */
export function keyLabel(input: string): string | undefined {
  if (!input.startsWith("\x1b") || input.length === 1) return single(input);
  const rest = input.slice(1);
  const alt = single(rest);
  if (alt) return `A-${alt}`;
  // CSI or SS3; parameters, of which only what is before the first `:` counts here; the final character.
  const [, parameters, final] = /^[[O]([\d:;]*)([A-Zu~])$/.exec(rest) ?? [];
  if (!final) return undefined;
  const [a = "", b = "", c] = parameters!.split(";").map((parameter) => parameter.split(":")[0]!);
  if (final === "~") return a === "27" ? modified(point(c), b) : modified(numbered[a], b);
  if (final !== "u") return modified(finals[final], b || a);
  return c === undefined ? modified(point(a), b) : b === "" ? modified(point(c), "3") : undefined;
}

/** A key that sends one character. */
function single(text: string): string | undefined {
  const code = text.codePointAt(0);
  if (!code || text.length > String.fromCodePoint(code).length) return undefined;
  if (named[text]) return named[text];
  return code < 27 ? `C-${String.fromCharCode(code + 96)}` : text;
}

function point(code: string | undefined): string | undefined {
  const number = Number(code);
  return number > 0 && number < 0x11_0000 ? (functional[number] ?? single(String.fromCodePoint(number))) : undefined;
}

/** @param modifier  1 and a bit each for Shift, Alt, Control; empty for none */
function modified(key: string | undefined, modifier: string): string | undefined {
  const bits = Number(modifier || 1) - 1;
  return key && `${bits & 4 ? "C-" : ""}${bits & 2 ? "A-" : ""}${bits & 1 ? "S-" : ""}${key}`;
}
