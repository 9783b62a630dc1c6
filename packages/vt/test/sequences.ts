// Short streams about what terminals do differently: edges, margins, pending wrap, wide characters, tabs, modes. Only
// what xterm and we understand is in them.

/** The part of a terminal that a stream is about; `all` mixes them. */
export type Topic = keyof typeof TOPICS;

const number = (random: (below: number) => number, most = 10) => String(random(most));
type Make = (random: (below: number) => number) => string;

const csi = (final: string, most?: number): Make => {
  return (random) => `\x1b[${random(4) === 0 ? "" : number(random, most)}${final}`;
};
const oneOf = (...texts: string[]): Make => {
  return (random) => texts[random(texts.length)]!;
};
const mode = (...numbers: string[]): Make => {
  return (random) => `\x1b[${numbers[random(numbers.length)]}${random(3) === 0 ? "l" : "h"}`;
};
const position: Make = (random) => `\x1b[${1 + random(9)};${1 + random(22)}H`;
const edge: Make = (random) => `\x1b[${1 + random(8)};${18 + random(3)}H${"abc".slice(random(3))}`;
const text: Make = (random) => "abcdefghijklmnopqrstuvwxyz".slice(random(20), 20 + random(7));
const rect: Make = (random) => `${1 + random(6)};${1 + random(15)};${1 + random(9)};${1 + random(22)}`;

// REP elsewhere than after a character and CBT with a wrap pending are what docs/sequences.md lists as differences.
const repeated: Make = (random) => `${"abc"[random(3)]}\x1b[${1 + random(9)}b`;
const back: Make = (random) => `\b\x1b[${1 + random(3)}Z`;

const COMMON: Make[] = [
  text,
  text,
  position,
  position,
  edge,
  oneOf("\r", "\n", "\b", "\t", "\r\n", "X", "\x0b", "\x0c"),
  oneOf("\x1b[31m", "\x1b[44m", "\x1b[1;42m", "\x1b[m"),
];
const margins: Make = (random) => `\x1b[${1 + random(4)};${3 + random(6)}r`;
const columns: Make = (random) => `\x1b[?69h\x1b[${1 + random(8)};${8 + random(13)}s`;

const TOPICS = {
  moves: [
    ...COMMON,
    margins,
    columns,
    mode("?6", "?7"),
    ...[..."ABCDEFGade`fH"].map((final) => csi(final)),
    csi("A", 30),
    csi("B", 30),
    csi("C", 30),
    csi("D", 60),
    oneOf("\x1bD", "\x1bE", "\x1bM", "\x1b6", "\x1b9", "\x1b7", "\x1b8", "\x1b[s", "\x1b[u"),
  ],
  edits: [
    ...COMMON,
    margins,
    columns,
    mode("4", "?6", "?7"),
    ...[..."@PLMXST"].map((final) => csi(final)),
    repeated,
    csi("J", 4),
    csi("K", 3),
    csi("'}", 4),
    csi("'~", 4),
    csi(" @", 4),
    csi(" A", 4),
    oneOf("\x1b#8", "\x1bM", "\x1bD"),
  ],
  tabs: [...COMMON, columns, mode("?6"), csi("I", 4), back, csi("g", 4), oneOf("\x1bH", "\t", "\t\t", "\x1b[3g")],
  wide: [
    // Not at the right edge, nor in colour over a half: what is left there differs, see docs/sequences.md.
    text,
    position,
    (random) => `\x1b[${1 + random(6)};${1 + random(12)}H${["漢字", "日", "한국", "e\u0301", "漢\u0301"][random(5)]}`,
    (random) => `\x1b[${1 + random(6)};${1 + random(12)}Hx`,
    oneOf("\r", "\n", "\b", "\t"),
    ...[..."PXDC"].map((final) => csi(final, 6)),
    csi("K", 3),
    csi("'~", 4),
  ],
  rectangles: [
    ...COMMON,
    margins,
    columns,
    mode("?6"),
    (random) => `\x1b[${33 + random(90)};${rect(random)}$x`,
    (random) => `\x1b[22m\x1b[${rect(random)}$z`,
    (random) => `\x1b[${rect(random)}\${`,
    (random) => `\x1b[${rect(random)};1;${1 + random(9)};${1 + random(20)};1$v`,
    (random) => `\x1b[${rect(random)};${["0", "1", "4", "5", "7", "1;7", "22", "24", "27"][random(9)]}$r`,
    (random) => `\x1b[${rect(random)};${["0", "1", "4", "5", "7", "1;7"][random(6)]}$t`,
    oneOf("\x1b[2*x", "\x1b[1*x", '\x1b[1"q', '\x1b[0"q'),
  ],
  protection: [
    ...COMMON,
    margins,
    oneOf('\x1b[1"q', '\x1b[0"q', '\x1b[2"q'),
    (random) => `\x1b[?${random(3)}J`,
    (random) => `\x1b[?${random(3)}K`,
    (random) => `\x1b[${random(3)}J`,
    (random) => `\x1b[${random(3)}K`,
    csi("X"),
    csi("P", 4),
    csi("@", 4),
    csi("L", 4),
    (random) => `\x1b[${rect(random)}\${`,
  ],
  screens: [
    ...COMMON,
    mode("?47", "?1047", "?1048", "?1049"),
    margins,
    mode("?6", "?7"),
    oneOf("\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\r\x1b[!p", "\x1b[J", "\x1b[2J", "\x1b[3J"),
    oneOf("\x1b(0", "\x1b(B", "\x1b[1m", "\x1b[4;45m"),
    csi("S", 3),
  ],
  charsets: [
    ...COMMON,
    oneOf("qxlmkjtuvwn`a~{}|", "#@[\\]^`{|}~", "aq"),
    // xterm shows the national sets in mode 42 only, which also ends UTF-8.
    oneOf("\x1b(0", "\x1b(B", "\x1b(>", "\x1b)0", "\x1b)B", "\x1b*0", "\x1b+>", "\x1b(<", "\x1b(%5"),
    oneOf("\x0e", "\x0f", "\x1bn", "\x1bo", "\x1bN", "\x1bO", "\x1b7", "\x1b8", "\r\x1b[!p"),
  ],
} satisfies Record<string, Make[]>;

export const TOPIC_NAMES = Object.keys(TOPICS) as Topic[];

/** The pieces of a stream about a topic, for a screen of 20 columns and 8 rows; the last ones show where the cursor is.
 *
 *  @param random  a whole number from 0 up to, not including, the one given */
export function sequences(topic: Topic, most: number, random: (below: number) => number): string[] {
  const kinds = TOPICS[topic];
  const parts = ["\x1b[1;1H0123456789ABCDEFGHIJ\r\nklmnopqrstuvwxyzKLMN"];
  for (let n = 2 + random(most); n > 0; n--) parts.push(kinds[random(kinds.length)]!(random));
  parts.push("Y");
  return parts;
}
