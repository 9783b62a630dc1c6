import { describe, expect, it } from "vitest";
import { AlisEncoder } from "./codec.js";
import { AlisError } from "./error.js";
import type { Message } from "./message.js";
import { StreamDecoder } from "./stream-decoder.js";
import { negotiate, type Subprotocol } from "./subprotocol.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What a connection's messages say, the clock one second later at each. */
function decode(subprotocol: Subprotocol | undefined, ...messages: (string | Uint8Array)[]) {
  let clock = 0;
  const decoder = new StreamDecoder("producer", { subprotocol, now: () => 1000 * clock++ });
  const decoded = messages.flatMap((message) => decoder.decode(message));
  return { decoded, subprotocol: decoder.subprotocol };
}

const init: Message = { type: "init", lastId: 0, time: 0, cols: 80, rows: 24, dump: "" };
const V2 = '{"version":2,"width":80,"height":24}';
const V3 = '{"version":3,"term":{"cols":80,"rows":24}}';

it.each([
  [["v1.alis"], "v1.alis"],
  [["v9.new", "raw", "v1.alis"], "raw"],
  [["v3.asciicast", "v2.asciicast"], "v3.asciicast"],
  [["v1.alis.ack", "v1.alis"], "v1.alis.ack"],
  [["chat"], undefined],
  [[], undefined],
])("of %j we speak %s", (offered, spoken) => {
  expect(negotiate(offered)).toBe(spoken);
});

describe("v1.alis", () => {
  const encoder = new AlisEncoder("producer");
  const sent: Message[] = [init, { type: "output", id: 7, time: 500, text: "a" }, { type: "eot", id: 8, time: 600 }];
  const frames = [encoder.start(), ...sent.map((message) => encoder.encode(message)!)];

  it.each<Subprotocol | undefined>(["v1.alis", "v1.alis.ack", undefined])("agreed on: %s", (agreed) => {
    expect(decode(agreed, ...frames)).toEqual({ decoded: sent, subprotocol: agreed ?? "v1.alis" });
  });

  it("is not text", () => {
    expect(() => decode("v1.alis", "ALiS\x01")).toThrow("text where a frame is expected");
  });
});

describe("asciicast", () => {
  const o = (id: number, time: number, text: string) => ({ type: "output", id, time, text });

  it.each<Subprotocol | undefined>(["v2.asciicast", undefined])("v2, agreed on: %s", (agreed) => {
    expect(decode(agreed, V2, '[0.5,"o","a"]', "\n", '[0.75,"r","90x30"]\n', '[1,"q","?"]', '[1,"o","b"]')).toEqual({
      decoded: [
        init,
        o(1, 500_000, "a"),
        { type: "resize", id: 2, time: 750_000, cols: 90, rows: 30 },
        { type: "other", id: 3, time: 1_000_000, code: "q", data: "?" },
        o(4, 1_000_000, "b"),
      ],
      subprotocol: "v2.asciicast",
    });
  });

  it.each<Subprotocol | undefined>(["v3.asciicast", undefined])("v3, agreed on: %s", (agreed) => {
    expect(decode(agreed, V3, '[0.5,"o","a"]', "# comment", '[0.25,"x","3"]')).toEqual({
      decoded: [init, o(1, 500_000, "a"), { type: "exit", id: 2, time: 750_000, status: 3 }],
      subprotocol: "v3.asciicast",
    });
  });

  it("has the theme of its header", () => {
    const theme = { fg: "#FFFFFF", bg: "#000000", palette: Array(8).fill("#123456").join(":") };
    const header = JSON.stringify({ version: 2, width: 90, height: 30, theme });
    expect(decode("v2.asciicast", header).decoded).toMatchObject([
      { cols: 90, rows: 30, theme: { fg: "#ffffff", palette: Array(16).fill("#123456") } },
    ]);
  });

  it("may have several lines in a message, and may be bytes", () => {
    expect(decode("v2.asciicast", utf8(`${V2}\n[1,"o","ż"]\n[2,"o","b"]\n`)).decoded).toHaveLength(3);
  });

  it.each([
    [['[1,"o","a"]'], "not a v1, v2, v3 asciicast file: it begins with an event, the header is missing at byte 0"],
    [['{"version":1}'], "not the header of asciicast v2 or v3 at byte 0"],
    [['{"version":2'], "not the header of asciicast v2 or v3 at byte 0"],
    [[V2, '[1,"r","huge"]'], 'line 2: a resize to "huge": COLSxROWS expected, each 1 to 65535 at byte 0'],
    [[V2, V2], "line 2: not an event: [time, code, data] expected at byte 0"],
  ])("refuses %j", (messages, text) => {
    const run = () => decode("v2.asciicast", ...messages);
    expect(run).toThrow(AlisError);
    expect(run).toThrow(text);
  });
});

describe("raw", () => {
  it("begins with the first message and goes on as they arrive", () => {
    expect(decode(undefined, "$ ", "ls\r\n")).toEqual({
      decoded: [
        { ...init, dump: "$ " },
        { type: "output", id: 1, time: 1_000_000, text: "ls\r\n" },
      ],
      subprotocol: "raw",
    });
  });

  it.each([
    ["\x1b[8;30;100t$ ", { cols: 100, rows: 30 }],
    ['Script started on 2026-01-02 [TERM="xterm" COLUMNS="90" LINES="20"]\r\n', { cols: 90, rows: 20 }],
    ["$ ", { cols: 80, rows: 24 }],
  ])("has the size that %j says", (first, size) => {
    expect(decode("raw", first).decoded).toMatchObject([{ ...size, dump: first }]);
  });

  it("keeps a piece of a character for the next message", () => {
    const [first, second] = [utf8("ż").subarray(0, 1), utf8("ż").subarray(1)];
    expect(decode("raw", utf8("a"), first, second).decoded.slice(1)).toMatchObject([{ id: 1, text: "ż" }]);
  });

  it.each(["null", "7", '{"version":1}', '"text"', utf8("ALiS\x02")])("is what nothing else is: %j", (message) => {
    expect(decode(undefined, message).subprotocol).toBe("raw");
  });
});
