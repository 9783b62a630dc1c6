import fc from "fast-check";
import { expect, it } from "vitest";
import { Bytes } from "./bytes.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

const text = fc.string({ unit: character });

it("escapes as JSON.stringify does", () => {
  const bytes = new Bytes();
  const all = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).join("");
  bytes.escaped(Buffer.from(all));
  expect(`"${Buffer.from(bytes.view)}"`).toBe(JSON.stringify(all));

  fc.assert(
    fc.property(text, (text) => {
      bytes.clear();
      bytes.escaped(Buffer.from(text));
      expect(`"${Buffer.from(bytes.view)}"`).toBe(JSON.stringify(text));
    }),
  );
});

it("grows as needed, and keeps what it has", () => {
  const bytes = new Bytes();
  bytes.text("żółw");
  bytes.bytes(Buffer.alloc(100_000, "x"));
  bytes.escaped(Buffer.alloc(100_000, "\x01"));
  bytes.text("\n");
  expect(Buffer.from(bytes.view).toString()).toBe(`żółw${"x".repeat(100_000)}${"\\u0001".repeat(100_000)}\n`);
});
