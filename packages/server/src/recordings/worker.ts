import { parentPort } from "node:worker_threads";
import { Refusal } from "../refusal.js";
import { drawScreen, type ScreenPicture } from "../streams/drawing.js";
import type { Assignment, Outcome } from "../worker-pool.js";
import { type Conversion, convert } from "./conversion.js";
import { drawPicture, drawRaster, type Picturing, type Rastering, writeOutline, writeTranscript } from "./drawing.js";
import { inspect } from "./inspect.js";
import type { MarkerTime } from "./markers.js";
import { writeSegments } from "./segments.js";
import type { Reading } from "./session.js";

/** Work with a recording that is not done on the event loop. */
export type Task =
  | { kind: "inspect"; upload: string; content: string; limit: number }
  | { kind: "picture"; reading: Reading; picturing: Picturing; target: string }
  | { kind: "raster"; reading: Reading; rastering: Rastering; fonts: readonly string[]; target: string }
  | { kind: "transcript"; reading: Reading; target: string }
  | { kind: "convert"; content: string; version: Conversion; target: string }
  | { kind: "segments"; reading: Reading; markers: MarkerTime[] | undefined; key: string; target: string }
  | { kind: "screen"; picture: ScreenPicture }
  | { kind: "outline"; reading: Reading; most: number; target: string };

function perform(task: Task): Promise<unknown> {
  switch (task.kind) {
    case "inspect":
      return inspect(task.upload, task.content, task.limit);
    case "picture":
      return drawPicture(task.reading, task.picturing, task.target);
    case "raster":
      return drawRaster(task.reading, task.rastering, task.fonts, task.target);
    case "transcript":
      return writeTranscript(task.reading, task.target);
    case "convert":
      return convert(task.content, task.version, task.target);
    case "segments":
      return writeSegments(task.reading, task, task.target);
    case "screen":
      return drawScreen(task.picture);
    case "outline":
      return writeOutline(task.reading, task.most, task.target);
    default:
      return task satisfies never;
  }
}

parentPort!.on("message", async ({ id, task }: Assignment<Task>) => {
  let outcome: Outcome;
  try {
    outcome = { id, result: await perform(task) };
  } catch (error) {
    if (error instanceof Refusal) {
      const { type, message, details } = error;
      outcome = { id, refusal: { type, message, ...(details && { details }) } };
    } else outcome = { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort!.postMessage(outcome);
});
