import type { Frame, FrameLine, Rule, Text } from "./frame.js";
import { glyph } from "./glyph.js";
import type { Shape } from "./shape.js";
import { hex } from "./theme.js";

/** How a picture is made of a frame. */
export interface SvgOptions {
  /** Shown width in px; the height follows. Default: text of 14 px. */
  width?: number;
  /** A play button in the middle: the amber cell that starts a recording. */
  start?: boolean;
  /** Radius of the picture's corners, in px at the default width. Default 0. */
  radius?: number;
  /** What the picture is, for those who cannot see it. */
  title?: string;
}

// Everything is in tenths of a px, so that coordinates are whole numbers: text of 14 px in cells of 8.4 by 19.
const CELL = 84;
const ROW = 190;
const FONT = 140;
const BASELINE = 143;
const PADDING = 110;
const LINE = 12;
const OVERLAP = 8;
const FAMILY =
  "ui-monospace,'Cascadia Code','JetBrains Mono','Source Code Pro',Menlo,Consolas,'DejaVu Sans Mono',monospace,'Symbols Nerd Font'";

/** A still picture of a frame as an SVG document.
 *
 *  It is styled by presentation attributes alone and holds no style, script, link or reference, so that it is shown under any
 *  content policy. Text is placed by column: a font of another width cannot move what follows it. Well-formed XML whatever
 *  the terminal shows. */
export function svg(frame: Frame, options: SvgOptions = {}): string {
  const width = frame.cols * CELL + 2 * PADDING;
  const height = frame.rows * ROW + 2 * PADDING;
  const scale = (options.width ?? width / 10) / width;
  const px = (length: number) => +(length * scale).toFixed(2);
  const radius = options.radius ? ` rx="${options.radius * 10}"` : "";

  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${width} ${height}"`,
    options.title === undefined ? ">" : ` role="img"><title>${xml(options.title)}</title>`,
    `<rect width="${width}" height="${height}"${radius} fill="${hex(frame.bg)}"/>`,
    `<svg x="${PADDING}" y="${PADDING}" width="${frame.cols * CELL}" height="${frame.rows * ROW}">`,
    `<g font-family="${FAMILY}" font-size="${FONT}" font-variant="none" fill="${hex(frame.fg)}">`,
  ];
  const single = frame.lines.filter((line) => line.size === "single");
  out.push(content(single, frame));
  for (const line of frame.lines) if (line.size !== "single") out.push(large(line, frame));
  out.push("</g></svg>", options.start ? startCell(width, height, frame.bg) : "", "</svg>");
  return out.join("");
}

/** A line of double size: its cells are scaled, and of one that is twice as high half is cut off. */
function large(line: FrameLine, frame: Frame): string {
  const [width, height] = [frame.cols * CELL, line.size === "double-width" ? ROW : ROW / 2];
  const top = line.size === "double-bottom" ? height : 0;
  return [
    `<svg y="${line.row * ROW}" width="${width}" height="${ROW}" viewBox="0 ${top} ${width / 2} ${height}"`,
    ` preserveAspectRatio="none">${content([{ ...line, row: 0 }], frame)}</svg>`,
  ].join("");
}

