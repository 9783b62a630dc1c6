export { type Fill, type Frame, type FrameLine, type FrameOptions, frame, type Rule, type Text } from "./frame.js";
export { glyph } from "./glyph.js";
export { Preview } from "./preview.js";
export type { Shape } from "./shape.js";
export { type SvgOptions, svg } from "./svg.js";
export { BACKGROUND, type Colors, FOREGROUND, palette, resolveColors, screenPalette, themes } from "./theme.js";
export { Trace, trace, tracePath } from "./trace.js";
export { type TimedLine, TimedTranscript, Transcript } from "./transcript.js";
