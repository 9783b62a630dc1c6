export { type Damage, Decoder } from "./decoder.js";
export { type Encoder, encoder, type Format } from "./encoder.js";
export { AsciicastError } from "./error.js";
export type { Event } from "./event.js";
export type { Header, Theme } from "./header.js";
export type { Note } from "./note.js";
export { type Capture, type OpenOptions, open, type Recording, type Source } from "./open.js";
export { accelerate, concatenate, limitIdleTime, quantize } from "./transform.js";
