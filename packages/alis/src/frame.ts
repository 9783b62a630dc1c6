// ALiS v1. Every message is one binary frame; numbers are unsigned LEB128, strings their length in bytes and UTF-8.
//
//   41 4c 69 53 01                                            the first of all
//   01  last-id time cols rows theme dump                     init
//   6f  id interval text                                      output ("o")
//   69  id interval text                                      input ("i")
//   6d  id interval label                                     marker ("m")
//   72  id interval cols rows                                 resize ("r")
//   78  id interval status                                    exit ("x")
//   04  id interval        from a producer                    end of transmission
//   04  interval           to a viewer
//
//   theme: 00, or the size of the palette (8 or 16), then foreground, background and palette as three bytes each.
//   time: µs since the start of the stream. interval: µs since the event before, or since the time of the init.

import type { Event, Theme } from "@asciinema-ts/asciicast";
import { Reader, Writer } from "./bytes.js";
import type { Dialect, Init } from "./message.js";

const INIT = 0x01;
const EOT = 0x04;
const OUTPUT = 0x6f;
const INPUT = 0x69;
const MARKER = 0x6d;
const RESIZE = 0x72;
const EXIT = 0x78;

/** The frame of an init. */
export function encodeInit(init: Init): Uint8Array<ArrayBuffer> {
  const writer = new Writer().byte(INIT).leb128(init.lastId).leb128(init.time).leb128(init.cols).leb128(init.rows);
  if (init.theme) {
    const { fg, bg, palette } = init.theme;
    writer.byte(palette.length);
    for (const color of [fg, bg, ...palette]) {
      const rgb = Number.parseInt(color.slice(1), 16);
      writer
        .byte(rgb >> 16)
        .byte((rgb >> 8) & 0xff)
        .byte(rgb & 0xff);
    }
  } else writer.byte(0);
  return writer.string(init.dump).frame();
}

/** The frame of an event, or undefined for one that the protocol has no frame for (`other`).
 *
 *  @param interval  µs since the message before, as the receiver counts; its own `time` is not looked at. Less than 0
 *    becomes 0, as does a negative exit status */
export function encodeEvent(event: Event, id: number, interval: number): Uint8Array<ArrayBuffer> | undefined {
  const writer = (type: number) => new Writer().byte(type).leb128(id).leb128(interval);
  switch (event.type) {
    case "output":
      return writer(OUTPUT).string(event.text).frame();
    case "input":
      return writer(INPUT).string(event.text).frame();
    case "marker":
      return writer(MARKER).string(event.label).frame();
    case "resize":
      return writer(RESIZE).leb128(event.cols).leb128(event.rows).frame();
    case "exit":
      return writer(EXIT).leb128(event.status).frame();
    case "other":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** The frame that ends a transmission.
 *
 *  @param id  of a producer's; a server's to a viewer has none */
export function encodeEot(interval: number, id?: number): Uint8Array<ArrayBuffer> {
  const writer = new Writer().byte(EOT);
  if (id !== undefined) writer.leb128(id);
  return writer.leb128(interval).frame();
}

/** What a frame says: an init, or something that follows one by an interval. */
export type Frame =
  | ({ type: "init" } & Init)
  | { type: "eot"; interval: number; id?: number }
  | { type: "output" | "input"; id: number; interval: number; text: Uint8Array }
  | { type: "marker"; id: number; interval: number; label: Uint8Array }
  | { type: "resize"; id: number; interval: number; cols: number; rows: number }
  | { type: "exit"; id: number; interval: number; status: number };

/** Takes a frame apart; undefined for one of an unknown type. What comes after the last field is not looked at.
 *
 *  @throws {AlisError} when the frame is cut short or a number is too large */
export function decodeFrame(frame: Uint8Array, dialect: Dialect): Frame | undefined {
  const reader = new Reader(frame);
  const type = reader.byte();
  switch (type) {
    case INIT:
      return decodeInit(reader);
    case EOT:
      return dialect === "producer"
        ? { type: "eot", id: reader.leb128(), interval: reader.leb128() }
        : { type: "eot", interval: reader.leb128() };
    case OUTPUT:
    case INPUT: {
      const [id, interval] = [reader.leb128(), reader.leb128()];
      return { type: type === OUTPUT ? "output" : "input", id, interval, text: reader.bytes() };
    }
    case MARKER:
      return { type: "marker", id: reader.leb128(), interval: reader.leb128(), label: reader.bytes() };
    case RESIZE: {
      const [id, interval] = [reader.leb128(), reader.leb128()];
      return { type: "resize", id, interval, cols: reader.leb128(), rows: reader.leb128() };
    }
    case EXIT:
      return { type: "exit", id: reader.leb128(), interval: reader.leb128(), status: reader.leb128() };
    default:
      return undefined;
  }
}

function decodeInit(reader: Reader): Frame {
  const [lastId, time, cols, rows] = [reader.leb128(), reader.leb128(), reader.leb128(), reader.leb128()];
  const theme = decodeTheme(reader);
  const dump = new TextDecoder("utf-8", { ignoreBOM: true }).decode(reader.bytes());
  return { type: "init", lastId, time, cols, rows, ...(theme && { theme }), dump };
}

function decodeTheme(reader: Reader): Theme | undefined {
  const size = reader.byte();
  if (size === 0) return undefined;
  if (size !== 8 && size !== 16) throw reader.error(`a theme with a palette of ${size} colours, not 8 or 16`);
  const color = () => {
    const rgb = (reader.byte() << 16) | (reader.byte() << 8) | reader.byte();
    return `#${rgb.toString(16).padStart(6, "0")}`;
  };
  const [fg, bg] = [color(), color()];
  const palette = Array.from({ length: size }, color);
  return { fg, bg, palette: size === 8 ? [...palette, ...palette] : palette };
}
