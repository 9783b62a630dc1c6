// Terminal output made of numbers, so that a property test can shrink it and a long run can draw it from a generator.

const TEXTS = [
  "a",
  "hello",
  "ab   ",
  "The quick brown fox jumps over it",
  " ",
  "漢字",
  "日",
  "e\u0301",
  "\u0301",
  "👩‍👩‍👧",
  "👩",
  "\u200d",
  "🇩🇪",
  "🇩",
  "1\ufe0f\u20e3",
  "❤\ufe0f",
  "❤",
  "क्षि",
  "क",
  "\u094d",
  "한국",
  "\u1100\u1161\u11a8",
  "\u1161",
  "─│┌",
  "é",
  "\u{1f600}\u{1f3fd}",
  "\u{1f3fb}",
  "✌",
  "\u200c",
  "\ud83d",
  "\ude00",
  "\ufe0e",
  "\u00ad",
  "\u200b",
  "～",
  "qxlmk",
];
const CONTROLS = [
  "\r\n",
  "\n",
  "\r",
  "\b",
  "\t",
  "\x0e",
  "\x0f",
  "\x0b",
  "\x7f",
  "\x1b",
  "\x18",
  "\x84",
  "\x85",
  "\x88",
  "\x8d",
  "\x8e",
  "\x9b",
  "\x9c",
  "\x9d",
];
const ESCAPES = [
  "7",
  "8",
  "D",
  "E",
  "M",
  "H",
  "6",
  "9",
  "n",
  "o",
  "N",
  "O",
  "(0",
  "(B",
  ")0",
  "*A",
  "+K",
  "#3",
  "#4",
  "#5",
  "#6",
  "#8",
  "=",
  ">",
  "\\",
  "-A",
];
const FINALS = [
  ..."@ABCDEFGHIJKLMPSTXZ^`abdefgrstu",
  "!p",
  '"q',
  " q",
  " @",
  " A",
  "'}",
  "'~",
  "$z",
  "$x",
  "$v",
  "$r",
  "$t",
  "${",
  "*x",
];
const MODES = [3, 5, 6, 7, 12, 25, 40, 45, 47, 69, 95, 1047, 1048, 1049, 2026, 1000, 2004];
const STRINGS = [
  "\x1b]2;title\x1b\\",
  "\x1b]0;a;b\x07",
  "\x1b]8;;http://example.org/\x1b\\",
  "\x1b]8;id=1;https://a.b/c?d=e\x07",
  "\x1b]8;;\x1b\\",
  "\x1b]4;1;rgb:12/34/56\x1b\\",
  "\x1b]10;#abc\x07",
  "\x1b]11;rgb:ffff/0000/8080\x07",
  "\x1b]12;#010203\x07",
  "\x1b]104\x07",
  "\x1b]111\x07",
  "\x1b]133;A\x07",
  "\x1b]133;D;0\x07",
  "\x1bP1$r0m\x1b\\",
  "\x1b^private\x1b\\",
  "\x1bXsos\x1b\\",
  "\x1b_asciinema-ts;w0=1\x1b\\",
  "\x1b]2;cut",
  "\x1b[22;2t",
  "\x1b[23;2t",
  "\x1b[8;30;100t",
  "\x1b[?7;45s",
  "\x1b[?7;45r",
  "\x1b[?5W",
  "\x1b[?J",
  "\x1b[?K",
  "\x1b[3J",
];
const RENDITIONS = [
  "",
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "7",
  "8",
  "9",
  "21",
  "22",
  "24",
  "27",
  "31",
  "42",
  "39",
  "49",
  "53",
  "55",
  "59",
  "93",
  "104",
  "1;31;44",
  "38;5;200",
  "48;5;17",
  "38;2;1;2;3",
  "48;2;200;100;0",
  "38:2::9:8:7",
  "48:5:33",
  "4:3",
  "4:5",
  "4:0",
  "58;5;9",
  "58:2::1:2:3",
  "38;5",
  "38;2;300;1;1",
];

/** How many kinds of piece there are. */
export const KINDS = 16;

/** A piece of terminal output: its kind, and three small numbers that it depends on. */
export function piece(kind: number, a: number, b: number, c: number): string {
  const pick = (list: readonly string[]) => list[a % list.length]!;
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return pick(TEXTS);
    case 3:
      return "x".repeat(a % 60);
    case 4:
    case 5:
      return pick(CONTROLS);
    case 6:
      return `\x1b${pick(ESCAPES)}`;
    case 7:
      return `\x1b[${b % 14};${c % 24}H`;
    case 8:
      return `\x1b[${b % 10}${pick(FINALS)}`;
    case 9:
      return `\x1b[${b % 12};${c % 20}${pick(FINALS)}`;
    case 10:
      return `\x1b[${a % 300};${b % 8};${c % 8};${(b + 7) % 12};${(c + 9) % 20};1;${c % 9};${b % 9}${["$x", "$v", "$z", "$r", "$t", "${"][a % 6]}`;
    case 11:
      return `\x1b[?${MODES[a % MODES.length]}${b % 2 ? "h" : "l"}`;
    case 12:
      return `\x1b[${[4, 20][a % 2]}${b % 2 ? "h" : "l"}`;
    case 13:
      return pick(STRINGS);
    case 14:
      return `\x1b[${pick(RENDITIONS)}m`;
    default:
      return `\x1b[${b % 3}"q`;
  }
}
