// Character sets of G0 to G3, by the final characters of their designations.

/** What the 7-bit codes of a set show, all from 0x21 on or the ones that do not show themselves. */
const SETS: Record<string, string | Record<string, string>> = {
  // DEC Technical
  ">": "⎷┌─⌠⌡│⎡⎣⎤⎦⎧⎩⎫⎭⎨⎬⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮≤≠≥∫∴∝∞÷Δ∇ΦΓ∼≃Θ×Λ⇔⇒≡ΠΨ⸮Σ⸮⸮√ΩΞΥ⊂⊃∩∪∧∨¬αβχδεφγηιθκλ⸮ν∂πψρστ⸮ƒωξυζ←↑→↓",
  // DEC Supplemental
  "%5": "¡¢£⸮¥⸮§¤©ª«⸮⸮⸮⸮°±²³⸮µ¶·⸮¹º»¼½⸮¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ⸮ÑÒÓÔÕÖŒØÙÚÛÜŸ⸮ßàáâãäåæçèéêëìíîï⸮ñòóôõöœøùúûüÿ⸮",
  // DEC Special Graphics
  "0": {
    _: " ",
    "`": "◆",
    a: "▒",
    b: "␉",
    c: "␌",
    d: "␍",
    e: "␊",
    f: "°",
    g: "±",
    h: "␤",
    i: "␋",
    j: "┘",
    k: "┐",
    l: "┌",
    m: "└",
    n: "┼",
    o: "⎺",
    p: "⎻",
    q: "─",
    r: "⎼",
    s: "⎽",
    t: "├",
    u: "┤",
    v: "┴",
    w: "┬",
    x: "│",
    y: "≤",
    z: "≥",
    "{": "π",
    "|": "≠",
    "}": "£",
    "~": "·",
  },
  // National replacement sets: British, Dutch, Finnish, French, French Canadian, German, Italian, Norwegian and Danish,
  // Spanish, Swedish, Swiss, Portuguese
  A: { "#": "£" },
  "4": { "#": "£", "@": "¾", "[": "ĳ", "\\": "½", "]": "|", "{": "¨", "|": "ƒ", "}": "¼", "~": "´" },
  C: { "[": "Ä", "\\": "Ö", "]": "Å", "^": "Ü", "`": "é", "{": "ä", "|": "ö", "}": "å", "~": "ü" },
  R: { "#": "£", "@": "à", "[": "°", "\\": "ç", "]": "§", "{": "é", "|": "ù", "}": "è", "~": "¨" },
  Q: { "@": "à", "[": "â", "\\": "ç", "]": "ê", "^": "î", "`": "ô", "{": "é", "|": "ù", "}": "è", "~": "û" },
  K: { "@": "§", "[": "Ä", "\\": "Ö", "]": "Ü", "{": "ä", "|": "ö", "}": "ü", "~": "ß" },
  Y: { "#": "£", "@": "§", "[": "°", "\\": "ç", "]": "é", "`": "ù", "{": "à", "|": "ò", "}": "è", "~": "ì" },
  "`": { "@": "Ä", "[": "Æ", "\\": "Ø", "]": "Å", "^": "Ü", "`": "ä", "{": "æ", "|": "ø", "}": "å", "~": "ü" },
  Z: { "#": "£", "@": "§", "[": "¡", "\\": "Ñ", "]": "¿", "{": "°", "|": "ñ", "}": "ç" },
  H: { "@": "É", "[": "Ä", "\\": "Ö", "]": "Å", "^": "Ü", "`": "é", "{": "ä", "|": "ö", "}": "å", "~": "ü" },
  "=": {
    "#": "ù",
    "@": "à",
    "[": "é",
    "\\": "ç",
    "]": "ê",
    "^": "î",
    _: "è",
    "`": "ô",
    "{": "ä",
    "|": "ö",
    "}": "ü",
    "~": "û",
  },
  "%6": { "[": "Ã", "\\": "Ç", "]": "Õ", "{": "ã", "|": "ç", "}": "õ" },
};

/** Other designations of the same sets. */
const SAME: Record<string, string> = { "<": "%5", "5": "C", f: "R", "9": "Q", E: "`", "6": "`", "7": "H" };

/** The set that a terminal starts with. */
export const ASCII = "B";

/** The name under which a designation is kept: unknown ones show ASCII. */
export function charset(designation: string): string {
  const name = SAME[designation] ?? designation;
  return Object.hasOwn(SETS, name) ? name : ASCII;
}

/** The code point that a printable 7-bit code shows in a set. */
export function translate(set: string, code: number): number {
  const shown = SETS[set];
  const char = typeof shown === "string" ? shown[code - 0x21] : shown?.[String.fromCharCode(code)];
  return char?.charCodeAt(0) ?? code;
}
