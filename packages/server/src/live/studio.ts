import { readFile } from "node:fs/promises";
import type { Init } from "@asciinema-ts/alis";
import { Decoder, type Theme } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import type { AccountRepository } from "../accounts/repository.js";
import type { Config } from "../config.js";
import type { Database } from "../db/database.js";
import type { Stream, StreamSession } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { Log } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { RecordingRepository } from "../recordings/repository.js";
import type { RecordingService } from "../recordings/service.js";
import type { Screen } from "../streams/drawing.js";
import type { LiveScreens } from "../streams/pictures.js";
import { type ListedStream, StreamRepository } from "../streams/repository.js";
import type { OnAir } from "../streams/service.js";
import { Channel, type ChannelParts } from "./channel.js";
import { Joining } from "./joining.js";
import type { RecordingState } from "./recorder.js";
import { SessionRepository } from "./sessions.js";

interface Parts {
  config: Pick<Config, "streams">;
  db: Database;
  files: FileStore;
  accounts: AccountRepository;
  recordings: RecordingService;
  allRecordings: RecordingRepository;
  clock: () => number;
  log: Log;
  progress?: number | undefined;
}

/** All streams that are on or watched on this server. */
export class Studio implements OnAir, LiveScreens {
  readonly joining: Joining;
  private readonly channels = new Map<number, Channel>();
  private readonly parts: ChannelParts;
  private closed = false;

  constructor(parts: Parts) {
    const { db, files, accounts, recordings, allRecordings, log } = parts;
    const streams = new StreamRepository(db);
    const sessions = new SessionRepository(db);
    this.joining = new Joining({ files, sessions, streams, accounts, recordings, allRecordings, log });
    this.parts = { ...parts, config: parts.config.streams, streams, sessions, joining: this.joining };
  }

  /** Goes on with what was on when the server ended, and finishes what was over. */
  async open(): Promise<void> {
    for (const stream of await this.parts.streams.allLive()) {
      try {
        await this.restore(stream);
      } catch (error) {
        this.parts.log.error("stream not restored", { stream: stream.id, error: String(error) });
      }
    }
    await this.tend();
  }

  /** Finishes what is over but was not finished. */
  async tend(): Promise<void> {
    for (const [id, channel] of this.channels) if (channel.idle) this.channels.delete(id);
    for (const session of await this.parts.sessions.over()) {
      // What has not been ended but is on air has just begun.
      if (session.ended_at === null && this.isOnAir(session)) continue;
      await this.joining.join(session);
    }
  }

  /** The channel of a stream, if it is on or watched. */
  find(streamId: number): Channel | undefined {
    return this.channels.get(streamId);
  }

  /** The channel of a stream for a connection, which gives it back by `leave`. */
  enter(stream: ListedStream): Channel {
    const channel = this.channel(stream);
    channel.connections++;
    return channel;
  }

  /** Says that a connection is closed. A channel that nothing happens on is forgotten. */
  leave(channel: Channel): void {
    channel.connections--;
    if (channel.idle) this.channels.delete(channel.stream.id);
  }

  /** The screen of a stream that is on. */
  screen(streamId: number): (Screen & { theme?: Theme; trace: string }) | undefined {
    const channel = this.channels.get(streamId);
    if (!channel?.live) return undefined;
    const { cols, rows, dump, theme } = channel.hub.init();
    return { cols, rows, dump, ...(theme && { theme }), trace: channel.activity.levels() };
  }

  /** What is stored of a stream that is on, as a recording that is not finished. What was typed is in it only if viewers
   *  are to see that. */
  async kept(streamId: number): Promise<AsyncGenerator<Uint8Array> | undefined> {
    const channel = this.channels.get(streamId);
    const id = channel?.recordedSession;
    const session = id ? await this.parts.sessions.byId(id) : undefined;
    if (!session || !channel) return undefined;
    const content = this.joining.content(session);
    return channel.stream.keystroke_overlay ? content : withoutInput(content);
  }

  /** Has the metrics tell how many streams are on and how many watch. */
  measure(metrics: Metrics): void {
    metrics.gauge("streams_live", "Streams that are on.", () => this.live);
    metrics.gauge("stream_viewers", "Connections that watch streams.", () => this.viewers);
  }

