import fc from "fast-check";
import { expect, test } from "vitest";
import { Filter } from "./filter.js";

const filter = (...chunks: string[]) => {
  const filter = new Filter();
  return chunks.map((chunk) => filter.feed(chunk)).join("");
};
const passes = (text: string) => expect(filter(text)).toBe(text);
const drops = (text: string) => expect(filter(`a${text}b`)).toBe("ab");

test("what draws passes", () => {
  passes("text, żółw, 漢字 🦄\r\n\t\b\x07\x0e\x0f");
  passes("\x1b[1;31mred\x1b[0m\x1b[38:2::1:2:3m\x1b[4:3m");
  passes("\x1b[2J\x1b[H\x1b[10;20H\x1b[3A\x1b[K\x1b[2L\x1b[5X\x1b[1;10r\x1b[s\x1b[u\x1b7\x1b8\x1bM");
  passes("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2026h\x1b[4h\x1b[4l");
  passes("\x1b(0lqk\x1b(B\x1b#8\x1b[2 q\x1b[!p\x1bc");
  passes("\x1b]8;id=1;https://example.com/a?b=c\x1b\\link\x1b]8;;\x1b\\");
  passes("\x1b]4;1;rgb:ff/00/00\x1b\\\x1b]11;#102030\x1b\\\x1b]104\x1b\\");
});

test.each([
  ["DA1", "\x1b[c"],
  ["DA2", "\x1b[>c"],
  ["DSR", "\x1b[6n"],
  ["DECDSR", "\x1b[?6n"],
  ["DECRQM", "\x1b[?2026$p"],
  ["XTVERSION", "\x1b[>0q"],
  ["DECREQTPARM", "\x1b[1x"],
  ["DECRQCRA", "\x1b[1;1;1;1;5;5*y"],
  ["XTSMGRAPHICS", "\x1b[?1;1;0S"],
  ["ENQ", "\x05"],
  ["DECID", "\x1bZ"],
  ["title report", "\x1b[21t"],
  ["window operations", "\x1b[8;50;100t\x1b[2t\x1b[22;0t"],
  ["title", "\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1b]l\x1b\\"],
  ["clipboard", "\x1b]52;c;b3duZWQ=\x07"],
  ["notifications", "\x1b]9;hi\x07\x1b]777;notify;a;b\x07\x1b]99;;hi\x1b\\"],
  ["files of iTerm2", "\x1b]1337;File=name=YQ==:AAAA\x07"],
  ["working directory", "\x1b]7;file:///etc\x07"],
  ["colour questions", "\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]4;1;?\x07\x1b]4;1;red;2;?\x07"],
  ["DCS", "\x1bPq#0~\x1b\\\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\"],
  ["APC, PM and SOS", "\x1b_Gi=1,a=q;AAAA\x1b\\\x1b^hi\x1b\\\x1bXhi\x1b\\"],
  ["mouse, focus and paste modes", "\x1b[?1000h\x1b[?1003;1006h\x1b[?1004h\x1b[?2004h"],
  ["keyboard modes", "\x1b[?1h\x1b=\x1b[>1u\x1b[=1u\x1b[>4;2m\x1b[?9001h\x1b[2h"],
  ["printing", "\x1b[5i\x1b[?4i"],
  ["132 columns", "\x1b[?3h"],
  ["leaving UTF-8", "\x1b%@\x1b G"],
  ["mouse tracking of xterm", "\x1b[1;2;3;4;5T"],
  ["eight-bit forms", "\x9b6n\x9d0;owned\x9c\x90q\x9c\x9a"],
])("left out: %s", (_, text) => {
  drops(text);
});

test("eight-bit forms of what draws are written with seven bits", () => {
  expect(filter("\x9b1mx\x84\x8d")).toBe("\x1b[1mx\x1bD\x1bM");
});

test("modes in one sequence are told apart", () => {
  expect(filter("\x1b[?1000;1049;2004h")).toBe("\x1b[?1049h");
});

test("a sequence within a sequence does not slip through", () => {
  expect(filter("\x1b[6\x1b[6n")).toBe("");
  expect(filter("\x1b]0;a\x1b[6nb")).toBe("b");
  expect(filter("\x1b[3\n1m")).toBe("\n\x1b[31m");
  expect(filter("\x1b[3\x18m")).toBe("m");
  expect(filter("\x1b]8;;https://a\x1b]0;x\x07")).toBe("");
});

test("links lead to web pages and mail only", () => {
  expect(filter("\x1b]8;;file:///etc/passwd\x07x")).toBe("\x1b]8;;\x1b\\x");
  expect(filter("\x1b]8;;javascript:alert(1)\x07x")).toBe("\x1b]8;;\x1b\\x");
});

test("any cut gives the same, and nothing but allowed forms comes out", () => {
  const part = fc.constantFrom(
    "\x1b",
    "[",
    "]",
    "?",
    "0",
    "1049",
    "25",
    ";",
    "h",
    "n",
    "m",
    "c",
    "P",
    "\\",
    "\x07",
    "\x9b",
    "\x9c",
    "\x9d",
    "a",
    "é",
    "🦄",
    "\n",
    "\x18",
    "8",
    "52",
    "https://x",
    "$",
    "p",
    "\x05",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const shown = filter(parts.join(""));
      expect(filter(...parts)).toBe(shown);
      expect(filter(shown)).toBe(shown);
      expect(shown).not.toMatch(/[\x80-\x9f\x05]|\x1b\[[0-9;]*[nc]|\x1b\]52/);
    }),
    { numRuns: 2000 },
  );
});

test("afterwards the terminal is as before", () => {
  const filter = new Filter();
  filter.feed("primary\x1b[?1049h\x1b[?25l\x1b[4h\x1b]11;#000000\x07\x1b[31mhello");
  const restore = filter.restore();
  for (const part of ["\x1b[?1049l", "\x1b[?25h", "\x1b[0m", "\x1b[4l", "\x1b]111\x1b\\", "\r\n"]) {
    expect(restore).toContain(part);
  }
  const calm = new Filter();
  const full = new Filter();
  full.feed("hello\r\n\x1b[?1049h\x1b[5;5Hx");
  expect(full.restore()).not.toMatch(/\r\n$/);
  calm.feed("hello\r\n");
  expect(calm.restore()).not.toContain("1049");
  expect(calm.restore()).not.toMatch(/\r\n$/);
});

test("unfiltered, everything passes, and what stays on is switched off afterwards", () => {
  const all = new Filter({ all: true });
  expect(all.feed("\x1b[?1003h\x1b[?2004h\x1b[6n")).toBe("\x1b[?1003h\x1b[?2004h\x1b[6n");
  expect(all.restore()).toContain("\x1b[?1003l\x1b[?2004l");
});
