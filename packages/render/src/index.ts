export { adapt } from "./adaptive.js";
export { Canvas } from "./canvas.js";
export { Font } from "./font.js";
export { type Fill, type Frame, type FrameLine, type FrameOptions, frame, type Rule, type Text } from "./frame.js";
export { commonGlyph, glyph, isLegacyGlyph } from "./glyph.js";
export { legacyGlyph } from "./legacy.js";
export { type Deflate, png } from "./png.js";
export { Preview } from "./preview.js";
export { cellOf, paintFrame, paintStartCell } from "./raster.js";
export type { Shape } from "./shape.js";
export { type SvgOptions, svg } from "./svg.js";
export {
  BACKGROUND,
  type Colors,
  FOREGROUND,
  palette,
  plainPalette,
  resolveColors,
  screenPalette,
  themes,
} from "./theme.js";
export { Trace, trace, tracePath } from "./trace.js";
export { type TimedLine, TimedTranscript, Transcript } from "./transcript.js";
export { type Placing, type Typefaces, Typesetter } from "./typesetter.js";
