import fc from "fast-check";
import { expect, test } from "vitest";
import { KeyReader, parseKey } from "./keys.js";

const bytes = (text: string) => Buffer.from(text).toString("latin1");
const read = (...chunks: string[]) => {
  const reader = new KeyReader();
  return chunks
    .flatMap((chunk) => reader.read(bytes(chunk)))
    .map(({ text, pasted }) => (pasted ? { text } : Buffer.from(text, "latin1").toString()));
};

test("settings name keys", () => {
  expect(parseKey("")).toBeUndefined();
  expect(parseKey("p")).toEqual(["p"]);
  expect(parseKey("ż")).toEqual([bytes("ż")]);
  expect(parseKey(" ")).toEqual([" "]);
  expect(parseKey("^b")![0]).toBe("\x02");
  expect(parseKey("C-B")![0]).toBe("\x02");
  expect(parseKey("C+b")![0]).toBe("\x02");
  expect(parseKey("^\\")).toEqual(["\x1c", "\x1b[92;5u", "\x1b[27;5;92~"]);
  expect(() => parseKey("F5")).toThrow("invalid key definition 'F5'");
  expect(() => parseKey("^1")).toThrow("invalid key definition '^1'");
});

test("keys are found within what came in one read", () => {
  expect(read("ls\x1cż🦄")).toEqual(["l", "s", "\x1c", "ż", "🦄"]);
});

test("sequences are one key each", () => {
  expect(read("a\x1b[A\x1bOP\x1b[1;5Cb\x1bx")).toEqual(["a", "\x1b[A", "\x1bOP", "\x1b[1;5C", "b", "\x1bx"]);
});

test("a sequence may be cut, the escape key is not waited for", () => {
  expect(read("\x1b[1", ";5C")).toEqual(["\x1b[1;5C"]);
  expect(read("\x1b", "p")).toEqual(["\x1b", "p"]);
});

test("a mouse report may hold any byte", () => {
  expect(read("\x1b[M p\x1c", "q")).toEqual(["\x1b[M p\x1c", "q"]);
});

test("what is pasted is no key", () => {
  expect(read("a\x1b[200~x\x1cy\x1b[201~b")).toEqual(["a", "\x1b[200~", { text: "x\x1cy" }, "\x1b[201~", "b"]);
});

test("nothing is lost or changed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("a", "\x1b", "[", "O", "M", "2", "0", "~", "\xc5", "\xbc", ";") })),
      (chunks) => {
        const reader = new KeyReader();
        const out = [...chunks, ...Array(70).fill("z")].flatMap((chunk) => reader.read(chunk)).map(({ text }) => text);
        expect(out.join("")).toBe(chunks.join("") + "z".repeat(70));
      },
    ),
  );
});
