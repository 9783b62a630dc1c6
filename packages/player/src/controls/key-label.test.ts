import fc from "fast-check";
import { expect, test } from "vitest";
import { keyLabel } from "./key-label.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

test.each([
  ["a", "a"],
  ["ż", "ż"],
  ["🐢", "🐢"],
  ["\x01", "C-a"],
  ["\x1a", "C-z"],
  ["\b", "Back"],
  ["\x7f", "Back"],
  ["\r", "Ret"],
  ["\t", "Tab"],
  ["\x1b", "Esc"],
  [" ", "Spc"],
  ["\x1bx", "A-x"],
  ["\x1b ", "A-Spc"],
  ["\x1b\x7f", "A-Back"],
  ["\x1b[A", "↑"],
  ["\x1bOD", "←"],
  ["\x1b[H", "Home"],
  ["\x1bOF", "End"],
  ["\x1bOP", "F1"],
  ["\x1b[15~", "F5"],
  ["\x1b[24~", "F12"],
  ["\x1b[3~", "Del"],
  ["\x1b[3;5~", "C-Del"],
  ["\x1b[1;2A", "S-↑"],
  ["\x1b[1;8C", "C-A-S-→"],
  ["\x1b[5;3:1~", "A-PgUp"],
  ["\x1b[97;5u", "C-a"],
  ["\x1b[97u", "a"],
  ["\x1b[13;2u", "S-Ret"],
  ["\x1b[57358u", "Caps"],
  ["\x1b[57421;5:1u", "C-PgUp"],
  ["\x1b[97;;97u", "A-a"],
  ["\x1b[27;5;13~", "C-Ret"],
  ["ls", undefined],
  ["", undefined],
  ["\x1b[200~", undefined],
  ["\x1b[?1;2c", undefined],
  ["\x1b[I", undefined],
  ["\x1b]0;t\x07", undefined],
  ["\x1b[99999999u", undefined],
])("%j is %s", (input, label) => {
  expect(keyLabel(input)).toBe(label);
});

test("anything is a key or not", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `\x1b[${text}`),
        fc.string({ unit: character }),
      ),
      (input) => {
        expect(["string", "undefined"]).toContain(typeof keyLabel(input));
      },
    ),
  );
});
