// What a page that plays a recording does not need at first. It is loaded the first time that something of it is used: see
// `loader.ts`. Nothing here may be imported by anything but its own kind.
export { gunzip } from "@asciinema-ts/asciicast";
export { adapt, legacyGlyph } from "@asciinema-ts/render";
export { help } from "./controls/help.js";
export { Keystrokes } from "./controls/keystrokes.js";
export { define } from "./element.js";
export { driverFor } from "./others.js";
export { ttyrec, typescript } from "./recording/foreign.js";
export { Segments } from "./recording/segments.js";
export { Sound } from "./recording/sound.js";
