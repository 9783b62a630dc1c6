import { type Snapshot, Terminal } from "@asciinema-ts/vt";
import { Clock } from "./clock.js";
import { Bar, barHeight } from "./controls/bar.js";
import type { Commands } from "./controls/commands.js";
import { Curtain } from "./controls/curtain.js";
import { press } from "./controls/keyboard.js";
import type { Keystrokes } from "./controls/keystrokes.js";
import { html, isFullscreen, rootOf } from "./dom.js";
import type { Dispatch, Driver, Events } from "./driver.js";
import { type Listener, Listeners } from "./listeners.js";
import { more } from "./loader.js";
import type { Settings } from "./options.js";
import type { Player } from "./player.js";
import { checkTheme } from "./screen/colors.js";
import { Screen } from "./screen/screen.js";
import { showable } from "./size.js";
import type { AnyDriverFactory } from "./source.js";

const IDLE = 2000; // milliseconds of no activity after which the bar goes
const PATIENCE = 300; // milliseconds until it shows that something loads
const INTERRUPTION = 1000; // milliseconds that a live stream may be away before it shows
const SETTLED = 10; // milliseconds of an unchanged size before the page is told
const KEPT = 1000; // milliseconds for which a key that could not be shown yet is kept
const SECOND = 1_000_000;

/** Puts a player together: driver → terminal → screen, controls → commands → driver.
 *
 *  Commands run one after another, each when the last one is done. */
export class PlayerView {
  readonly player: Player;
  #factory: AnyDriverFactory;
  #driver: Driver = {};
  #settings: Settings;
  #terminal: Terminal;
  #screen: Screen;
  #bar: Bar | undefined;
  #keystrokes: Keystrokes | undefined;
  /** Keys of the last moments, for what shows them to have when it comes. */
  #pressed: string[] | undefined;
  #curtain: Curtain;
  #help: Curtain;
  #wrapper: HTMLElement;
  #element: HTMLElement;
  #commands: Commands;
  #listeners: Listeners;

  #queue: Promise<unknown>;
  #disposed = false;
  #speed: number;
  /** Where playback will begin, in seconds, while the screen shows a poster from elsewhere in the recording. */
  #resting: number | undefined;
  #playing = false;
  /** Whether the page knows that it takes commands. */
  #ready = false;
  /** The start cell is what lies over the screen when nothing else does. */
  #unplayed = false;
  /** Whether its sound is off; undefined while there is none. */
  #muted: boolean | undefined;
  /** Help paused it and will let it go on. */
  #pausedByHelp = false;
  #clock: Clock | undefined;

  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #sizeTimer: ReturnType<typeof setTimeout> | undefined;
  #resizes: ResizeObserver;