  /** How many watch, on this server. */
  get viewers(): number {
    let viewers = 0;
    for (const channel of this.channels.values()) viewers += channel.hub.viewers;
    return viewers;
  }

  private get live(): number {
    let live = 0;
    for (const channel of this.channels.values()) if (channel.live) live++;
    return live;
  }

  async renew(streamId: number): Promise<void> {
    const channel = this.channels.get(streamId);
    if (channel && !channel.produced) await channel.end();
  }

  async stop(streamId: number, why: "ended" | "deleted"): Promise<void> {
    const channel = this.channels.get(streamId);
    if (why === "deleted") this.onDeleted(streamId);
    if (why === "ended") await channel?.stop(1000, "stream ended");
    else await channel?.stop(4040, "stream not found");
  }

  changed(stream: Stream): void {
    this.channels.get(stream.id)?.changed(stream);
    this.onChanged(stream.id);
  }

  /** Set by those who hold the viewers' connections. */
  onChanged: (streamId: number) => void = () => {};
  onDeleted: (streamId: number) => void = () => {};

  /** Stores everything that is on; the next start goes on with it. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all([...this.channels.values()].map((channel) => channel.suspend()));
    await this.joining.settled();
  }

  private channel(stream: ListedStream): Channel {
    const known = this.channels.get(stream.id);
    known?.changed(stream);
    const channel = known ?? new Channel(stream, this.parts);
    this.channels.set(stream.id, channel);
    return channel;
  }

  private isOnAir(session: StreamSession): boolean {
    const channel = session.stream_id === null ? undefined : this.channels.get(session.stream_id);
    return channel?.live ?? false;
  }

  private async restore(stream: ListedStream): Promise<void> {
    const { sessions, streams } = this.parts;
    const [session, screen] = await Promise.all([sessions.open(stream.id), streams.screen(stream.id)]);
    const pieces = session ? await sessions.pieces(session.id) : [];
    const last = pieces.at(-1);
    if (session && last) {
      const known = screen?.session_id === session.id ? screen : undefined;
      const header = new Decoder();
      header.push(session.header);
      const { cols, rows, theme } = header.header!;
      const terminal = new Terminal(known ?? { cols, rows });
      if (known) terminal.feed(known.dump);
      for (const piece of pieces.filter((one) => one.last_id > (known?.last_id ?? -1))) {
        const lines = new Decoder({ damage: "skip" });
        lines.push(session.header);
        for (const event of lines.push(await readFile(await this.parts.files.local(piece.file_key)))) {
          if (event.type === "output") terminal.feed(event.text);
          if (event.type === "resize") terminal.resize(event.cols, event.rows);
        }
      }
      const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
      const state: RecordingState & { base: number } = {
        sessionId: session.id,
        streamId: stream.id,
        pieces: last.number,
        lastId: last.last_id,
        time: last.time,
        size,
        base: session.base,
      };
      const init = {
        lastId: last.last_id,
        time: session.base + last.time,
        cols: terminal.cols,
        rows: terminal.rows,
        ...(theme && { theme }),
        dump: terminal.dump(),
      };
      this.channel(stream).resume(init, session.started_at, state);
    } else if (screen && !session && stream.last_started_at !== null && screen.saved_at >= stream.last_started_at) {
      this.channel(stream).resume(initOf(screen), stream.last_started_at, undefined);
    }
  }
}

/** The lines of a recording as we write it, without what was typed: not even how many keys there were, and when, is told. */
async function* withoutInput(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let rest = "";
  // Milliseconds that belong to the next event.
  let passed = 0;
  for await (const chunk of content) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    let shown = "";
    for (const line of lines) {
      const [start, interval, code] = /^\[([\d.]+), "(.)"/.exec(line) ?? [];
      if (start === undefined) {
        shown += `${line}\n`;
        continue;
      }
      passed += Math.round(Number(interval) * 1000);
      if (code === "i") continue;
      shown += `[${(passed / 1000).toFixed(3)}, "${code}"${line.slice(start.length)}\n`;
      passed = 0;
    }
    if (shown !== "") yield Buffer.from(shown);
  }
}

function initOf(screen: NonNullable<Awaited<ReturnType<StreamRepository["screen"]>>>): Init {
  const { last_id: lastId, time, cols, rows, theme, dump } = screen;
  return { lastId, time, cols, rows, ...(theme && { theme: JSON.parse(theme) as Theme }), dump };
}
