import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Canvas, cellOf, Font, type Frame, paintFrame, paintStartCell, Typesetter } from "@asciinema-ts/render";

/** What text in pictures is set with. */
export interface Typesetters {
  mono: Typesetter;
  sans: Typesetter;
}

/** Twice the size at which pictures are usually shown. */
const CELL = 17;
const MARGIN = 20;
/** Neither side of a picture is longer, in px. */
const LONGEST = 2400;

const kept = new Map<string, Typesetters>();

/** The fonts that come with the server, and those that its operator adds for what they lack. They are read once.
 *
 *  @param more  paths of TrueType fonts */
export function typesettersOf(more: readonly string[]): Typesetters {
  const key = JSON.stringify(more);
  const found = kept.get(key);
  if (found) return found;
  const require = createRequire(import.meta.url);
  const own = (name: string) => new Font(readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/DejaVu${name}.ttf`)));
  const sans = own("Sans");
  const fallbacks = more.map((path) => new Font(readFileSync(path)));
  const typesetters = {
    mono: new Typesetter({
      regular: own("SansMono"),
      bold: own("SansMono-Bold"),
      italic: own("SansMono-Oblique"),
      boldItalic: own("SansMono-BoldOblique"),
      fallbacks: [sans, ...fallbacks],
    }),
    sans: new Typesetter({ regular: sans, bold: own("Sans-Bold"), fallbacks }),
  };
  kept.set(key, typesetters);
  return typesetters;
}

/** A frame with a margin around it.
 *
 *  @param start  whether the cell that starts a recording lies on it */
export function screen(frame: Frame, { mono }: Typesetters, start: boolean): Canvas {
  const cell = largestCell(frame);
  const { height: row } = cellOf(cell);
  const width = frame.cols * cell + 2 * MARGIN;
  const height = frame.rows * row + 2 * MARGIN;
  const canvas = new Canvas(width, height, frame.bg);
  paintFrame(canvas, frame, mono, { x: MARGIN, y: MARGIN, cell });
  if (start) {
    const unit = Math.min(8, Math.max(3, Math.min(width, height) / 80));
    const [x, y] = [Math.round((width - 16 * unit) / 2), Math.round((height - 20 * unit) / 2)];
    const ring = Math.round(1.5 * unit);
    canvas.rect(x - ring, y - ring, Math.round(16 * unit) + 2 * ring, Math.round(20 * unit) + 2 * ring, frame.bg, 0.7);
    paintStartCell(canvas, x, y, unit);
  }
  return canvas;
}

/** How wide a cell may be, so that the picture is not too large. */
function largestCell({ cols, rows }: Frame): number {
  const space = LONGEST - 2 * MARGIN;
  for (let cell = CELL; cell > 1; cell--) if (cols * cell <= space && rows * cellOf(cell).height <= space) return cell;
  return 1;
}
