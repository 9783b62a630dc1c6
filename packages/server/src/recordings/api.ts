import { type Context, Hono } from "hono";
import type { Machines } from "../accounts/machines.js";
import type { Config } from "../config.js";
import type { Recording } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import { Refusal } from "../refusal.js";
import { acceptsJson } from "../web/negotiation.js";
import { addressOf, fileEnding, type RecordingService } from "./service.js";
import { type Body, type BodyVariables, readBody, receiveUpload } from "./upload.js";

interface Parts {
  config: Config;
  machines: Machines;
  recordings: RecordingService;
  files: FileStore;
}

/** JSON bodies hold an owner's settings, nothing else. */
const JSON_LIMIT = 64 * 1024;

/** The interface for commands: `/api/v1/recordings` and, for asciinema 2, `/api/asciicasts`. */
export function recordingApi({ config, machines, recordings, files }: Parts): Hono<{ Variables: BodyVariables }> {
  const app = new Hono<{ Variables: BodyVariables }>();

  app.use(async (c, next) => {
    if (!acceptsJson(c.req.header("accept"))) throw new Refusal("not_acceptable", "Only JSON can be answered here");
    await next();
    c.res.headers.set("cache-control", "no-store");
  });

  const upload = (field: string) => async (c: Context<{ Variables: BodyVariables }>) => {
    const uploader = await machines.uploader(c.req.header("authorization"));
    await recordings.admit(uploader);
    const upload = await receiveUpload(c.req.raw.headers, c.var.body, field, config.uploadSizeLimit, files.draft());
    const { recording, cut } = await recordings.create(uploader, upload, c.req.header("user-agent"));
    const claim = uploader.user.email === null ? claimNote(config, uploader.installId) : "";
    const answer = represent(config, recording, cut, claim);
    return c.json(answer, 201, { location: answer.url });
  };
  app.post("/v1/recordings", upload("file"));
  app.post("/asciicasts", upload("asciicast"));

  app.on(["PUT", "PATCH"], "/v1/recordings/:id", async (c) => {
    const actor = await machines.owner(c.req.header("authorization"));
    const changes = await settings(c.req.header("content-type"), c.var.body);
    return c.json(represent(config, await recordings.update(actor, c.req.param("id"), changes)));
  });

  app.delete("/v1/recordings/:id", async (c) => {
    const actor = await machines.owner(c.req.header("authorization"));
    await recordings.delete(actor, c.req.param("id"));
    return c.body(null, 204);
  });

  return app;
}

/** What to tell somebody whose recordings will not stay, and how they can. */
function claimNote({ url, unclaimed }: Config, installId: string): string {
  if (!unclaimed) return "";
  const days = (number: number) => (number === 1 ? "1 day" : `${number} days`);
  const fate = unclaimed.hide
    ? `hidden after ${days(unclaimed.hide)} and deleted after ${days(unclaimed.delete)}`
    : `deleted after ${days(unclaimed.delete)}`;
  return (
    `\nThis machine is not connected to an account on ${new URL(url).host}. What it uploads is ${fate}.\n` +
    `To keep it, open this link and sign in:\n\n    ${url}/connect/${installId}\n`
  );
}

/** A recording as the interface tells it.
 *
 *  @param cut    the number of a last line that was torn and left out
 *  @param claim  what else the one who uploads has to know */
function represent(config: Config, recording: Recording, cut?: number, claim = "") {
  const url = `${config.url}/a/${addressOf(recording)}`;
  const note = cut === undefined ? "" : `\nLine ${cut} of the file was not complete: the recording ends before it.\n`;
  return {
    id: recording.id,
    url,
    file_url: `${url}.${fileEnding(recording)}`,
    audio_url: recording.audio_url,
    title: recording.title,
    description: recording.description,
    visibility: recording.visibility,
    message: `View the recording at:\n\n    ${url}\n${note}${claim}`,
  };
}

/** The fields of a JSON object or of a form. */
export async function settings(type: string | undefined, body: Body): Promise<Record<string, unknown>> {
  const text = (await readBody(body, JSON_LIMIT)).toString("utf8");
  if (/^application\/x-www-form-urlencoded\b/i.test(type ?? "")) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new Refusal("bad_request", "A JSON object or a form is needed");
}
