// Character sets of G0 to G3, by the final characters of their designations.

/** What a set shows: for the codes in `REPLACED`, or, of a longer one, for the last codes up to 0x7e. ASCII stands for
 *  Latin-1, 0x80 above it, a space for the code itself, a full-width form for ASCII, U+2E2E for nothing. */
const SETS: Record<string, string> = {
  // DEC Technical
  ">": "⎷┌─⌠⌡│⎡⎣⎤⎦⎧⎩⎫⎭⎨⎬⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮⸮≤≠≥∫∴∝∞wΔ∇ΦΓ∼≃ΘWΛ⇔⇒≡ΠΨ⸮Σ⸮⸮√ΩΞΥ⊂⊃∩∪∧∨,αβχδεφγηιθκλ⸮ν∂πψρστ⸮ƒωξυζ←↑→↓",
  // DEC Supplemental
  "%5": "!\"#⸮%⸮'$)*+⸮⸮⸮⸮0123⸮567⸮9:;<=⸮?@ABCDEFGHIJKLMNO⸮QRSTUVŒXYZ[\\Ÿ⸮_`abcdefghijklmno⸮qrstuvœxyz{|ÿ⸮",
  // DEC Special Graphics
  "0": "\uff00◆▒␉␌␍␊01␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠#7",
  // British, Dutch, Finnish, French, French Canadian, German, Italian, Norwegian and Danish, Spanish, Swedish, Swiss,
  // Portuguese
  A: "#",
  "4": "#>ĳ=｜   (ƒ<4",
  C: "  DVE\\ idve|",
  R: "#`0g'   iyh(",
  Q: " `bgjn tiyh{",
  K: " 'DV\\   dv|_",
  Y: "#'0gi  y`rhl",
  "`": " DFXE\\ dfxe|",
  Z: "#'!Q?   0qg",
  H: " IDVE\\ idve|",
  "=": "y`igjnhtdv|{",
  "%6": "  CGU   cgu",
};
const REPLACED = "#@[\\]^_`{|}~";

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
  const i = shown.length > 12 ? code - 0x7f + shown.length : REPLACED.indexOf(String.fromCharCode(code));
  const c = shown.charCodeAt(i) || 0x20;
  if (c === 0x20) return code;
  return c < 0x80 ? c + 0x80 : c < 0xff00 ? c : c - 0xfee0;
}
