import { Canvas, cellOf, type Frame, paintFrame, paintStartCell, type Typesetter } from "@asciinema-ts/render";
import type { Typesetters } from "./raster.js";

/** What a card says beside what it shows. */
export interface CardFacts {
  title: string;
  /** Where it is hosted. */
  host: string;
  /** Author, length, size: what there is of it. */
  facts: string[];
  /** How much was printed over time: one hexadecimal digit per bar. */
  trace: string;
  /** How far in the shown moment is, 0 to 1. */
  progress: number;
}

/** What of the screen a card shows: the last lines with text. */
export const CARD = { cols: 64, rows: 8 };

const [WIDTH, HEIGHT] = [1200, 630];
const MARGIN = 48;
const CELL = 18;
const BARS = { top: 402, height: 44, band: 446 };
const GROUND = 0x101518;
const INK = 0xe6ecee;
const SOFT = 0xa9b7be;
const NOW = 0xffb224;

/** The picture that other sites show with a link to a recording: 1200 by 630 px. */
export function card(frame: Frame, says: CardFacts, { mono, sans }: Typesetters): Canvas {
  const canvas = new Canvas(WIDTH, HEIGHT, frame.bg);
  const x = Math.round((WIDTH - CARD.cols * CELL) / 2);
  const y = Math.round((BARS.top - CARD.rows * cellOf(CELL).height) / 2);
  paintFrame(canvas, frame, mono, { x, y, cell: CELL });
  paintBars(canvas, frame, says);
  canvas.rect(0, BARS.band, WIDTH, HEIGHT - BARS.band, GROUND);

  const heading = { size: 40, bold: true, italic: false };
  sans.line(canvas, cut(says.title, WIDTH - 2 * MARGIN, sans, heading), MARGIN, 526, INK, heading);

  const small = { size: 24, bold: false, italic: false };
  const facts = says.facts.join("  ");
  const room = WIDTH - 3 * MARGIN;
  const told = cut(facts, room / 2, mono, small);
  const width = Math.ceil(mono.widthOf(told, small));
  mono.line(canvas, told, WIDTH - MARGIN - width, 584, SOFT, small);
  paintStartCell(canvas, MARGIN, 560, 1.5);
  mono.line(canvas, cut(says.host, room - width - 40, mono, small), MARGIN + 40, 584, SOFT, small);
  return canvas;
}

/** The trace, played up to the shown moment, where the playhead is. */
function paintBars(canvas: Canvas, frame: Frame, { trace, progress }: CardFacts): void {
  const step = WIDTH / trace.length;
  const head = Math.min(trace.length - 1, Math.floor(progress * trace.length));
  for (let i = 0; i < trace.length; i++) {
    const level = Math.max(1, Number.parseInt(trace[i]!, 16)) / 15;
    const [left, width] = [Math.round(i * step + step * 0.18), Math.round(step * 0.64)];
    const height = i === head ? BARS.height : Math.max(3, Math.round(level * (BARS.height - 10)));
    canvas.rect(left, BARS.band - height, width, height, i === head ? NOW : frame.fg, i > head ? 0.45 : 1);
  }
}

/** As much of a text as fits, with an ellipsis if that is not all. */
function cut(text: string, room: number, typesetter: Typesetter, by: Parameters<Typesetter["widthOf"]>[1]): string {
  if (typesetter.widthOf(text, by) <= room) return text;
  const characters = [...text];
  let [fits, most] = [0, characters.length];
  while (fits < most) {
    const middle = Math.ceil((fits + most) / 2);
    const shorter = `${characters.slice(0, middle).join("").trimEnd()}…`;
    if (typesetter.widthOf(shorter, by) <= room) fits = middle;
    else most = middle - 1;
  }
  return `${characters.slice(0, fits).join("").trimEnd()}…`;
}