function content(lines: readonly FrameLine[], frame: Frame): string {
  // Path data by attributes: one path for all that is painted alike. Rectangles of backgrounds and blocks snap to pixels
  // (or neighbours of two colours would show a seam), lines and slopes are smoothed (or thin ones would vanish when small).
  const fills = new Map<string, string>();
  const smooth = new Map<string, string>();
  const strokes = new Map<string, string>();
  const add = (paths: Map<string, string>, attributes: string, d: string) =>
    paths.set(attributes, (paths.get(attributes) ?? "") + d);
  const known = new Map<number, Shape[]>();
  const shapes = (codePoint: number) => {
    const found = known.get(codePoint) ?? glyph(codePoint, CELL, ROW, LINE)!;
    known.set(codePoint, found);
    return found;
  };
  const fill = (rgb: number) => (rgb === frame.fg ? "" : ` fill="${hex(rgb)}"`);

  const backgrounds = new Map<string, string>();
  for (const line of lines) {
    const y = line.row * ROW;
    for (const { col, cols, rgb } of line.fills) add(backgrounds, fill(rgb), box(col * CELL, y, cols * CELL, ROW));
    for (const { codePoint, col, cols, rgb } of line.glyphs) {
      const thin = codePoint < 0x2580 || (codePoint >= 0x2800 && codePoint < 0x2900);
      for (const shape of shapes(codePoint)) {
        // What reaches from side to side is one piece for the whole run.
        const wide = shape.kind === "rect" && shape.width === CELL;
        for (let i = 0; i < (wide ? 1 : cols); i++) {
          const x = (col + i) * CELL;
          if (shape.kind === "polygon") add(smooth, fill(rgb), outline(shape.points, x, y));
          else {
            const alpha = shape.alpha < 1 ? ` fill-opacity="${shape.alpha}"` : "";
            const d = box(x + shape.x, y + shape.y, wide ? cols * CELL : shape.width, shape.height);
            add(thin ? smooth : fills, fill(rgb) + alpha, d);
          }
        }
      }
    }
    for (const rule of line.rules) {
      const [attributes, d] = stroke(rule, y);
      add(strokes, ` stroke="${hex(rule.rgb)}"${attributes}`, d);
    }
  }

  const paths = (all: Map<string, string>) =>
    [...all].map(([attributes, d]) => `<path${attributes} d="${d}"/>`).join("");
  const group = (attributes: string, inside: string) => (inside ? `<g ${attributes}>${inside}</g>` : "");
  return [
    group('shape-rendering="crispEdges"', paths(backgrounds) + paths(fills)),
    paths(smooth),
    group(`fill="none" stroke-width="${LINE}"`, paths(strokes)),
    ...lines.flatMap((line) => line.texts.map((text) => label(text, line.row * ROW + BASELINE, fill(text.rgb)))),
  ].join("");
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${x} ${y}h${width}v${height}h-${width}z`;
}

/** A polygon in the cell at x, y. Long upright sides along the cell's reach a little into the neighbour: smoothed, they would
 *  leave a seam beside a block or background of the same colour. */
function outline(points: readonly number[], x: number, y: number): string {
  const corners = Array.from({ length: points.length / 2 }, (_, i) => [
    Math.round(points[2 * i]!),
    Math.round(points[2 * i + 1]!),
  ]) as [number, number][];
  const d = corners.map(([cx, cy], i) => {
    const beside = [corners.at(i - 1)!, corners[(i + 1) % corners.length]!];
    const upright = beside.some(([nx, ny]) => nx === cx && Math.abs(ny - cy) > ROW / 4);
    const over = upright && cx === 0 ? -OVERLAP : upright && cx === CELL ? OVERLAP : 0;
    return `${x + cx + over} ${y + cy}`;
  });
  return `M${d.join("L")}z`;
}

/** The attributes and path of a rule on the line at y. */
function stroke({ kind, col, cols }: Rule, y: number): [attributes: string, d: string] {
  const x = col * CELL;
  const width = cols * CELL;
  const under = y + BASELINE + 21;
  const along = (at: number) => `M${x} ${at}h${width}`;
  switch (kind) {
    case "single":
      return ["", along(under)];
    case "double":
      return ["", along(under - 6) + along(under + 14)];
    case "dotted":
      return [` stroke-dasharray="${CELL / 6}"`, along(under)];
    case "dashed":
      return [` stroke-dasharray="${CELL / 2} ${CELL / 4}"`, along(under)];
    case "curly": {
      const wave = `q${CELL / 8} -24 ${CELL / 4} 0t${CELL / 4} 0`;
      return ["", `M${x} ${under + 4}${wave.repeat(2 * cols)}`];
    }
    case "strike":
      return ["", along(y + BASELINE - 42)];
    case "overline":
      return ["", along(y + LINE / 2)];
    case "underscore":
      return [` stroke-width="${2 * LINE}"`, along(y + ROW - LINE)];
    case "bar":
      return [` stroke-width="${2 * LINE}"`, `M${x + LINE} ${y}v${ROW}`];
    default:
      return kind satisfies never;
  }
}

function label({ text, col, cols, bold, italic, plain }: Text, y: number, fill: string): string {
  const x = col * CELL;
  // Plain text is spread over its columns and a wide character stands in the middle of its two. A narrow one that may come
  // from another font, or one of several code points that a font may not join, is squeezed into its cells.
  const place = plain
    ? `x="${x}" textLength="${cols * CELL}"`
    : cols === 2 && text.length <= String.fromCodePoint(text.codePointAt(0)!).length
      ? `x="${x + CELL}" text-anchor="middle"`
      : `x="${x}" textLength="${cols * CELL}" lengthAdjust="spacingAndGlyphs"`;
  const style = fill + (bold ? ' font-weight="700"' : "") + (italic ? ' font-style="italic"' : "");
  return `<text ${place} y="${y}"${style}>${xml(text)}</text>`;
}

/** The amber cell with a play triangle in it, in the middle of the picture. */
function startCell(width: number, height: number, bg: number): string {
  const unit = Math.round(Math.min(800, Math.max(320, Math.min(width, height) / 4)) / 20);
  const [w, h] = [16 * unit, 20 * unit];
  const [x, y] = [Math.round((width - w) / 2), Math.round((height - h) / 2)];
  const ring = Math.round(1.5 * unit);
  return [
    `<rect x="${x - ring}" y="${y - ring}" width="${w + 2 * ring}" height="${h + 2 * ring}" rx="${3 * unit}"`,
    ` fill="${hex(bg)}" fill-opacity="0.7"/>`,
    `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${1.5 * unit}" fill="#ffb224"/>`,
    `<path d="M${x + 5.5 * unit} ${y + 5.2 * unit}v${9.6 * unit}l${7.5 * unit} -${4.8 * unit}z" fill="#1b1303"/>`,
  ].join("");
}

/** Text as XML: what XML cannot hold, and what moves text about, is replaced. */
function xml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
