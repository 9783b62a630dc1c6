import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { User } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { RecordingRepository } from "../recordings/repository.js";
import { type TarEntry, tar } from "../tar.js";

/** Everything that an account holds, as a tar file: what is known about it and its recordings as JSON, and the recordings
 *  as they were uploaded, compressed with gzip. */
export function exported(
  user: User,
  recordings: RecordingRepository,
  files: FileStore,
  now: number,
): AsyncGenerator<Uint8Array> {
  return tar(entries(user, recordings, files, now));
}

async function* entries(
  user: User,
  recordings: RecordingRepository,
  files: FileStore,
  now: number,
): AsyncGenerator<TarEntry> {
  const { username, name, email, default_recording_visibility, created_at } = user;
  yield json(
    "account.json",
    { username, name, email, default_recording_visibility, created_at: date(created_at) },
    now,
  );
  for await (const recording of recordings.allOf(user.id)) {
    // What belongs to the server's inside stays there: where files lie, whose row it is.
    const { user_id: _, cli_id: __, file_key: key, ...told } = recording;
    const dates = { created_at: date(told.created_at), updated_at: date(told.updated_at) };
    yield json(`recordings/${recording.id}.json`, { ...told, ...dates }, recording.updated_at);
    const path = await files.local(key).catch(() => undefined);
    if (path === undefined) continue; // deleted while this was under way
    const { size } = await stat(path);
    yield {
      name: `recordings/${recording.id}.cast.gz`,
      size,
      modified: recording.created_at,
      content: createReadStream(path, { end: size - 1 }),
    };
  }
}

function json(name: string, value: unknown, modified: number): TarEntry {
  const content = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  return { name, size: content.length, modified, content: [content] };
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
