import type { Logger } from "../options.js";

const DRIFT = 0.06; // seconds that picture and sound may be apart
const PATIENCE = 5000; // milliseconds that playback waits for sound to be there

/** Sound that belongs to a recording. Times are seconds of the recording. */
export class Sound {
  readonly #audio = new Audio();
  readonly #logger: Logger;
  #failed = false;

  /** @param onChange  hears that sound has run dry (true), that it goes on (false), and from time to time where it is */
  constructor(url: string, logger: Logger, onChange: (waits: boolean | undefined, time: number) => void) {
    const audio = this.#audio;
    this.#logger = logger;
    audio.crossOrigin = "anonymous";
    audio.preload = "auto";
    audio.onwaiting = () => onChange(true, audio.currentTime);
    audio.onplaying = () => onChange(false, audio.currentTime);
    audio.ontimeupdate = () => !audio.paused && !audio.seeking && onChange(undefined, audio.currentTime);
    audio.src = url;
  }

  /** Waits until it can be played, but not for ever; says whether there will be sound. */
  async ready(): Promise<boolean> {
    const audio = this.#audio;
    await new Promise<unknown>((resolve) => {
      audio.oncanplay = audio.onerror = resolve;
      setTimeout(resolve, PATIENCE);
    });
    this.#failed = audio.error !== null;
    if (this.#failed) this.#logger.warn("the sound cannot be played:", audio.error!.message);
    else if (audio.duration && audio.seekable.length === 0)
      this.#logger.warn("the sound cannot be sought in: its server does not answer range requests");
    return !this.#failed;
  }

  /** Plays from a time on, if there is sound then.
   *
   *  @throws DOMException  when the browser does not let it */
  async play(time: number, speed: number): Promise<void> {
    const audio = this.#audio;
    audio.playbackRate = speed;
    if (this.#failed || time >= audio.duration) {
      audio.pause();
      return;
    }
    if (Math.abs(audio.currentTime - time) > DRIFT) audio.currentTime = time;
    await audio.play();
  }

  pause(): void {
    this.#audio.pause();
  }

  set muted(muted: boolean) {
    this.#audio.muted = muted;
  }

  /** Lets go of it. */
  stop(): void {
    const audio = this.#audio;
    audio.onwaiting = audio.onplaying = audio.ontimeupdate = audio.oncanplay = audio.onerror = null;
    audio.pause();
    audio.removeAttribute("src");
    audio.load();
  }
}
