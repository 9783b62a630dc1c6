import type { Cell, Line, Pen, Terminal } from "@asciinema-ts/vt";
import { glyph } from "./glyph.js";
import { BACKGROUND, FOREGROUND, pack, resolveColors, screenPalette, unpack } from "./theme.js";

/** A terminal's screen, or a corner of it, taken apart into what has to be painted: the same for every kind of picture.
 *
 *  Positions are in cells, colours 0xRRGGBB. Paint a line's fills, then glyphs, rules and texts, in any order. */
export interface Frame {
  cols: number;
  rows: number;
  fg: number;
  bg: number;
  /** From the top; lines with nothing to paint are left out. */
  lines: FrameLine[];
}

/** What is on one line. Columns count the line's own cells: all but `single` lines show `cols / 2` of them, twice as wide;
 *  the `double-top` and `double-bottom` ones also twice as high, upper or lower half. */
export interface FrameLine {
  row: number;
  size: Line["size"];
  /** Backgrounds other than the frame's. */
  fills: Fill[];
  /** The same drawn character once or more, side by side: see {@link glyph}. */
  glyphs: (Fill & { codePoint: number })[];
  rules: Rule[];
  texts: Text[];
}

/** Cells of one colour. */
export interface Fill {
  col: number;
  cols: number;
  rgb: number;
}

/** A line along or through cells; `underscore` and `bar` are cursors. */
export interface Rule extends Fill {
  kind: Exclude<Pen["underline"], false> | "strike" | "overline" | "underscore" | "bar";
}

/** Text of one style. */
export interface Text extends Fill {
  text: string;
  /** Characters of one column each that every monospaced font has, with single spaces between words at most. Otherwise it is
   *  one character (grapheme cluster) of one or two columns, which may come from another font. */
  plain: boolean;
  bold: boolean;
  italic: boolean;
  /** Target of a hyperlink (OSC 8), only if it is http, https or mailto. */
  link?: string;
}

type Style = Omit<Text, "text" | "plain" | "col" | "cols">;

/** What of a screen a frame is made of. */
export interface FrameOptions {
  boldIsBright?: boolean;
  /** Whether the cursor is drawn where the terminal shows it. Default true. */
  cursor?: boolean;
  /** Only the first columns, and of the rows the last ones up to the last with anything on it. The frame has this size even
   *  where the screen is smaller. */
  corner?: { cols: number; rows: number };
}

/** What the screen of a terminal looks like.
 *
 *  @param palette  the theme's colours, see {@link palette}; what the program changed is applied to them */
export function frame(
  terminal: Pick<Terminal, "cols" | "rows" | "cursor" | "line" | "colors" | "reverse">,
  palette: Uint32Array,
  options: FrameOptions = {},
): Frame {
  palette = screenPalette(palette, terminal);
  const { cols, rows } = options.corner ?? terminal;
  const bg = palette[BACKGROUND]!;
  const painter = new Painter(palette, options, cols, terminal.colors.cursor && pack(terminal.colors.cursor));
  const { cursor } = terminal;
  const lines: FrameLine[] = [];
  for (let row = 0; row < terminal.rows; row++) {
    const shown = options.cursor !== false && cursor.visible && cursor.row === row ? cursor : undefined;
    const line = painter.paint(terminal.line(row), row, shown);
    if (line.fills.length + line.glyphs.length + line.rules.length + line.texts.length > 0) lines.push(line);
  }

  const end = options.corner ? Math.max(rows, (lines.at(-1)?.row ?? 0) + 1) : rows;
  const first = end - rows;
  return {
    cols,
    rows,
    fg: palette[FOREGROUND]!,
    bg,
    lines: lines.filter((line) => line.row >= first).map((line) => ({ ...line, row: line.row - first })),
  };
}

// Printable ASCII, Latin, Greek and Cyrillic without combining marks and soft hyphen: one column, in every monospaced font.
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f]*$/;

const LINK = /^(?:https?:\/\/|mailto:)[^\s\p{Cc}]+$/iu;

const BLANK: Pen = {
  fg: undefined,
  bg: undefined,
  bold: false,
  faint: false,
  italic: false,
  blink: false,
  inverse: false,
  conceal: false,
  strike: false,
  overline: false,
  underline: false,
  underlineColor: undefined,
};

class Painter {
  private readonly colors = { fg: 0, bg: 0, underline: 0 };
  private readonly drawings = new Map<number, boolean>();

  constructor(
    private readonly palette: Uint32Array,
    private readonly options: FrameOptions,
    private readonly cols: number,
    private readonly cursorColor: number | undefined,
  ) {}

