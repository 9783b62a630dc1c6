// Character sets of G0 to G3, by the final characters of their designations.

/** What a set shows: in national sets the codes of `NATIONAL`, in others the last codes up to 0x7e. */
const SETS: Record<string, string> = {
  // DEC Technical
  ">": "⎷┌─⌠⌡│⎡⎣⎤⎦⎧⎩⎫⎭⎨⎬⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮≤≠≥∫∴∝∞÷Δ∇ΦΓ∼≃Θ×Λ⇔⇒≡ΠΨ⸮Σ⸮⸮√ΩΞΥ⊂⊃∩∪∧∨¬αβχδεφγηιθκλ⸮ν∂πψρστ⸮ƒωξυζ←↑→↓",
  // DEC Supplemental
  "%5": "¡¢£⸮¥⸮§¤©ª«⸮⸮⸮⸮°±²³⸮µ¶·⸮¹º»¼½⸮¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ⸮ÑÒÓÔÕÖŒØÙÚÛÜŸ⸮ßàáâãäåæçèéêëìíîï⸮ñòóôõöœøùúûüÿ⸮",
  // DEC Special Graphics
  "0": " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·",
  // British, Dutch, Finnish, French, French Canadian, German, Italian, Norwegian and Danish, Spanish, Swedish, Swiss,
  // Portuguese
  A: "£@[\\]^_`{|}~",
  "4": "£¾ĳ½|^_`¨ƒ¼´",
  C: "#@ÄÖÅÜ_éäöåü",
  R: "£à°ç§^_`éùè¨",
  Q: "#àâçêî_ôéùèû",
  K: "#§ÄÖÜ^_`äöüß",
  Y: "£§°çé^_ùàòèì",
  "`": "#ÄÆØÅÜ_äæøåü",
  Z: "£§¡Ñ¿^_`°ñç~",
  H: "#ÉÄÖÅÜ_éäöåü",
  "=": "ùàéçêîèôäöüû",
  "%6": "#@ÃÇÕ^_`ãçõ~",
};
const NATIONAL = "#@[\\]^_`{|}~";

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
  const shown = SETS[set] ?? "";
  const i = shown.length > 12 ? code - 0x7f + shown.length : NATIONAL.indexOf(String.fromCharCode(code));
  return shown.charCodeAt(i) || code;
}