  constructor(factory: AnyDriverFactory, container: HTMLElement, settings: Settings) {
    this.#factory = factory;
    this.#settings = settings;
    this.#listeners = new Listeners(settings.logger);
    this.#speed = settings.driver.speed;
    const { cols = 80, rows = 24, poster, startAt } = settings.driver;
    if (poster) this.#resting = startAt;
    this.#terminal = new Terminal({ cols, rows });
    const { theme, terminalFontFamily: fontFamily, controls } = settings;
    this.#element = html("div", { class: `ap-player ap-default-term-ff asciinema-player-theme-${theme.name}` });
    if (fontFamily) this.#element.style.setProperty("--term-font-family", fontFamily);
    this.#wrapper = html("div", { class: "ap-wrapper", tabindex: -1 }, this.#element);
    const bar = controls === false ? () => 0 : barHeight;
    this.#screen = new Screen(this.#terminal, this.#element, settings, bar);
    this.#curtain = new Curtain(this.#screen.element, this.#wrapper);
    this.#help = new Curtain(this.#screen.element, this.#wrapper);
    this.#element.append(this.#screen.element);
    this.#commands = this.#makeCommands();
    this.player = this.#makePlayer();

    container.append(this.#wrapper);
    this.#resizes = new ResizeObserver(() => this.#measure());
    this.#resizes.observe(this.#wrapper);
    this.#screen.mount();
    this.#measure();
    this.#listen();
    this.#queue = this.#init().catch(() => {});
  }

  async #init(): Promise<void> {
    await null; // whoever called `create` listens by now
    if (this.#disposed) return;
    const { autoPlay, keystrokeOverlay } = this.#settings;
    if (keystrokeOverlay) this.#toggleKeystrokes(); // what shows them may be long in coming
    await this.#begin(autoPlay);
  }

  async #begin(autoPlay: boolean): Promise<void> {
    await this.#open();
    if (!autoPlay) this.#showStart();
    this.#wake();
    await this.#driver.init?.();
    // A browser may want a visitor's click before there is sound.
    if (autoPlay) {
      await Promise.resolve(this.#play()).catch(() => {
        clearTimeout(this.#patience);
        if (!this.#curtain.is("error")) this.#showStart();
      });
    }
    if (this.#disposed || this.#ready || this.#curtain.is("error")) return;
    this.#ready = true;
    this.#dispatch("ready", { isPausable: this.#commands.isPausable, isSeekable: this.#commands.isSeekable });
  }

  /** Makes the driver, which may have to be loaded, and the bar for what it can do. */
  async #open(): Promise<void> {
    const { driver: options, logger, controls } = this.#settings;
    this.#patience = setTimeout(() => this.#showLoading(), PATIENCE);
    try {
      this.#driver = await this.#factory({ dispatch: this.#dispatch, logger }, options);
    } catch (error) {
      const { name, message } = error as Error;
      this.#dispatch("error", { name, message, ...(error instanceof TypeError && { canRetry: true }) });
      const fail = () => Promise.reject(error);
      this.#driver = { play: fail, pause: fail, seek: fail };
      throw error;
    } finally {
      clearTimeout(this.#patience);
    }
    if (this.#disposed) {
      this.#driver.stop?.();
      throw stopped();
    }
    this.#driver.setSpeed?.(this.#speed);
    if (!this.#driver.getCurrentTime) this.#clock = new Clock(this.#speed);
    if (controls !== false && !this.#bar) {
      this.#bar = new Bar(this.#commands);
      this.#element.append(this.#bar.element);
    }
    if (this.#curtain.is("loading")) this.#curtain.show();
  }

  /** Begins anew after the network failed. */
  #retry(): void {
    this.#curtain.show();
    this.#driver.stop?.();
    this.#queue = this.#begin(true).catch(() => {});
  }

  #play(): ReturnType<NonNullable<Driver["play"]>> {
    this.#clock?.start();
    return this.#driver.play?.();
  }

  /** Runs a command after those before it. */
  #enqueue<T>(command: (driver: Driver) => T | Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#disposed) throw stopped();
      return command(this.#driver);
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  #makePlayer(): Player {
    return {
      el: this.#wrapper,
      dispose: () => this.#dispose(),
      getCurrentTime: () => this.#currentTime() as number,
      getDuration: () => this.#driver.getDuration?.(),
      play: () => this.#enqueue(() => this.#play()),
      pause: () => this.#enqueue((driver) => driver.pause?.()),
      seek: (where) => this.#enqueue((driver) => driver.seek?.(where) ?? false),
      getSpeed: () => this.#speed,
      setSpeed: (speed) => this.#setSpeed(speed),
      addEventListener: (name, handler) => void this.#listeners.of(name).add(handler as Listener),
      removeEventListener: (name, handler) => void this.#listeners.of(name).delete(handler as Listener),
    };
  }

  #makeCommands(): Commands {
    const view = this;
    const quietly = (command: Promise<unknown>) =>
      command.catch((error) => this.#settings.logger.warn("a command failed:", error)); // shown, if it matters
    return {
      get isPausable() {
        return view.#driver.pause !== undefined;
      },
      get isSeekable() {
        return view.#driver.seek !== undefined;
      },
      get isLive() {
        return view.#driver.live === true;
      },
      get speed() {
        return view.#speed;
      },
      toggle: () => void quietly(this.#playing ? this.player.pause() : this.player.play()),
      seek: (where) => quietly(this.player.seek(where)),
      step: (n) =>
        void quietly(
          this.#enqueue((driver) => driver.step?.(n)).then(() => {
            this.#resting = undefined;
            this.#settle();
          }),
        ),
      setSpeed: (speed) => this.#setSpeed(speed),
      toggleFullscreen: () => this.#toggleFullscreen(),
      toggleKeystrokes: () => this.#toggleKeystrokes(),
      toggleMute: () => (this.#muted ? this.#driver.unmute?.() : this.#driver.mute?.()),
      toggleHelp: () => void this.#toggleHelp().catch(reportError),
      currentTime: () => this.#resting ?? this.#currentTime(),
      duration: () => this.#driver.getDuration?.(),
      trace: () => this.#driver.getTrace?.(128) ?? [],
    };
  }

  #currentTime(): number | undefined {
    if (this.#clock) return this.#clock.position / SECOND;
    return this.#driver.getCurrentTime ? this.#driver.getCurrentTime() : 0;
  }

  #setSpeed(speed: number): void {
    if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`invalid speed: ${speed}`);
    this.#speed = speed;
    if (this.#clock) this.#clock.speed = speed;
    this.#driver.setSpeed?.(speed);
    this.#bar?.setSpeed();
  }

  #dispatch: Dispatch = (name, data: Events[keyof Events] = {}, instead) => {
    // Who wants to know what the terminal shows listens to what replaces it.
    if (this.#disposed || (instead === "nothing" && !this.#listeners.has("reset"))) return;
    const theme = name === "reset" && (data as Events["reset"]).theme;
    const payload = theme ? { ...(data as Events["reset"]), theme: checkTheme(theme) } : data;
    if (instead !== "nothing") this.#react(name, payload, instead);
    if (this.#listeners.has(name)) this.#listeners.tell(this.player, name, payload);
  };

  /** What an event does to the terminal and the controls. */
  #react(name: keyof Events, payload: Events[keyof Events], snapshot?: Snapshot): void {
    switch (name) {
      case "output": {
        const output = payload as Events["output"];
        this.#screen.changed(this.#terminal.feed(typeof output === "string" ? output : output.join("")));
        return;
      }
      case "reset":
        this.#reset(payload as Events["reset"], snapshot);
        return;
      case "resize": {
        const { cols, rows } = showable(payload as Events["resize"]);
        this.#terminal.resize(cols, rows);
        this.#screen.attach(this.#terminal);
        return;
      }
      case "play":
        this.#resting = undefined;
        this.#unplayed = false;
        if (this.#curtain.is("start") || this.#curtain.is("info")) this.#curtain.show();
        clearTimeout(this.#patience);
        if (!this.#playing) this.#patience = setTimeout(() => this.#showLoading(), PATIENCE);
        return;
      case "playing":
        this.#clock?.start();
        this.#setPlaying(true, "playing");
        return;
      case "pause":
        this.#clock?.stop();
        this.#setPlaying(false, "paused");
        return;
      case "ended": {
        const { message } = payload as Events["ended"];
        this.#clock?.stop();
        this.#setPlaying(false, "ended");
        if (message !== undefined) this.#curtain.info(message);
        return;
      }
      case "input":
        this.#press((payload as Events["input"]).data);
        return;
      case "loading":
        this.#clearKeystrokes();
        clearTimeout(this.#patience);
        if (this.#driver.live) this.#bar?.setState("lost");
        if (this.#driver.live && this.#playing) this.#patience = setTimeout(() => this.#showLoading(), INTERRUPTION);
        else this.#showLoading();
        return;
      case "muted":
        this.#muted = payload as Events["muted"];
        this.#bar?.setSound(true, this.#muted);
        return;
      case "offline":
        this.#clearKeystrokes();
        this.#setPlaying(false, "offline");
        this.#curtain.info((payload as Events["offline"]).message);
        return;
      case "error": {
        const { message, canRetry } = payload as Events["error"];
        this.#clearKeystrokes();
        this.#setPlaying(false, "paused");
        this.#curtain.error(message, canRetry ? () => this.#retry() : undefined);
        return;
      }
      case "seeked":
        this.#clearKeystrokes();
        this.#resting = undefined;
        if (!this.#playing) this.#bar?.setState("paused");
        this.#settle();
        return;
      case "metadata": {
        const { markers = [], hasAudio } = payload as Events["metadata"];
        if (hasAudio) this.#muted ??= false;
        this.#bar?.setSound(hasAudio, this.#muted ?? false);
        this.#bar?.line.setTrace(this.#commands.trace());
        this.#bar?.line.setMarkers(markers.map(([time, label]) => ({ time, label })));
        this.#bar?.refresh();
        return;
      }
      case "ready":
        this.#settle();
        this.#screen.updateText();
        return;
    }
  }

  #reset({ size, init, theme }: Events["reset"], snapshot: Snapshot | undefined): void {
    if (snapshot) this.#terminal.restore(snapshot);
    else {
      this.#terminal = new Terminal(showable(size));
      if (init) this.#terminal.feed(init);
    }
    if (theme !== undefined) this.#screen.setTheme(theme);
    this.#screen.attach(this.#terminal);
  }

  #setPlaying(playing: boolean, state: Parameters<Bar["setState"]>[0]): void {
    clearTimeout(this.#patience);
    this.#playing = playing;
    if (playing || this.#curtain.is("loading")) this.#curtain.show();
    this.#bar?.setState(state);
    this.#screen.running = playing;
    this.#wake();
  }

  /** Shows where it has got to; nothing is waited for any more. */
  #settle(): void {
    if (this.#curtain.is("loading")) {
      if (this.#unplayed) this.#showStart();
      else this.#curtain.show();
    }
    this.#bar?.refresh();
    if (!this.#playing) this.#screen.updateText();
  }

  #showStart(): void {
    this.#unplayed = true;
    this.#curtain.start(() => this.#commands.toggle());
  }

  #showLoading(): void {
    const what = this.#commands.isLive ? "Connecting" : "Loading";
    this.#curtain.loading(what, () => this.#driver.getLoaded?.() ?? 0);
  }

  #toggleKeystrokes(): void {
    this.#pressed ??= [];
    more().then(({ Keystrokes }) => {
      this.#keystrokes ??= new Keystrokes(this.#screen.element);
      this.#keystrokes.toggle();
      for (const data of this.#pressed!.splice(0)) this.#keystrokes.press(data);
    }, reportError);
  }

  #press(data: string): void {
    const pressed = this.#pressed;
    if (this.#keystrokes) this.#keystrokes.press(data);
    else if (pressed) {
      pressed.push(data);
      setTimeout(() => pressed.shift(), KEPT);
    }
  }

  #clearKeystrokes(): void {
    this.#keystrokes?.clear();
    this.#pressed &&= [];
  }

  async #toggleHelp(): Promise<void> {
    const { help } = await more();
    if (this.#disposed) return;
    const closes = this.#help.is("help");
    const { isPausable: pause, isSeekable: seek, isLive } = this.#commands;
    if (!closes) this.#pausedByHelp = this.#playing && pause && !isLive;
    if (this.#pausedByHelp) this.#commands.toggle();
    if (closes) {
      this.#pausedByHelp = false;
      this.#help.show();
      return;
    }
    const can = { pause, seek, speed: pause && !isLive, sound: this.#muted !== undefined };
    const element = help(can, () => this.#commands.toggleHelp());
    this.#help.show(element);
    element.focus({ preventScroll: true });
  }

  #toggleFullscreen(): void {
    const leaving = isFullscreen(this.#wrapper);
    const change = leaving ? document.exitFullscreen?.() : this.#wrapper.requestFullscreen?.();
    change?.catch((error) => this.#settings.logger.warn("full screen is not allowed here:", error));
  }

  #onFullscreen = (): void => {
    this.#bar?.setFullscreen(isFullscreen(this.#wrapper));
    this.#screen.relay();
    this.#wake();
  };

  #listen(): void {
    this.#wrapper.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#help.is("help")) this.#commands.toggleHelp();
      else if (!press(event, this.#commands)) return;
      event.stopPropagation();
      event.preventDefault();
    });
    for (const event of ["pointermove", "pointerdown", "focusin"])
      this.#wrapper.addEventListener(event, () => this.#wake());
    this.#wrapper.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !isFullscreen(this.#wrapper)) this.#rest();
    });
    document.addEventListener("fullscreenchange", this.#onFullscreen);
  }

  /** Shows the bar for a while. */
  #wake(): void {
    this.#wrapper.classList.toggle("ap-hud", this.#settings.controls !== false);
    clearTimeout(this.#idleTimer);
    if (this.#settings.controls === "auto") this.#idleTimer = setTimeout(() => this.#rest(), IDLE);
  }

  /** Hides the bar, unless it is in use or always there. */
  #rest(): void {
    const inUse = this.#bar?.element.contains(rootOf(this.#wrapper).activeElement) ?? false;
    if (this.#settings.controls === "auto" && this.#playing && !inUse) this.#wrapper.classList.remove("ap-hud");
  }

  #measure(): void {
    this.#screen.fill(this.#wrapper.clientWidth, this.#wrapper.clientHeight);
    clearTimeout(this.#sizeTimer);
    this.#sizeTimer = setTimeout(() => {
      // The next frame lays the player out; whoever listens wants to see it as it is then.
      requestAnimationFrame(() => {
        this.#wrapper.dispatchEvent(new CustomEvent("resize", { detail: { el: this.#element } }));
      });
    }, SETTLED);
  }

  #dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#driver.stop?.();
    for (const timer of [this.#idleTimer, this.#patience, this.#sizeTimer]) clearTimeout(timer);
    this.#curtain.show();
    this.#resizes.disconnect();
    this.#bar?.dispose();
    this.#screen.dispose();
    this.#clearKeystrokes();
    document.removeEventListener("fullscreenchange", this.#onFullscreen);
    this.#wrapper.remove();
  }
}

function stopped(): Error {
  return new Error("driver has been stopped");
}
