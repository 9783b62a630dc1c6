import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import type { Recording } from "../db/schema.js";
import type { DerivedFiles } from "../derived.js";
import type { FileStore } from "../files/files.js";
import { Refusal } from "../refusal.js";
import { clockTime } from "../web/components.js";
import type { WorkerPool } from "../worker-pool.js";
import type { Conversion } from "./conversion.js";
import type { Outline, Rastering } from "./drawing.js";
import { IdleTime } from "./idle-time.js";
import { lookOf } from "./look.js";
import { ownMarkers, snapshotAt } from "./playback.js";
import type { ListedRecording } from "./repository.js";
import { readSegment } from "./segments.js";
import { titleOf } from "./service.js";
import type { Reading } from "./session.js";
import type { Task } from "./worker.js";

const gunzip = promisify(gunzipCallback);

/** Changes when the same recording is drawn differently: what was kept is drawn anew then. */
const DRAWING = 1;

/** The same for segments. */
const SEGMENTING = 2;

/** Milliseconds that a page waits for what it can do without. */
const PATIENCE = 2000;

/** Bytes, unpacked, from which on a recording is played in segments. */
const LONG = 4_000_000;

/** Lines of the transcript that a page shows; the file has all. */
const OUTLINE_LINES = 1000;

/** A recording as it is played in segments. */
export interface Segmented {
  /** The index, below the recording's address. */
  file: string;
  /** The moment that playback is to begin at, in seconds as they are played. */
  startAt?: number;
}

/** A picture that can be asked for. */
export interface Picture {
  /** Stands for everything that goes into it. */
  key: string;
  /** Its size as shown, in px; roughly, when the recording changes its size. */
  width: number;
  height: number;
}

/** What is drawn and written from recordings: on demand, once, kept on disk. */
export class Previews {
  constructor(
    private readonly derived: DerivedFiles,
    private readonly files: FileStore,
    private readonly workers: WorkerPool<Task>,
    /** Where the recordings are hosted, for people. */
    private readonly host: string,
    /** Paths of further fonts for pictures in PNG. */
    private readonly fonts: readonly string[],
  ) {}

  /** The picture of a whole screen. */
  picture(recording: ListedRecording): Picture {
    return {
      key: createHash("sha256")
        // The card says whose it is and where it is hosted, too.
        .update(JSON.stringify([this.ingredients(recording), recording.author, this.host]))
        .digest("base64url")
        .slice(0, 16),
      width: Math.round((recording.term_cols_override ?? recording.term_cols) * 8.4 + 22),
      height: (recording.term_rows_override ?? recording.term_rows) * 19 + 22,
    };
  }

  /** The path of the SVG, compressed with gzip. */
  svg(recording: ListedRecording, variant: "screen" | "corner"): Promise<string> {
    return this.derived.get(["svg", variant, this.ingredients(recording)], async (target) => {
      const reading = await this.reading(recording);
      const { moment, title } = this.ingredients(recording);
      await this.workers.run({ kind: "picture", reading, picturing: { ...moment, title, variant }, target });
    });
  }

  /** The path of the PNG. The card says whose recording it is, too. */
  png(recording: ListedRecording, variant: "screen" | "corner" | "card"): Promise<string> {
    const { moment, title } = this.ingredients(recording);
    const { author, duration, trace } = recording;
    const cols = recording.term_cols_override ?? recording.term_cols;
    const rows = recording.term_rows_override ?? recording.term_rows;
    const rastering: Rastering =
      variant === "card"
        ? {
            ...moment,
            variant,
            title,
            host: this.host,
            facts: [...(author ? [author] : []), clockTime(duration), `${cols}×${rows}`],
            trace,
            progress: duration > 0 ? moment.at / duration : 0,
          }
        : { ...moment, variant };
    const key = ["png", DRAWING, recording.content_hash, sizeOf(recording), idleTimeLimitOf(recording)];
    return this.derived.get([...key, rastering, this.fonts], async (target) => {
      const reading = await this.reading(recording);
      await this.workers.run({ kind: "raster", reading, rastering, fonts: this.fonts, target });
    });
  }

  /** The path of the content in another version of the format, compressed with gzip. */
  async converted(recording: Recording, version: Conversion): Promise<string> {
    const content = await this.files.local(recording.file_key);
    return this.derived.get(["cast", DRAWING, recording.content_hash, version], (target) =>
      this.workers.run({ kind: "convert", content, version, target }),
    );
  }