  paint(line: Line, row: number, cursor: Terminal["cursor"] | undefined): FrameLine {
    const out: FrameLine = { row, size: line.size, fills: [], glyphs: [], rules: [], texts: [] };
    const limit = line.size === "single" ? this.cols : Math.ceil(this.cols / 2);
    let cells: Cell[] | undefined;
    const cellsOf = () => (cells ??= [...line.cells()]);

    let at = -1;
    let under: Cell | undefined;
    if (cursor && cursor.col < limit) {
      at = cursor.col;
      if (cellsOf()[at]?.width === 0 && at > 0) at--;
      under = cellsOf()[at];
      const width = under?.width || 1;
      const pen = under?.pen ?? BLANK;
      const { fg, bg } = resolveColors(pen, this.palette, this.options, this.colors);
      const color = this.cursorColor ?? fg;
      if (cursor.shape === "block") {
        const block = { ...pen, inverse: false, faint: false, fg: unpack(bg), bg: unpack(color) };
        this.span(out, block, at, at + width, under ? [under] : []);
      } else {
        out.rules.push({ kind: cursor.shape === "bar" ? "bar" : "underscore", col: at, cols: width, rgb: color });
        at = -1;
      }
    }

    for (const run of line.runs()) {
      const end = Math.min(run.col + run.cols, limit);
      if (run.col <= at && at < end) {
        this.span(out, run.pen, run.col, at, cellsOf().slice(run.col, at));
        const after = at + (under?.width || 1);
        this.span(out, run.pen, after, end, cellsOf().slice(after, end));
      } else if (run.text.length === run.cols && PLAIN.test(run.text)) {
        this.span(out, run.pen, run.col, end, run.text);
      } else {
        this.span(out, run.pen, run.col, end, cellsOf().slice(run.col, end));
      }
    }
    return out;
  }

  /** Paints neighbouring cells of one pen, given as plain text or cell by cell. */
  private span(out: FrameLine, pen: Pen, col: number, end: number, content: string | readonly Cell[]): void {
    if (end <= col) return;
    const { fg, bg, underline } = resolveColors(pen, this.palette, this.options, this.colors);
    const cols = end - col;
    if (bg !== this.palette[BACKGROUND]) {
      const last = out.fills.at(-1);
      if (last?.rgb === bg && last.col + last.cols === col) last.cols += cols;
      else out.fills.push({ col, cols, rgb: bg });
    }
    if (fg === bg) return;
    if (pen.underline) out.rules.push({ kind: pen.underline, col, cols, rgb: underline });
    if (pen.strike) out.rules.push({ kind: "strike", col, cols, rgb: fg });
    if (pen.overline) out.rules.push({ kind: "overline", col, cols, rgb: fg });

    const style: Style = { rgb: fg, bold: pen.bold, italic: pen.italic };
    if (pen.link !== undefined && LINK.test(pen.link)) style.link = pen.link;
    const words = (text: string, start: number) => {
      let i = 0;
      while (i < text.length) {
        while (text[i] === " ") i++;
        let to = text.indexOf("  ", i);
        if (to < 0) to = text.endsWith(" ") ? text.length - 1 : text.length;
        if (to > i) out.texts.push({ ...style, text: text.slice(i, to), plain: true, col: start + i, cols: to - i });
        i = to + 1;
      }
    };
    if (typeof content === "string") {
      words(content.slice(0, cols), col);
      return;
    }

    let plain = "";
    let at = col;
    for (const { text, width } of content) {
      if (width === 1 && text.length === 1 && PLAIN.test(text)) {
        plain += text;
      } else if (width > 0 || plain) {
        words(plain, at - plain.length);
        plain = "";
        if (width > 0 && at + width <= end) this.symbol(out, style, text, at, width);
      }
      at++;
    }
    words(plain, at - plain.length);
  }

  private symbol(out: FrameLine, style: Style, text: string, col: number, cols: number): void {
    const codePoint = text.codePointAt(0) ?? 0x20;
    if (!this.isDrawing(codePoint)) {
      if (text.trim()) out.texts.push({ ...style, text, plain: false, col, cols });
      return;
    }
    const last = out.glyphs.at(-1);
    if (last?.codePoint === codePoint && last.rgb === style.rgb && last.col + last.cols === col) last.cols += cols;
    else out.glyphs.push({ codePoint, col, cols, rgb: style.rgb });
  }

  private isDrawing(codePoint: number): boolean {
    let drawing = this.drawings.get(codePoint);
    if (drawing === undefined) this.drawings.set(codePoint, (drawing = glyph(codePoint, 8, 16) !== undefined));
    return drawing;
  }
}
