import { readdirSync, readFileSync } from "node:fs";
import { Decoder, type Event } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AsciicastReader, type Head } from "./asciicast.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** What a reader makes of pieces: its head and events, or that it refused them. */
function read(pieces: string[]): { head: Head; events: Event[]; warnings: string[] } | "refused" {
  const warnings: string[] = [];
  const reader = new AsciicastReader((text) => warnings.push(text));
  try {
    const events = pieces.flatMap((piece) => reader.push(piece));
    events.push(...reader.end());
    return { head: reader.head!, events, warnings };
  } catch (error) {
    expect((error as Error).message).toMatch(/^not an asciicast v1, v2 or v3 file: |too long/);
    return "refused";
  }
}

/** The same by the codec, in the reader's terms: an exit is an event that it does not know. */
function decoded(text: string): { head: Head; events: Event[] } | "refused" {
  const decoder = new Decoder({ damage: "skip" });
  try {
    const events = [...decoder.push(text), ...decoder.end()];
    const { cols, rows, theme, idleTimeLimit } = decoder.header!;
    return {
      head: { cols, rows, theme, idleTimeLimit },
      events: events.map((event) =>
        event.type === "exit" ? { time: event.time, type: "other", code: "x", data: `${event.status}` } : event,
      ),
    };
  } catch {
    return "refused";
  }
}

/** The codec writes eight colours twice; whoever shows them does here. */
const plain = (result: ReturnType<typeof decoded>) =>
  result === "refused"
    ? result
    : {
        events: result.events,
        head: { ...result.head, theme: result.head.theme && { ...result.head.theme, palette: expect.anything() } },
      };

const seconds = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom(0, -1, 1e300, 0.0000005));
const event = fc
  .tuple(seconds, fc.constantFrom("o", "i", "m", "r", "x", "z"), fc.string())
  .map(([time, code, text]) => [time, code, code === "r" ? "100x30" : code === "x" ? "1" : text]);
const broken = fc.constantFrom(
  "[",
  "nonsense",
  "{}",
  "[1]",
  '["1","o","x"]',
  '[1,"r","0x0"]',
  '[1,2,"x"]',
  '[1,"o",null]',
  "",
  " ",
  "# said",
);
const lines = fc.array(fc.oneof({ weight: 4, arbitrary: event.map((of) => JSON.stringify(of)) }, broken), {
  maxLength: 12,
});
const more = {
  idle_time_limit: 1.5,
  title: "x",
  theme: { fg: "#ffffff", bg: "#000000", palette: Array(8).fill("#123456").join(":") },
};
const { theme, ...rest } = more;
const header = fc.constantFrom(
  { version: 2, width: 80, height: 24 },
  { version: 2, width: 0, height: 0, ...more },
  { version: 3, term: { cols: 90, rows: 20 } },
  { version: 3, term: { cols: 90, rows: 20, theme }, ...rest },
  { version: 2, width: "80", height: 24 },
  { version: 4 },
);

test("it reads what the codec reads, however the file is cut", () => {
  const file = fc
    .tuple(fc.constantFrom("", "# a comment\n\n", "\ufeff"), header, lines, fc.boolean())
    .map(
      ([before, head, events, ended]) => `${before}${[JSON.stringify(head), ...events].join("\n")}${ended ? "\n" : ""}`,
    );
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), (text, torn, at) => {
      const kept = torn % 3 ? text : text.slice(0, torn % (text.length + 1));
      const cut = at % (kept.length + 1);
      expect(read([kept.slice(0, cut), kept.slice(cut)])).toMatchObject(plain(decoded(kept)) as object);
    }),
  );
});

test("v1 is read in any layout, and torn", () => {
  const entry = fc.oneof(fc.tuple(seconds, fc.string()), fc.constantFrom([1], ["x", "y"], null, [0.5, 7]));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), fc.constantFrom(0, 2), fc.nat(60), (stdout, indent, torn) => {
      const text = JSON.stringify({ version: 1, width: 80, height: 24, duration: 1, stdout }, null, indent);
      const kept = text.slice(0, Math.max(text.indexOf("["), text.length - (torn % 2 ? torn : 0)));
      const result = read([kept.slice(0, 9), kept.slice(9)]);
      const expected = decoded(kept);
      // Torn before its first whole entry there is nothing to play: the codec may call that a recording.
      if (result === "refused")
        expect(kept === text || (expected !== "refused" && expected.events.length > 0)).toBe(false);
      else expect(result).toMatchObject(plain(expected) as object);
    }),
  );
});

const casts = new URL("../../../../fixtures/casts/", import.meta.url);

test.each(readdirSync(casts).filter((name) => /\.(cast|json)$/.test(name)))("%s", (name) => {
  const text = readFileSync(new URL(name, casts), "utf8");
  expect(read([text])).toMatchObject(plain(decoded(text)) as object);
});

test("anything else is refused, and what is too long", () => {
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      expect(read([text]) === "refused").toBe(decoded(text) === "refused");
    }),
  );
  expect(read(["\x7fELF".padEnd(200, "\0")])).toBe("refused");
  const endless = new AsciicastReader(() => {});
  endless.push('{"version":2,"width":80,"height":24}\n[1,"o","');
  expect(() => {
    for (let i = 0; i < 100; i++) endless.push("x".repeat(1 << 20));
  }).toThrow("line 2 is too long");
});

test("what is skipped is said, by its line", () => {
  const file = '{"version":2,"width":80,"height":24}\n[1,"o","a"]\nnonsense\n[2,"o","b"]\n[3,"o';
  expect(read([file])).toMatchObject({
    events: [{ text: "a" }, { text: "b" }],
    warnings: ["line 3: not an event: skipped", "line 5: not an event: skipped"],
  });
});
