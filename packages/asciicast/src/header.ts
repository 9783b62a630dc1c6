/** Colours of the terminal that was recorded. Every colour is `#rrggbb` in lower case. */
export interface Theme {
  fg: string;
  bg: string;
  /** Always 16 entries: a file's 8 are doubled when read. */
  palette: string[];
}

/** What a recording says about itself before its first event. The same for all versions of the format. */
export interface Header {
  /** Size at the start of the session. */
  cols: number;
  rows: number;
  /** The terminal's `TERM`. */
  termType?: string;
  /** The terminal's own name and version, as it answers XTVERSION. */
  termVersion?: string;
  theme?: Theme;
  /** When the session started, in whole seconds since 1970. */
  timestamp?: number;
  /** Pauses longer than this are meant to be shortened to it, in microseconds. */
  idleTimeLimit?: number;
  command?: string;
  title?: string;
  env?: Record<string, string>;
  /** Keys that this version does not know, unchanged. */
  other?: Record<string, unknown>;
}

/** A JSON object on one line from values that are JSON already, in the order given; absent ones are left out.
 *
 *  @param unknown  plain values, written after them; a key of the format itself is not taken from here */
export function encodeJson(known: Record<string, string | undefined>, unknown: Record<string, unknown> = {}): string {
  const entries = Object.entries(known).filter(([, json]) => json !== undefined);
  for (const [key, value] of Object.entries(unknown)) {
    const json = JSON.stringify(value);
    if (json !== undefined && !Object.hasOwn(known, key)) entries.push([key, json]);
  }
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(",")}}`;
}

/** Microseconds as seconds with one to six decimals. */
export function encodeSeconds(time: number): string {
  const whole = Math.floor(time / 1e6);
  let digits = String(time - whole * 1e6).padStart(6, "0");
  let end = 6;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  if (end < 6) digits = digits.slice(0, end);
  return `${whole}.${digits}`;
}

/** A theme as both versions write it. */
export function encodeTheme(theme: Theme): string {
  return JSON.stringify({ fg: theme.fg, bg: theme.bg, palette: theme.palette.join(":") });
}
