export { AsciicastError } from "./error.js";
export type { Event } from "./event.js";
export type { Header, Theme } from "./header.js";
