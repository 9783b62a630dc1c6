import { button, html, rootOf, set } from "../dom.js";
import { type Commands, clockTime, speeds } from "./commands.js";
import { icon } from "./icons.js";
import { Line } from "./line.js";

const REFRESH = 100; // milliseconds between updates while playing

/** What the first button shows and says. */
const plays = {
  playing: ["pause", "Pause"],
  paused: ["play", "Play"],
  ended: ["replay", "Play again"],
  // Of live streams: the connection is lost, nothing is on.
  lost: ["pause", "Pause"],
  offline: ["play", "Play"],
} as const;

/** Height of the bar in CSS pixels, by the width of the player: two rows where it is narrow. The style sheet agrees. */
export function barHeight(width: number): number {
  return width < 544 ? 80 : 44;
}

/** The control bar: play, time, the line, speed, full screen. */
export class Bar {
  readonly element: HTMLElement;
  readonly line: Line;
  #commands: Commands;
  #play: HTMLElement;
  #live = html("span", { hidden: true });
  #mute: HTMLElement;
  #elapsed = html("span", { class: "ap-time-elapsed" });
  #total = html("span", { class: "ap-time-total" });
  #speed: HTMLElement;
  #menu: HTMLElement;
  #fullscreen: HTMLElement;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(commands: Commands) {
    this.#commands = commands;
    this.line = new Line(commands);
    this.#play = button("ap-button ap-playback-button", "Play", () => commands.toggle());
    this.#mute = button("ap-button ap-speaker-button", "", () => commands.toggleMute());
    this.#fullscreen = button("ap-button ap-fullscreen-button", "", () => commands.toggleFullscreen());
    this.#speed = button("ap-button ap-speed-button", "", () => this.#toggleMenu(this.#menu.hidden === true));
    set(this.#speed, { "aria-haspopup": "menu" });
    this.#menu = html("div", {
      class: "ap-menu",
      role: "menu",
      "aria-label": "Speed",
      hidden: true,
      keydown: (event: KeyboardEvent) => this.#menuKey(event),
      focusout: ({ relatedTarget }: FocusEvent) => {
        const to = relatedTarget as Node | null;
        if (!this.#menu.contains(to) && !this.#speed.contains(to)) this.#toggleMenu(false);
      },
    });
    const ifPausable = (element: Node) => (commands.isPausable ? element : "");
    this.element = html(
      "div",
      { class: `ap-control-bar ${commands.isSeekable ? "ap-seekable" : ""}` },
      ifPausable(this.#play),
      html("span", { class: "ap-timer" }, commands.isLive ? this.#live : "", this.#elapsed, this.#total),
      this.line.element,
      html("span", { class: "ap-tools" }, this.#mute, commands.isLive ? "" : ifPausable(this.#speed), this.#fullscreen),
      this.#menu,
    );
    this.setFullscreen(false);
    this.setSound(false, false);
    this.setState("paused");
    this.setSpeed();
  }

  /** Shows what the first button does now, and keeps the time moving while playing. */
  setState(state: keyof typeof plays): void {
    const [name, label] = plays[state];
    set(this.#play, { "aria-label": label }).replaceChildren(icon(name));
    const on = state === "playing";
    this.#live.hidden &&= !on;
    this.#live.className = on ? "ap-live" : "ap-live ap-off";
    write(this.#live, on ? "Live" : state === "paused" ? "Paused" : "Offline");
    clearInterval(this.#ticker);
    if (state === "playing") this.#ticker = setInterval(() => this.refresh(), REFRESH);
    this.refresh();
  }

  setSpeed(): void {
    const { speed } = this.#commands;
    set(this.#speed, { "aria-label": `Speed, now ${speed} times` }).textContent = `${speed}×`;
  }

  /** Shows what the sound button does, if there is sound. */
  setSound(has: boolean, muted: boolean): void {
    this.#mute.hidden = !has;
    set(this.#mute, { "aria-label": muted ? "Unmute" : "Mute" }).replaceChildren(icon(muted ? "silence" : "sound"));
  }

  setFullscreen(on: boolean): void {
    set(this.#fullscreen, { "aria-label": on ? "Leave full screen" : "Full screen" }).replaceChildren(
      icon(on ? "shrink" : "enlarge"),
    );
  }

  /** Shows the position of now. */
  refresh(): void {
    const duration = this.#commands.duration();
    write(this.#elapsed, clockTime(this.#commands.currentTime()));
    write(this.#total, duration === undefined ? "" : ` / ${clockTime(duration)}`);
    this.line.refresh();
  }

  dispose(): void {
    clearInterval(this.#ticker);
  }

  #toggleMenu(open: boolean): void {
    const menu = this.#menu;
    menu.hidden = !open;
    set(this.#speed, { "aria-expanded": `${open}` });
    if (!open) return;
    const { speed } = this.#commands;
    menu.replaceChildren(
      ...[...new Set([...speeds, speed])]
        .sort((a, b) => a - b)
        .map((choice) =>
          html(
            "button",
            {
              type: "button",
              role: "menuitemradio",
              "aria-checked": `${choice === speed}`,
              click: () => {
                this.#commands.setSpeed(choice);
                this.#leaveMenu();
              },
            },
            `${choice}×`,
            choice === speed ? icon("check") : "",
          ),
        ),
    );
    menu.querySelector<HTMLElement>("[aria-checked=true]")!.focus();
  }

  #leaveMenu(): void {
    this.#speed.focus();
    this.#toggleMenu(false);
  }

  #menuKey(event: KeyboardEvent): void {
    const items = [...this.#menu.children] as HTMLElement[];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) items.at((items.indexOf(rootOf(this.#menu).activeElement as HTMLElement) + step) % items.length)!.focus();
    else if (event.key === "Escape") this.#leaveMenu();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Leaves alone what is right already: what is written anew is laid out anew. */
function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
