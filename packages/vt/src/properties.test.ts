import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shown, state } from "../test/state.js";
import { KINDS, piece } from "../test/stream.js";
import { verify } from "../test/verify.js";
import { Terminal } from "./terminal.js";

const pieces = fc.array(
  fc.tuple(fc.nat(KINDS - 1), fc.nat(299), fc.nat(99), fc.nat(99)).map(([kind, a, b, c]) => piece(kind, a, b, c)),
  { maxLength: 40 },
);
const size = fc.record({ cols: fc.integer({ min: 1, max: 24 }), rows: fc.integer({ min: 1, max: 8 }) });
/** Any UTF-16 units, halves of pairs, too, and many of those that mean something. */
const text = fc
  .array(fc.oneof(fc.nat(0xffff), fc.nat(0x9f)), { maxLength: 120 })
  .map((units) => String.fromCharCode(...units));
const runs = { numRuns: 500 };

function fed(options: { cols: number; rows: number; scrollback?: number }, text: string): Terminal {
  const terminal = new Terminal(options);
  terminal.feed(text);
  return terminal;
}

describe("whatever it is fed, a terminal", () => {
  test("keeps its invariants", () => {
    fc.assert(
      fc.property(size, pieces, fc.nat(5), (size, parts, scrollback) => {
        const terminal = new Terminal({ ...size, scrollback });
        for (const part of parts) {
          terminal.feed(part);
          verify(terminal);
        }
      }),
      runs,
    );
  });

  test("takes arbitrary text", () => {
    fc.assert(
      fc.property(size, text, (size, text) => {
        verify(fed(size, text));
      }),
      runs,
    );
  });

  test("ends in the same state however the text is split", () => {
    fc.assert(
      fc.property(size, pieces, fc.array(fc.nat(400), { maxLength: 8 }), (size, parts, cuts) => {
        const text = parts.join("");
        const whole = fed(size, text);
        const split = new Terminal(size);
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        for (let i = 1; i < at.length; i++) split.feed(text.slice(at[i - 1], at[i]));
        expect(state(split)).toEqual(state(whole));
        const single = new Terminal(size);
        for (let i = 0; i < text.length; i++) single.feed(text.charAt(i));
        expect(state(single)).toEqual(state(whole));
      }),
      runs,
    );
  });

  test("is rebuilt by its dump, and goes on alike", () => {
    fc.assert(
      fc.property(size, pieces, pieces, (size, parts, more) => {
        const terminal = fed(size, parts.join(""));
        const rebuilt = fed(size, terminal.dump());
        expect(state(rebuilt)).toEqual(state(terminal));
        terminal.feed(more.join(""));
        rebuilt.feed(more.join(""));
        expect(state(rebuilt)).toEqual(state(terminal));
      }),
      runs,
    );
  });

  test("is brought back by its snapshot, in the same terminal and in another", () => {
    fc.assert(
      fc.property(size, size, pieces, pieces, (size, otherSize, parts, more) => {
        const terminal = fed({ ...size, scrollback: 3 }, parts.join(""));
        const before = state(terminal);
        const snapshot = terminal.snapshot();
        terminal.feed(more.join(""));
        const after = state(terminal);
        terminal.restore(snapshot);
        verify(terminal);
        expect(state(terminal)).toEqual(before);
        const other = fed({ ...otherSize }, more.join(""));
        other.restore(snapshot);
        verify(other);
        expect(state(other)).toEqual(before);
        other.feed(more.join(""));
        expect(state(other)).toEqual(after);
      }),
      runs,
    );
  });

  test("can be resized at any time", () => {
    fc.assert(
      fc.property(size, size, size, pieces, pieces, (first, second, third, parts, more) => {
        const terminal = fed({ ...first, scrollback: 20 }, parts.join(""));
        for (const { cols, rows } of [second, third, first]) {
          terminal.resize(cols, rows);
          verify(terminal);
          const rebuilt = fed({ cols, rows }, terminal.dump());
          expect(state(rebuilt)).toEqual(state(terminal));
        }
        terminal.feed(more.join(""));
        verify(terminal);
      }),
      runs,
    );
  });

  test("is not changed by its dump: it is resized like one that was never dumped, and like the one rebuilt", () => {
    fc.assert(
      fc.property(size, size, pieces, (size, { cols, rows }, parts) => {
        const [dumped, twin] = [0, 1].map(() => fed({ ...size, scrollback: 5 }, parts.join("")));
        dumped!.dump();
        // Without scrollback, since a dump has none.
        const original = fed(size, parts.join(""));
        const rebuilt = fed(size, original.dump());
        for (const terminal of [dumped!, twin!, original, rebuilt]) terminal.resize(cols, rows);
        expect(state(dumped!)).toEqual(state(twin!));
        expect(state(rebuilt)).toEqual(state(original));
      }),
      runs,
    );
  });

  test("is not changed by reading its lines", () => {
    fc.assert(
      fc.property(size, size, pieces, pieces, (size, { cols, rows }, parts, more) => {
        const [read, twin] = [0, 1].map(() => new Terminal({ ...size, scrollback: 5 }));
        for (const part of parts) {
          read!.feed(part);
          twin!.feed(part);
          for (let row = 0; row < read!.rows; row++) {
            read!.line(row).runs();
            Array.from(read!.line(row).cells());
          }
        }
        expect(read!.dump()).toBe(twin!.dump());
        for (const terminal of [read!, twin!]) {
          terminal.resize(cols, rows);
          terminal.feed(more.join(""));
        }
        expect(state(read!)).toEqual(state(twin!));
      }),
      runs,
    );
  });

  test("reports every row that differs", () => {
    fc.assert(
      fc.property(size, pieces, pieces, (size, parts, more) => {
        const terminal = fed(size, parts.join(""));
        const before = shown(terminal);
        const { rows, scrolled, all } = terminal.feed(more.join(""));
        if (all) return;
        const told = new Set(rows);
        const after = shown(terminal);
        for (let row = 0; row < size.rows; row++)
          if (!told.has(row)) expect(after[row]).toEqual(before[row + scrolled]);
      }),
      runs,
    );
  });
});
