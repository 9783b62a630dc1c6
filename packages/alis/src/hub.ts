import type { Event, Theme } from "@asciinema-ts/asciicast";
import { Terminal } from "@asciinema-ts/vt";
import { encodeEot, encodeEvent, encodeInit } from "./frame.js";
import { type Init, MAGIC } from "./message.js";

/** Microseconds by which an init may be ahead of the events that follow without being so for good. */
const LEAD = 1_000_000;

export interface HubOptions {
  /** Size of the terminal until an init says another. */
  cols: number;
  rows: number;
  theme?: Theme;
  /** Lines that scroll off the screen and are kept in `terminal`; 0 unless given. Viewers do not get them. */
  scrollback?: number;
  /** Which events viewers get besides output, resizes and markers. Input only when told, for it may hold secrets. */
  forward?: { input: boolean; exit: boolean };
  /** A clock in milliseconds that is never set back; `performance.now` unless given. */
  now?: () => number;
}

/** One end of a connection to a viewer. */
export interface Subscriber {
  /** Takes a frame, to be sent later or at once, but without calling the hub meanwhile. False says that no more can be
   *  taken: nothing is sent until `resync()`. */
  send(frame: Uint8Array<ArrayBuffer>): boolean;
  /** Called when `send` has thrown: the subscriber gets nothing more. */
  close(code: number, reason: string): void;
}

/** What a subscriber has in its hands. */
export interface Subscription {
  /** Says that frames can be taken again. What was missed is made up for by a new init. */
  resync(): void;
  /** Ends the subscription. */
  close(): void;
}

/** One live session: owner of its terminal, its clock and the id of its last event, from which it serves viewers.
 *
 *  A viewer gets the magic and an init that brings it to the present, then every event as it is published. Frames are
 *  ALiS v1 in the viewer's dialect. Everything is synchronous, so nothing is lost or doubled between init and events.
 *
 *  Time goes on between events: an init says the time of the last event and what has passed since. */
export class Hub {
  readonly #scrollback: number;
  readonly #forward: { input: boolean; exit: boolean };
  readonly #now: () => number;
  readonly #viewers = new Set<Viewer>();
  #terminal: Terminal;
  #theme: Theme | undefined;
  #live = true;
  #lastId = 0;
  /** The last id when the producer took up where it had left off: up to there it repeats itself. */
  #repeated = 0;
  /** The time of the last event, and the clock when it came; undefined before the first. */
  #time = 0;
  #clock: number | undefined;
  /** The time of the last event that viewers got: from where a shared frame's interval counts. */
  #sent = 0;
  /** The terminal's dump, kept as long as it is right: a thousand viewers that come at once need it once. */
  #dump: string | undefined;

