import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { User } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { RecordingRepository } from "../recordings/repository.js";
import type { StreamService } from "../streams/service.js";
import { type TarEntry, tar } from "../tar.js";

interface Parts {
  recordings: RecordingRepository;
  streams: StreamService;
  files: FileStore;
}

/** Everything that an account holds, as a tar file: what is known about it, its recordings and its streams as JSON, and the
 *  recordings as they were uploaded, compressed with gzip. */
export function exported(user: User, parts: Parts, now: number): AsyncGenerator<Uint8Array> {
  return tar(entries(user, parts, now));
}

async function* entries(user: User, parts: Parts, now: number): AsyncGenerator<TarEntry> {
  const { recordings, streams, files } = parts;
  // Numbers of rows and what administrators are say nothing about the account.
  const { id: _, temporary_username: __, is_admin: ___, ...account } = user;
  yield json("account.json", { ...account, created_at: date(account.created_at) }, now);
  for await (const stream of streams.exported(user)) {
    const dates = {
      next_start_at: date(stream.next_start_at),
      last_started_at: date(stream.last_started_at),
      last_ended_at: date(stream.last_ended_at),
      last_activity_at: date(stream.last_activity_at),
      created_at: date(stream.created_at),
      updated_at: date(stream.updated_at),
    };
    yield json(`streams/${stream.public_token}.json`, { ...stream, ...dates }, stream.updated_at);
  }
  for await (const recording of recordings.allOf(user.id)) {
    // What belongs to the server's inside stays there: where files lie, whose row it is.
    const { user_id, cli_id, file_key: key, ...told } = recording;
    const dates = {
      recorded_at: date(told.recorded_at),
      archived_at: date(told.archived_at),
      created_at: date(told.created_at),
      updated_at: date(told.updated_at),
    };
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

function date(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
