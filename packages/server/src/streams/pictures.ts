import { createHash } from "node:crypto";
import type { Theme } from "@asciinema-ts/asciicast";
import { CARD } from "../recordings/card.js";
import type { Task } from "../recordings/worker.js";
import type { Site } from "../web/site.js";
import type { WorkerPool } from "../worker-pool.js";
import { CORNER, type Screen, type ScreenPicture } from "./drawing.js";
import { prefersOriginal, themeOf } from "./playback.js";
import type { ListedStream, StreamRepository } from "./repository.js";
import { streamTitle } from "./service.js";

/** What is on the screen of a stream that is on. */
export interface LiveScreens {
  screen(streamId: number): (Screen & { theme?: Theme; trace: string }) | undefined;
}

/** A picture of a stream, and what stands for everything that went into it. */
export interface StreamPicture {
  content: Uint8Array;
  key: string;
}

/** Pictures kept in memory. */
const MOST = 200;
const BARS = 64;

/** Pictures of streams: of the screen as it is, or as it was last. */
export class StreamPictures {
  private readonly made = new Map<string, Promise<Uint8Array>>();

  constructor(
    private readonly live: LiveScreens,
    private readonly repository: StreamRepository,
    private readonly workers: WorkerPool<Task>,
    private readonly site: Pick<Site, "host">,
    private readonly fonts: readonly string[],
  ) {}

  /** @param variant  `screen` and `corner` are SVG, compressed with gzip; `card` is PNG */
  async picture(stream: ListedStream, variant: ScreenPicture["variant"]): Promise<StreamPicture> {
    const on = this.live.screen(stream.id);
    const { cols, rows, dump, theme } = on ?? (await this.last(stream)) ?? nothingYet(variant);
    const picture: ScreenPicture = {
      screen: { cols, rows, dump },
      theme: theme && prefersOriginal(stream) ? theme : themeOf(stream),
      boldIsBright: stream.term_bold_is_bright,
      adaptivePalette: stream.term_adaptive_palette,
      variant,
      facts: {
        title: streamTitle(stream),
        host: this.site.host,
        facts: [...(stream.author ? [stream.author] : []), on ? "live" : "stream", `${cols}×${rows}`],
        trace: (on?.trace ?? "").padEnd(BARS, "0"),
        progress: Math.max(0, (on?.trace.length ?? 0) - 0.5) / BARS,
      },
      fonts: this.fonts,
    };
    // A card shows more than a screen; the others only what they are made of.
    const parts = variant === "card" ? picture : { ...picture, facts: picture.facts.title };
    const key = createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 16);
    let content = this.made.get(key);
    if (!content) {
      content = this.workers.run<Uint8Array>({ kind: "screen", picture });
      content.catch(() => this.made.delete(key));
    }
    this.made.delete(key);
    this.made.set(key, content);
    for (const old of this.made.keys()) {
      if (this.made.size <= MOST) break;
      this.made.delete(old);
    }
    return { content: await content, key };
  }

  private async last(stream: ListedStream): Promise<(Screen & { theme?: Theme }) | undefined> {
    const screen = await this.repository.screen(stream.id);
    if (!screen) return undefined;
    const { cols, rows, dump, theme } = screen;
    return { cols, rows, dump, ...(theme && { theme: JSON.parse(theme) as Theme }) };
  }
}

/** The screen of a stream that was never on: a flat line with the amber cell at its start. */
function nothingYet(variant: ScreenPicture["variant"]): Screen & { theme?: Theme } {
  const { cols, rows } = { screen: { cols: 80, rows: 24 }, corner: CORNER, card: CARD }[variant];
  const row = Math.floor(rows / 2);
  const margin = Math.floor(cols / 8);
  const words = "Not on yet";
  const line = `\x1b[${row};${margin + 1}H\x1b[38;2;255;178;36m█\x1b[0;2m${"·".repeat(cols - 2 * margin - 1)}`;
  const below = `\x1b[${row + 2};${margin + 1}H\x1b[0m${words}`;
  // What is shown of a screen goes down to its last line with text.
  return { cols, rows, dump: `\x1b[?25l${line}${below}\x1b[${rows};1H` };
}