  /** What the segments of a recording depend on, as a text for their addresses. */
  segmentsKey(recording: Recording): string {
    return createHash("sha256")
      .update(JSON.stringify(this.segmenting(recording)))
      .digest("base64url")
      .slice(0, 16);
  }

  /** The path of the file of segments, see `segments.ts`. */
  segments(recording: Recording): Promise<string> {
    return this.derived.get(["segments", this.segmenting(recording)], async (target) => {
      const reading = await this.reading(recording);
      const key = this.segmentsKey(recording);
      await this.workers.run({ kind: "segments", reading, markers: ownMarkers(recording), key, target });
    });
  }

  /** How a recording is played that is too long to be loaded whole: the address of its segments, and where a recorded moment
   *  is in them. `undefined` for any other, and when the segments cannot be had soon: it plays as a whole then.
   *
   *  @param startAt  the moment that playback is to begin at, in seconds */
  async segmented(recording: Recording, startAt: number | undefined): Promise<Segmented | undefined> {
    if (recording.uncompressed_size < LONG || recording.duration === 0) return undefined;
    const path = await soon(this.segments(recording));
    if (path === undefined) return undefined;
    const file = `segments/index.json?v=${this.segmentsKey(recording)}`;
    if (startAt === undefined) return { file };
    const cuts = JSON.parse((await gunzip((await readSegment(path, "cuts"))!)).toString("utf8"));
    return { file, startAt: new IdleTime(undefined, cuts).shortened(Math.round(startAt * 1e6)) / 1e6 };
  }

  private segmenting(recording: Recording) {
    return [SEGMENTING, recording.content_hash, sizeOf(recording), idleTimeLimitOf(recording), recording.markers];
  }

  /** The path of the plain text, compressed with gzip. */
  transcript(recording: Recording): Promise<string> {
    return this.derived.get(["txt", DRAWING, recording.content_hash, sizeOf(recording)], async (target) => {
      await this.workers.run({ kind: "transcript", reading: await this.reading(recording), target });
    });
  }

  /** Chapters, length and the beginning of the transcript; `undefined` when they cannot be had soon. A page does without
   *  them rather than keep a reader waiting; they are there for the next one. */
  outline(recording: Recording): Promise<Outline | undefined> {
    return soon(this.wholeOutline(recording));
  }

  private async wholeOutline(recording: Recording): Promise<Outline> {
    const key = [
      "outline",
      DRAWING,
      recording.content_hash,
      sizeOf(recording),
      idleTimeLimitOf(recording),
      OUTLINE_LINES,
    ];
    const path = await this.derived.get(key, async (target) => {
      const reading = await this.reading(recording);
      await this.workers.run({ kind: "outline", reading, most: OUTLINE_LINES, target });
    });
    return JSON.parse((await gunzip(await readFile(path))).toString("utf8")) as Outline;
  }

  private async reading(recording: Recording): Promise<Reading> {
    return {
      content: await this.files.local(recording.file_key),
      cols: recording.term_cols_override,
      rows: recording.term_rows_override,
      idleTimeLimit: idleTimeLimitOf(recording),
    };
  }

  /** Everything that a picture depends on. */
  private ingredients(recording: ListedRecording) {
    const { theme, recorded, boldIsBright, adaptivePalette } = lookOf(recording);
    return {
      drawing: DRAWING,
      content: recording.content_hash,
      size: sizeOf(recording),
      idleTimeLimit: idleTimeLimitOf(recording),
      moment: {
        at: Math.round(snapshotAt(recording) * 1e6),
        theme: recorded ? null : theme,
        boldIsBright,
        adaptivePalette,
      },
      title: titleOf(recording),
    };
  }
}

/** What is worked out, if that does not take long. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  const patience = wait(PATIENCE, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
  try {
    return await Promise.race([work, patience]);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  } finally {
    late.abort();
  }
}

function sizeOf(recording: Recording) {
  return [recording.term_cols_override, recording.term_rows_override];
}

function idleTimeLimitOf(recording: Recording): number | null {
  return recording.idle_time_limit === null ? null : Math.round(recording.idle_time_limit * 1e6);
}
