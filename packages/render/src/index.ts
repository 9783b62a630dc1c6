export { glyph } from "./glyph.js";
export type { Shape } from "./shape.js";
export { BACKGROUND, type Colors, FOREGROUND, palette, resolveColors, themes } from "./theme.js";
