import { writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type Event, encoder } from "@asciinema-ts/asciicast";
import type { StreamScreen } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import type { Log } from "../log.js";
import { randomToken } from "../token.js";
import type { SessionRepository } from "./sessions.js";

/** A piece is stored so many milliseconds after its first event, or as soon as it has so many characters. */
const PIECE_AGE = 500;
const PIECE_SIZE = 256 * 1024;
/** Characters that may wait for a disk that does not take them, and for how long it is left alone when it fails. */
const MOST_WAITING = 16 * 1024 * 1024;
const RETRY = 1000;
/** How often the screen is stored along with a piece, in milliseconds. */
const SCREEN_AGE = 5000;

/** Where a session's recording stands. */
export interface RecordingState {
  sessionId: number;
  streamId: number;
  /** How many pieces are stored, the last event in them, its time in the recording (µs), and their size in all. */
  pieces: number;
  lastId: number;
  time: number;
  size: number;
}

interface Parts {
  files: FileStore;
  sessions: SessionRepository;
  clock: () => number;
  log: Log;
  /** Characters that a recording may have. */
  limit: number;
  /** The epoch in whose name pieces are stored; `undefined` when the stream is no longer ours. */
  epoch: () => Promise<number | undefined>;
  /** The screen as it is now, after everything that was written. */
  screen: () => Omit<StreamScreen, "session_id">;
  /** Called with the last event that is stored for good. */
  onStored: (lastId: number) => void;
}

/** Writes a session into numbered pieces as it goes. Whoever calls it never waits; events are stored within a second, and
 *  what is stored survives anything that the disk survives. */
export class Recorder {
  private readonly state: RecordingState;
  private readonly encode: (event: Event) => string;
  /** Lines that no piece has yet, and the last event in them. */
  private lines: string[] = [];
  private length = 0;
  private lastId: number;
  private time: number;
  private size: number;
  private screenAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  /** What was passed over since too much waits for the disk: how many events, the last of them, how the session ended. */
  private missing: { events: number; id: number; time: number; exit?: Event } | undefined;
  private storing: Promise<void> | undefined;
  private stopped = false;

  /** @param state  where to go on; the times of events count from the start of the recording */
  constructor(
    state: RecordingState,
    private readonly parts: Parts,
  ) {
    this.state = { ...state };
    ({ lastId: this.lastId, time: this.time, size: this.size } = state);
    // Intervals count from the last event as it is in the file, rounded.
    const offset = Math.floor((state.time + 500) / 1000) * 1000;
    const { event } = encoder("asciicast-v3", { cols: 80, rows: 24 });
    this.encode = (one) => event({ ...one, time: Math.max(0, one.time - offset) });
  }

  get sessionId(): number {
    return this.state.sessionId;
  }

  /** The last event that is stored for good. */
  get storedId(): number {
    return this.state.lastId;
  }

  /** The time of that event in the recording, in microseconds. */
  get storedTime(): number {
    return this.state.time;
  }

  /** Whether it still records. It ends when it has reached its limit, or when the stream is no longer ours. */
  get active(): boolean {
    return !this.stopped;
  }

  /** Says which session the pieces belong to, once that is known. */
  begun(sessionId: number): void {
    this.state.sessionId = sessionId;
  }

  /** Takes an event. */
  write(event: Event, id: number): void {
    if (this.stopped) return;
    if (this.missing) {
      this.missing.events++;
      this.missing.id = id;
      this.missing.time = Math.max(this.missing.time, event.time);
      if (event.type === "exit") this.missing.exit = event;
      return;
    }
    this.time = Math.max(this.time, event.time);
    this.lastId = id;
    this.push(this.encode({ ...event, time: this.time }));
    if (this.size > this.parts.limit) {
      this.note(`the recording ends here: ${this.parts.limit} bytes are the limit of this server`);
      this.parts.log.warn("stream recording full", { stream: this.state.streamId });
      this.stopped = true;
    }
    // The end is waited for by whoever sent it.
    if (event.type === "exit") this.cut();
  }

