import { type Event, encoder } from "@asciinema-ts/asciicast";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Bytes } from "./bytes.js";
import { byteEncoding } from "./encoding.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

const header = { cols: 80, rows: 24 };
const time = fc.integer({ min: 0, max: 2 ** 40 });
const text = fc.oneof(
  fc.string({ unit: character }),
  fc.string(),
  fc.constant("\ud800 half"),
  fc.constant("\x1b[31mż"),
);
const events: fc.Arbitrary<Event[]> = fc
  .array(
    fc.oneof(
      fc.record({ time, type: fc.constant("output" as const), text }),
      fc.record({ time, type: fc.constant("input" as const), text }),
      fc.record({ time, type: fc.constant("marker" as const), label: text }),
    ),
  )
  .map((all) => all.sort((a, b) => a.time - b.time));

test.each(["asciicast-v2", "asciicast-v3", "raw"] as const)("the bytes of %s are its text", async (format) => {
  await fc.assert(
    fc.asyncProperty(events, async (events) => {
      const wanted = encoder(format, header);
      const bytes = new Bytes();
      const encoding = await byteEncoding(format, header);
      encoding.start(bytes);
      for (const event of events) encoding.event(event, bytes);
      encoding.end(bytes);
      const all = wanted.start() + events.map(wanted.event).join("") + wanted.end();
      expect(Buffer.from(bytes.view).equals(Buffer.from(all))).toBe(true);
    }),
  );
});

test.each(["asciicast-v2", "asciicast-v3", "raw", "txt"] as const)(
  "what is printed is an event of %s",
  async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: character }), async (text) => {
        const [one, other] = [new Bytes(), new Bytes()];
        const [a, b] = [await byteEncoding(format, header), await byteEncoding(format, header)];
        a.output(1_500_000, Buffer.from(text), one);
        b.event({ time: 1_500_000, type: "output", text }, other);
        a.end(one);
        b.end(other);
        expect(Buffer.from(one.view).equals(Buffer.from(other.view))).toBe(true);
      }),
    );
  },
);
