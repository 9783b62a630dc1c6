import { type Events, eventNames } from "./driver.js";
import type { Options } from "./options.js";
import type { Player } from "./player.js";
import type { Source } from "./source.js";

/** `<asciinema-player src="demo.cast">`. Every option is an attribute (`idle-time-limit="2"`, `theme="nord"`, `autoplay`);
 *  `markers` are JSON. What is no text is given by the properties. The player is made anew when they change.
 *
 *  Events of the player are events of the element, with what they say as `detail`. */
export interface AsciinemaPlayerElement extends HTMLElement {
  /** The player while the element is in a page and has a source. */
  readonly player: Player | undefined;
  /** What is played, in place of `src`. */
  source: Source | undefined;
  /** Options, over those of the attributes. */
  options: Options;
  /** Seconds; setting it seeks. */
  currentTime: number;
  /** Seconds; NaN until it is known, as of other media. */
  readonly duration: number;
  play(): Promise<boolean | void>;
  pause(): Promise<boolean | void>;
  addEventListener<Name extends keyof Events>(
    name: Name,
    listener: (this: AsciinemaPlayerElement, event: CustomEvent<Events[Name]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "asciinema-player": AsciinemaPlayerElement;
  }
}

const attributes =
  "src cols rows autoplay preload loop start-at speed idle-time-limit theme poster audio-url adaptive-palette " +
  "bold-is-bright fit controls cursor-mode keystroke-overlay markers pause-on-markers terminal-font-size " +
  "terminal-font-family terminal-line-height font-size";

/** Makes `<asciinema-player>` known to the page; the script bundle does so by itself. Does nothing the second time.
 *
 *  @param create  makes the players */
export function define(create: (source: Source, container: HTMLElement, options: Options) => Player): void {
  if (customElements.get("asciinema-player")) return;
  class PlayerElement extends HTMLElement {
    static observedAttributes = attributes.split(" ");
    #player: Player | undefined;
    #source: Source | undefined;
    #options: Options = {};
    #changed = false;

    get player(): Player | undefined {
      return this.#player;
    }

    get source(): Source | undefined {
      return this.#source;
    }
    set source(source: Source | undefined) {
      if (source === this.#source) return;
      this.#source = source;
      this.#change();
    }

    get options(): Options {
      return this.#options;
    }
    set options(options: Options) {
      // Frameworks set a new object each time they draw.
      const same = JSON.stringify(options) === JSON.stringify(this.#options);
      this.#options = options;
      if (!same) this.#change();
    }

    get currentTime(): number {
      return this.#player?.getCurrentTime() ?? 0;
    }
    set currentTime(seconds: number) {
      this.#player?.seek(seconds).catch(() => {}); // the error event tells
    }

    get duration(): number {
      return this.#player?.getDuration() ?? Number.NaN;
    }

    play(): Promise<boolean | void> {
      return this.#player?.play() ?? Promise.resolve(false);
    }

    pause(): Promise<boolean | void> {
      return this.#player?.pause() ?? Promise.resolve(false);
    }

    connectedCallback(): void {
      for (const name of ["source", "options"] as const) {
        // Set before the element was known.
        const own = Object.getOwnPropertyDescriptor(this, name);
        if (own && Reflect.deleteProperty(this, name)) this[name] = own.value;
      }
      this.#make();
    }

    disconnectedCallback(): void {
      this.#player?.dispose();
      this.#player = undefined;
    }

    attributeChangedCallback(): void {
      this.#change();
    }

    /** Makes the player anew once everything that changes together has. */
    #change(): void {
      if (this.#changed) return;
      this.#changed = true;
      queueMicrotask(() => {
        if (this.#changed && this.isConnected) this.#make();
      });
    }

    #make(): void {
      this.#changed = false;
      this.#player?.dispose();
      this.#player = undefined;
      const source = this.#source ?? this.getAttribute("src");
      if (source === null) return;
      const player = create(source, this, { ...fromAttributes(this), ...this.#options });
      this.#player = player;
      for (const name of eventNames) {
        player.addEventListener(name, (detail) => void this.dispatchEvent(new CustomEvent(name, { detail })));
      }
    }
  }
  customElements.define("asciinema-player", PlayerElement);
}

/** Options as attributes say them: `idle-time-limit="2"` is `idleTimeLimit: 2`. */
function fromAttributes(element: Element): Options {
  const options: Record<string, unknown> = {};
  for (const name of attributes.split(" ")) {
    const value = element.getAttribute(name);
    if (value === null) continue;
    const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const number = Number(value);
    options[key] =
      key === "markers"
        ? JSON.parse(value)
        : value === "" || value === "true" || (value !== "false" && (Number.isNaN(number) ? value : number));
  }
  // As the element of version 2 had it.
  const { fontSize, fit = false } = options;
  return fontSize === undefined ? options : { ...options, fit: fit as false, terminalFontSize: `${fontSize}` };
}
