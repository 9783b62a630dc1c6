import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { deflateSync, gzip as gzipCallback } from "node:zlib";
import {
  type Frame,
  type FrameOptions,
  frame,
  Preview,
  palette,
  png,
  svg,
  TimedTranscript,
  Transcript,
  themes,
} from "@asciinema-ts/render";
import { CARD, type CardFacts, card } from "./card.js";
import { screen, typesettersOf } from "./raster.js";
import { openSession, type Reading } from "./session.js";

const gzip = promisify(gzipCallback);

/** Which moment a picture shows, in which colours. */
export interface Moment {
  /** The moment, in microseconds. */
  at: number;
  /** A theme's name, or `null` for the recorded colours. */
  theme: string | null;
  boldIsBright: boolean;
  adaptivePalette: boolean;
}

/** What a picture in SVG shows. */
export interface Picturing extends Moment {
  /** The whole screen with the cell that starts it, or the legible corner that lists show. */
  variant: "screen" | "corner";
  title: string;
}

/** What a picture in PNG shows; a card also says what the recording is. */
export type Rastering = Moment & ({ variant: "screen" | "corner" } | ({ variant: "card" } & CardFacts));

/** What a page tells about a recording's course. Times are in microseconds: as played, and as recorded. */
export interface Outline {
  duration: number;
  markers: OutlineMoment[];
  /** The first lines of the transcript. */
  lines: OutlineMoment[];
  /** How many lines it has. */
  count: number;
}

export interface OutlineMoment {
  time: number;
  recorded: number;
  text: string;
}

const CORNER = { cols: 54, rows: 15 };
const CORNER_WIDTH = 476;
/** Markers listed; a program can print as many as it likes. */
const MOST_MARKERS = 200;

/** Draws one moment and writes the SVG, compressed. */
export async function drawPicture(reading: Reading, picturing: Picturing, target: string): Promise<void> {
  const { variant, title } = picturing;
  const shown = await frameAt(reading, picturing, variant === "corner" ? CORNER : undefined);
  const picture = svg(shown, variant === "corner" ? { width: CORNER_WIDTH } : { start: true, radius: 6, title });
  await writeFile(target, await gzip(picture));
}

/** Draws one moment and writes the PNG. */
export async function drawRaster(
  reading: Reading,
  picturing: Rastering,
  fonts: readonly string[],
  target: string,
): Promise<void> {
  const { variant } = picturing;
  const corner = { screen: undefined, corner: CORNER, card: CARD }[variant];
  const shown = await frameAt(reading, picturing, corner);
  const typesetters = typesettersOf(fonts);
  const canvas = variant === "card" ? card(shown, picturing, typesetters) : screen(shown, typesetters, !corner);
  await writeFile(target, png(canvas, deflateSync));
}

/** What is on the screen at a moment. */
async function frameAt(reading: Reading, moment: Moment, corner: FrameOptions["corner"]): Promise<Frame> {
  const session = await openSession(reading);
  const preview = new Preview(session, moment.at);
  drawing: for await (const events of session.events()) {
    for (const event of events) if (!preview.push(event)) break drawing;
  }
  const theme = (moment.theme === null ? session.theme : themes[moment.theme]) ?? themes["asciinema"]!;
  const colors = palette(theme, { adaptive: moment.adaptivePalette });
  return frame(preview.end(), colors, { boldIsBright: moment.boldIsBright, ...(corner && { corner }) });
}

/** Writes what a recording printed as plain text, compressed. */
export async function writeTranscript(reading: Reading, target: string): Promise<void> {
  const session = await openSession(reading);
  const transcript = new Transcript(session);
  const parts: string[] = [];
  for await (const events of session.events()) for (const event of events) parts.push(transcript.push(event));
  parts.push(transcript.end());
  await writeFile(target, await gzip(parts.join("")));
}

/** Writes an {@link Outline} as JSON, compressed.
 *
 *  @param most  lines of the transcript to keep */
export async function writeOutline(reading: Reading, most: number, target: string): Promise<void> {
  const session = await openSession(reading);
  const transcript = new TimedTranscript(session);
  const outline: Outline = { duration: 0, markers: [], lines: [], count: 0 };
  const moment = (time: number, text: string) => ({ time, recorded: session.idle.recorded(time), text });
  const add = (lines: { time: number; text: string }[]) => {
    for (const { time, text } of lines) {
      outline.count++;
      if (outline.lines.length < most) outline.lines.push(moment(time, text.slice(0, 1000)));
    }
  };
  for await (const events of session.events()) {
    for (const event of events) {
      outline.duration = event.time;
      if (event.type === "marker" && outline.markers.length < MOST_MARKERS) {
        outline.markers.push(moment(event.time, event.label.slice(0, 200)));
      }
      add(transcript.push(event));
    }
  }
  add(transcript.end());
  await writeFile(target, await gzip(JSON.stringify(outline)));
}