  /** @throws {RangeError} when the size is not one that a terminal can have */
  constructor(options: HubOptions) {
    const { cols, rows, theme, scrollback = 0, forward = { input: false, exit: true } } = options;
    this.#terminal = new Terminal({ cols, rows, scrollback });
    this.#theme = theme;
    this.#scrollback = scrollback;
    this.#forward = forward;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The screen as it is now, for whoever wants a picture of it. To be read only; `reset()` puts another in its place. */
  get terminal(): Terminal {
    return this.#terminal;
  }

  /** The id of the last event, 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The time of the stream now, in microseconds: it goes on between events. */
  get time(): number {
    return this.#present();
  }

  /** How many are subscribed. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** Begins anew from an init: of a session that starts, or of one that is known better by whoever sends it.
   *
   *  @throws {RangeError} when the size is not one that a terminal can have; nothing is changed then */
  reset(init: Init): void {
    const terminal = new Terminal({ cols: init.cols, rows: init.rows, scrollback: this.#scrollback });
    terminal.feed(init.dump);
    this.#terminal = terminal;
    this.#theme = init.theme;
    this.#live = true;
    this.#lastId = init.lastId;
    this.#repeated = 0;
    this.#time = init.time;
    this.#sent = init.time;
    this.#clock = this.#now();
    this.#dump = undefined;
    for (const viewer of this.#viewers) if (!viewer.full) this.#init(viewer);
  }

  /** Takes up a stream where its producer was cut off, if the init says so: it has no dump, and its last id is known here.
   *  The screen stays; events that are repeated are not taken again. To be asked for `v1.alis.ack` only.
   *
   *  @returns false when the stream cannot go on from there; `reset()` is then what the init means */
  resume(init: Init): boolean {
    const known = this.#live && init.dump === "" && init.lastId > 0 && init.lastId <= this.#lastId;
    if (known) this.#repeated = this.#lastId;
    return known;
  }

  /** What brings somebody who comes now to the present. */
  init(): Init {
    const { cols, rows } = this.#terminal;
    this.#dump ??= this.#clock === undefined ? "" : this.#terminal.dump();
    const theme = this.#theme;
    return { lastId: this.#lastId, time: this.#present(), cols, rows, ...(theme && { theme }), dump: this.#dump };
  }

  /** Takes an event: changes the terminal and sends it to the viewers. After `end()` nothing is taken until `reset()`.
   *
   *  @param event  with a time from the start of the stream; one before the last is taken as the last
   *  @param id     more than the last one; the next number unless given
   *  @returns whether it was taken: not when nothing is on, nor when it is known already
   *  @throws {RangeError} for a resize to a size that a terminal cannot have; nothing is changed then */
  publish(event: Event, id: number = this.#lastId + 1): boolean {
    if (!this.#live || id <= this.#repeated) return false;
    if (event.type === "resize") this.#terminal.resize(event.cols, event.rows);
    if (event.type === "output") this.#terminal.feed(event.text);
    if (event.type === "resize" || event.type === "output") this.#dump = undefined;
    this.#lastId = id;
    this.#time = Math.max(this.#time, event.time);
    this.#clock = this.#now();
    this.#broadcast(event);
    return true;
  }

  /** Adds a viewer and brings it to the present. While nothing is on, it gets the magic only. */
  subscribe(subscriber: Subscriber): Subscription {
    const viewer: Viewer = { subscriber, full: false, begun: false, time: 0 };
    this.#viewers.add(viewer);
    this.#send(viewer, MAGIC);
    if (this.#live && !viewer.full) this.#init(viewer);
    return {
      resync: () => {
        if (!this.#viewers.has(viewer) || !viewer.full) return;
        viewer.full = false;
        if (this.#live) this.#init(viewer);
        else this.#eot(viewer);
      },
      close: () => {
        this.#viewers.delete(viewer);
      },
    };
  }

  /** Ends the transmission. Viewers stay, for the next session, which `reset()` begins. */
  end(): void {
    if (!this.#live) return;
    this.#live = false;
    for (const viewer of this.#viewers) if (!viewer.full) this.#eot(viewer);
  }

  #broadcast(event: Event): void {
    if (!this.#forwards(event)) return;
    const shared = encodeEvent(event, this.#lastId, this.#time - this.#sent);
    if (!shared) return;
    for (const viewer of this.#viewers) {
      if (viewer.full) continue;
      // An init's time may lie between two events, or after the next one: then the interval is this viewer's own.
      const own = viewer.time !== this.#sent;
      this.#send(viewer, own ? encodeEvent(event, this.#lastId, this.#time - viewer.time)! : shared);
      // One that is far ahead, since it came while the session's clock stood still, stays so: it must not get everything
      // without intervals until the clock has caught up.
      if (viewer.time < this.#time || viewer.time > this.#time + LEAD) viewer.time = this.#time;
    }
    this.#sent = this.#time;
  }

  #forwards(event: Event): boolean {
    if (event.type === "input") return this.#forward.input;
    return event.type !== "exit" || this.#forward.exit;
  }

  #init(viewer: Viewer): void {
    const init = this.init();
    viewer.time = init.time;
    viewer.begun = true;
    this.#send(viewer, encodeInit(init));
  }

  #eot(viewer: Viewer): void {
    // Players do not expect the end of what has not begun for them, nor a second end.
    if (!viewer.begun) return;
    viewer.begun = false;
    this.#send(viewer, encodeEot(this.#present() - viewer.time));
  }

  /** The time of the stream now. */
  #present(): number {
    if (this.#clock === undefined) return 0;
    return this.#time + Math.max(0, Math.round((this.#now() - this.#clock) * 1000));
  }

  #send(viewer: Viewer, frame: Uint8Array<ArrayBuffer>): void {
    try {
      viewer.full = !viewer.subscriber.send(frame);
    } catch {
      // One that fails must not keep the others waiting.
      this.#viewers.delete(viewer);
      viewer.full = true;
      viewer.subscriber.close(1011, "sending failed");
    }
  }
}

interface Viewer {
  readonly subscriber: Subscriber;
  /** It cannot take frames; the next one will be an init. */
  full: boolean;
  /** It got an init and no end of transmission since. */
  begun: boolean;
  /** The time that it has arrived at by what was sent to it, apart from a lead that it keeps. */
  time: number;
}
