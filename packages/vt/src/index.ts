export type { Cell, Line, Run } from "./line.js";
export type { Snapshot } from "./snapshot.js";
export type { Colors, Rgb } from "./state.js";
export type { Color, Pen } from "./style.js";
export { type Changes, type Cursor, type Mark, Terminal, type TerminalOptions } from "./terminal.js";
export { clusters, clusterWidth, textWidth, widthOf } from "./unicode.js";
