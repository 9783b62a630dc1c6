import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, Utf8Pieces } from "./utf8.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

function read(chunks: readonly Uint8Array[]): string {
  const pieces = new Utf8Pieces();
  // Each piece is valid by itself.
  const strict = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  return [...chunks.map((chunk) => strict(pieces.push(chunk))), strict(pieces.end())].join("");
}

test("cut anywhere, it is what a decoder makes of the whole", () => {
  const bytes = fc.oneof(
    fc.string({ unit: character }).map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom([0xf0], [0xe2, 0x82], [0xc3], [0x80], [0xff], [0xed, 0xa0], [0xef, 0xbb, 0xbf])
      .map((bytes) => Uint8Array.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 12 }), (chunks) => {
      const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks));
      expect(read(chunks)).toBe(whole);
    }),
    { numRuns: 500 },
  );
});

test("what is right is passed on as it is", () => {
  const pieces = new Utf8Pieces();
  const chunk = Buffer.from("żółw 🌍");
  expect(pieces.push(chunk)).toBe(chunk);
});

test.each([
  [[0x83, 0x23, 0xf0, 0x90, 0x80, 0xc0, 0x21], "\ufffd#\ufffd\ufffd!"],
  [[0x80, 0x81], "\ufffd\ufffd"],
])("%j", (bytes, text) => {
  expect(read([Uint8Array.from(bytes)])).toBe(text);
});

test("cut keeps characters whole and loses nothing", () => {
  const text = fc.string({ unit: character, maxLength: 60 }).filter((text) => !text.includes("\ufffd"));
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 20 }), (text, longest) => {
      const utf8 = Buffer.from(text);
      const pieces = [...cut(utf8, longest)];
      expect(Buffer.concat(pieces).equals(utf8)).toBe(true);
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(longest);
        expect(Buffer.from(piece).toString()).not.toContain("\ufffd");
      }
    }),
  );
});
