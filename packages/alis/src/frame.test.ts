import type { Event } from "@asciinema-ts/asciicast";
import { describe, expect, it } from "vitest";
import { AlisDecoder, AlisEncoder } from "./codec.js";
import { AlisError } from "./error.js";
import { encodeEot, encodeEvent, encodeInit } from "./frame.js";
import { type Dialect, MAGIC, type Message } from "./message.js";

const bytes = (hex: string) => Uint8Array.from(hex.split(" "), (pair) => Number.parseInt(pair, 16));
const hex = (frame: Uint8Array | undefined) =>
  Array.from(frame!, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
const utf8 = (text: string) => hex(new TextEncoder().encode(text));

const theme = {
  fg: "#ffffff",
  bg: "#000102",
  palette: Array.from({ length: 16 }, (_, i) => `#${i.toString(16).padStart(2, "0").repeat(3)}`),
};
const themeBytes =
  `10 ff ff ff 00 01 02 ${theme.palette.map((color) => color.slice(1).replace(/../g, "$& ")).join("")}`.trim();

/** Events with their id and interval, and the frames that they are. */
const events: [Event, number, number, string][] = [
  [{ time: 0, type: "output", text: "Hello 世界 🌍" }, 5, 200, `6f 05 c8 01 11 ${utf8("Hello 世界 🌍")}`],
  [{ time: 0, type: "input", text: "x" }, 1_000_000, 250, "69 c0 84 3d fa 01 01 78"],
  [{ time: 0, type: "resize", cols: 180, rows: 50 }, 15, 100, "72 0f 64 b4 01 32"],
  [{ time: 0, type: "marker", label: "" }, 2, 300, "6d 02 ac 02 00"],
  [{ time: 0, type: "exit", status: -1 }, 30, 300, "78 1e ac 02 00"],
  [{ time: 0, type: "exit", status: 143 }, 30, -5, "78 1e 00 8f 01"],
];

describe("frames", () => {
  it.each(events)("%j", (event, id, interval, expected) => {
    expect(hex(encodeEvent(event, id, interval))).toBe(expected);
  });

  it("init with a theme", () => {
    const init = { lastId: 42, time: 1000, cols: 180, rows: 24, theme, dump: "\x1b[1mHello\x1b[0m" };
    expect(hex(encodeInit(init))).toBe(`01 2a e8 07 b4 01 18 ${themeBytes} 0d ${utf8(init.dump)}`);
  });

  it("init without", () => {
    const init = { lastId: 1, time: 500, cols: 120, rows: 130, dump: "" };
    expect(hex(encodeInit(init))).toBe("01 01 f4 03 78 82 01 00 00");
  });

  it("end of transmission, from a producer and to a viewer", () => {
    expect(hex(encodeEot(300, 7))).toBe("04 07 ac 02");
    expect(hex(encodeEot(300))).toBe("04 ac 02");
  });

  it("nothing for events of other codes", () => {
    expect(encodeEvent({ time: 0, type: "other", code: "z", data: "" }, 1, 0)).toBeUndefined();
  });

  it.each([
    [0, "00"],
    [127, "7f"],
    [128, "80 01"],
    [255, "ff 01"],
    [16384, "80 80 01"],
    [2 ** 32, "80 80 80 80 10"],
    [Number.MAX_SAFE_INTEGER, "ff ff ff ff ff ff ff 0f"],
  ])("the number %d is %s", (number, expected) => {
    expect(hex(encodeEot(number))).toBe(`04 ${expected}`);
    expect(decoder("viewer", [init()]).decode(bytes(`04 ${expected}`))).toEqual({ type: "eot", time: number });
  });
});

/** The frame of an init at time 0. */
const init = () => encodeInit({ lastId: 0, time: 0, cols: 80, rows: 24, dump: "" });

function decoder(dialect: Dialect, frames: Uint8Array[] = []): AlisDecoder {
  const decoder = new AlisDecoder(dialect);
  for (const frame of [MAGIC, ...frames]) decoder.decode(frame);
  return decoder;
}

describe("decoding", () => {
  it("counts times from that of the init", () => {
    const { decode } = bound(decoder("viewer"));
    expect(decode(encodeInit({ lastId: 3, time: 1000, cols: 80, rows: 24, theme, dump: "\x1b[m" }))).toEqual({
      ...{ type: "init", lastId: 3, time: 1000, cols: 80, rows: 24, theme, dump: "\x1b[m" },
    });
    expect(decode(bytes("6f 04 c8 01 01 61"))).toEqual({ type: "output", id: 4, time: 1200, text: "a" });
    expect(decode(bytes("6d 05 64 01 62"))).toEqual({ type: "marker", id: 5, time: 1300, label: "b" });
    expect(decode(bytes("04 64"))).toEqual({ type: "eot", time: 1400 });
  });

  it("doubles a palette of 8", () => {
    const frame = bytes(`01 00 00 50 18 08 ${"01 02 03 ".repeat(10)}00`);
    expect(decoder("viewer").decode(frame)).toMatchObject({
      theme: { fg: "#010203", bg: "#010203", palette: Array(16).fill("#010203") },
    });
  });

  it("joins characters that go over two outputs, but not over an input between them", () => {
    const { decode } = bound(decoder("viewer", [init()]));
    expect(decode(bytes("6f 01 00 02 61 c3"))).toMatchObject({ text: "a" });
    expect(decode(bytes("69 02 00 01 62"))).toMatchObject({ text: "b" });
    expect(decode(bytes("6f 03 00 01 b6"))).toMatchObject({ text: "ö" });
  });

  it("lets an init come at any time", () => {
    const { decode } = bound(decoder("producer", [init()]));
    expect(decode(bytes("6f 01 0a 01 61"))).toMatchObject({ time: 10 });
    expect(decode(encodeInit({ lastId: 9, time: 500, cols: 80, rows: 24, dump: "" }))).toMatchObject({ lastId: 9 });
    expect(decode(bytes("6f 0a 0a 01 61"))).toMatchObject({ id: 10, time: 510 });
  });

  it("takes a producer's end of transmission before any init", () => {
    expect(decoder("producer").decode(bytes("04 07 00"))).toEqual({ type: "eot", id: 7, time: 0 });
  });

  it("passes over what a newer server says", () => {
    expect(decoder("viewer", [init()]).decode(bytes("7a 01 02"))).toBeUndefined();
  });

  it.each<[string, Dialect, Uint8Array[], string, string, number]>([
    ["a wrong beginning", "viewer", [], "41 4c 69 53 02", "not the beginning of an ALiS v1 stream", 4],
    ["text for a beginning", "producer", [], "7b 22", "not the beginning of an ALiS v1 stream", 0],
    ["more than the beginning", "producer", [], "41 4c 69 53 01 01", "not the beginning of an ALiS v1 stream", 5],
    ["an event before an init", "producer", [MAGIC], "6f 01 00 01 61", "output before an init", 0],
    ["an event after the end", "viewer", [MAGIC, init(), bytes("04 00")], "6f 01 00 01 61", "output before an init", 0],
    ["an empty frame", "viewer", [MAGIC], "", "the frame ends too early", 0],
    ["a frame cut short", "viewer", [MAGIC, init()], "6f 01 80", "the frame ends too early", 3],
    ["a string cut short", "viewer", [MAGIC, init()], "6f 01 00 05 61", "a string of 5 bytes goes beyond the frame", 3],
    ["a number too large", "viewer", [MAGIC, init()], "6f ff ff ff ff ff ff ff ff ff 01", "a number is too large", 1],
    ["a number without end", "viewer", [MAGIC, init()], `6f ${"80 ".repeat(20)}00`, "a number is too large", 1],
    ["a palette of 7", "viewer", [MAGIC], "01 00 00 50 18 07", "a theme with a palette of 7 colours, not 8 or 16", 5],
    ["an unknown type from a producer", "producer", [MAGIC, init()], "7a 01", "a message of unknown type 122", 0],
  ])("refuses %s", (_, dialect, before, frame, reason, offset) => {
    const decoder = new AlisDecoder(dialect);
    for (const one of before) decoder.decode(one);
    const error = caught(() => decoder.decode(frame === "" ? new Uint8Array(0) : bytes(frame.trim())));
    expect(error).toBeInstanceOf(AlisError);
    expect(error).toMatchObject({ name: "AlisError", message: `${reason} at byte ${offset}`, offset });
  });
});

describe("encoding", () => {
  it("sends intervals, and none for a time that goes back", () => {
    const encoder = new AlisEncoder("producer");
    const marker = (time: number): Message => ({ type: "marker", id: 1, time, label: "" });
    expect(hex(encoder.start())).toBe("41 4c 69 53 01");
    encoder.encode({ type: "init", lastId: 0, time: 100, cols: 80, rows: 24, dump: "" });
    expect([150, 120, 160].map((time) => hex(encoder.encode(marker(time))))).toEqual([
      "6d 01 32 00",
      "6d 01 00 00",
      "6d 01 0a 00",
    ]);
    expect(hex(encoder.encode({ type: "eot", id: 2, time: 170 }))).toBe("04 02 0a");
  });
});

function bound(decoder: AlisDecoder) {
  return { decode: (frame: Uint8Array) => decoder.decode(frame) };
}

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