  /** Writes something for those who read the file. */
  note(text: string): void {
    if (!this.stopped) this.push(`# ${text}\n`);
  }

  /** Stores what is left. */
  async flush(): Promise<void> {
    for (;;) {
      this.cut();
      if (!this.storing) return;
      await this.storing;
    }
  }

  private push(line: string): void {
    this.lines.push(line);
    this.length += line.length;
    this.size += line.length;
    if (this.length >= PIECE_SIZE) this.cut();
    else this.timer ??= setTimeout(() => this.cut(), PIECE_AGE);
    if (this.length > MOST_WAITING) this.missing ??= { events: 0, id: this.lastId, time: this.time };
  }

  /** Goes on after more came than could be stored: the present screen stands for what is missing. */
  private catchUp(): void {
    const { missing } = this;
    this.missing = undefined;
    if (!missing || missing.events === 0) return;
    const { events, id, time, exit } = missing;
    this.parts.log.warn("stream recording fell behind", { stream: this.state.streamId, missing: events });
    this.note(
      `${events} ${events === 1 ? "event is" : "events are"} missing here: they came faster than they could be stored`,
    );
    const { cols, rows, dump } = this.parts.screen();
    this.write({ time, type: "resize", cols, rows }, id);
    this.write({ time, type: "output", text: `\x1bc${dump}` }, id);
    if (exit) this.write(exit, id);
  }

  /** Stores what there is, as soon as the piece before it is stored. */
  private cut(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.storing || this.lines.length === 0) return;
    const { parts, state } = this;
    const text = this.lines.join("");
    const piece = { lastId: this.lastId, time: this.time, text, size: state.size + text.length };
    // While something is missing, the screen is further than the piece.
    const due = !this.missing && parts.clock() - this.screenAt >= SCREEN_AGE;
    const screen = due ? { ...parts.screen(), session_id: state.sessionId } : undefined;
    if (due) this.screenAt = parts.clock();
    this.lines = [];
    this.length = 0;
    this.storing = this.store(piece, screen).finally(() => {
      this.storing = undefined;
      if (this.lines.length > 0 && (this.length >= PIECE_SIZE || !this.timer)) this.cut();
    });
    // There is room again.
    this.catchUp();
  }

  private async store(
    { lastId, time, text, size }: { lastId: number; time: number; text: string; size: number },
    screen: StreamScreen | undefined,
  ): Promise<void> {
    const { files, sessions, clock, log, epoch: claimed, onStored } = this.parts;
    const { state } = this;
    const bytes = Buffer.from(text);
    for (let attempt = 0; ; attempt++) {
      try {
        const epoch = await claimed();
        if (epoch === undefined) break;
        const number = state.pieces + 1;
        const draft = files.draft();
        await writeFile(draft, bytes, { mode: 0o600, flag: "wx" });
        const key = pieceKey(clock(), state.sessionId, epoch, number);
        await files.put(key, draft);
        const row = {
          session_id: state.sessionId,
          number,
          epoch,
          file_key: key,
          size: bytes.length,
          last_id: lastId,
          time,
        };
        if (!(await sessions.addPiece(state.streamId, row, screen, clock()))) {
          await files.delete(key);
          break;
        }
        Object.assign(state, { pieces: number, lastId, time, size });
        onStored(lastId);
        return;
      } catch (error) {
        if (attempt === 0) log.error("stream piece not stored", { stream: state.streamId, error: String(error) });
        if (this.stopped && attempt > 3) break;
        await wait(RETRY, undefined, { ref: false });
      }
    }
    // Somebody else has the stream, or nothing can be stored: what comes is not ours to keep.
    this.stopped = true;
    this.lines = [];
    this.length = 0;
  }
}

/** A piece's name says whose it is, when and by whom it was stored; what makes it count is its row. */
function pieceKey(now: number, sessionId: number, epoch: number, number: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll("-", "/");
  return `streams/${day}/${sessionId}/${epoch}-${number}-${randomToken(8)}.cast`;
}
