import { button, html } from "../dom.js";
import { type Commands, clockTime, speeds } from "./commands.js";
import { type IconName, icon } from "./icons.js";
import { Line } from "./line.js";

const REFRESH = 100; // milliseconds between updates while playing

/** Height of the bar in CSS pixels, by the width of the player: two rows where it is narrow. The style sheet agrees. */
export function barHeight(width: number): number {
  return width < 544 ? 80 : 44;
}

/** The control bar: play, time, the line, speed, full screen. */
export class Bar {
  readonly element: HTMLElement;
  readonly line: Line;
  #commands: Commands;
  #play = button("ap-button ap-playback-button", "Play");
  #live = html("span", { hidden: true });
  #mute = button("ap-button ap-mute-button", "Mute", icon("sound"));
  #elapsed = html("span", { class: "ap-time-elapsed" });
  #total = html("span", { class: "ap-time-total" });
  #speed = button("ap-button ap-speed-button", "Speed");
  #menu = html("div", { class: "ap-menu", role: "menu", "aria-label": "Speed", hidden: true });
  #fullscreen = button("ap-button ap-fullscreen-button", "Full screen", icon("enlarge"));
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(commands: Commands) {
    this.#commands = commands;
    this.line = new Line(commands);
    this.#play.addEventListener("click", () => commands.toggle());
    this.#fullscreen.addEventListener("click", () => commands.toggleFullscreen());
    this.#mute.hidden = true;
    this.#mute.addEventListener("click", () => commands.toggleMute());
    this.#speed.setAttribute("aria-haspopup", "menu");
    this.#speed.addEventListener("click", () => this.#toggleMenu(this.#menu.hidden === true));
    this.#menu.addEventListener("keydown", (event) => this.#menuKey(event));
    this.#menu.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node) || !(this.#menu.contains(to) || this.#speed.contains(to))) this.#toggleMenu(false);
    });
    this.element = html(
      "div",
      { class: commands.isSeekable ? "ap-control-bar ap-seekable" : "ap-control-bar" },
      ...(commands.isPausable ? [this.#play] : commands.isLive ? [this.#live] : []),
      html("span", { class: "ap-timer" }, this.#elapsed, this.#total),
      this.line.element,
      html("span", { class: "ap-tools" }, this.#mute, ...(commands.isPausable ? [this.#speed] : []), this.#fullscreen),
      this.#menu,
    );
    this.setState("paused");
    this.setSpeed();
    this.refresh();
  }

  /** Shows what the first button does now, and keeps the time moving while playing. */
  setState(state: "playing" | "paused" | "ended"): void {
    const [name, label]: [IconName, string] =
      state === "playing" ? ["pause", "Pause"] : state === "ended" ? ["replay", "Play again"] : ["play", "Play"];
    this.#play.setAttribute("aria-label", label);
    this.#play.replaceChildren(icon(name));
    const on = state === "playing";
    this.#live.hidden &&= !on;
    this.#live.className = on ? "ap-live" : "ap-live ap-off";
    write(this.#live, on ? "Live" : "Offline");
    clearInterval(this.#ticker);
    if (state === "playing") this.#ticker = setInterval(() => this.refresh(), REFRESH);
    this.refresh();
  }

  setSpeed(): void {
    const { speed } = this.#commands;
    this.#speed.textContent = `${speed}×`;
    this.#speed.setAttribute("aria-label", `Speed, now ${speed} times`);
  }

  /** Shows what the sound button does, if there is sound. */
  setSound(has: boolean, muted: boolean): void {
    this.#mute.hidden = !has;
    this.#mute.setAttribute("aria-label", muted ? "Unmute" : "Mute");
    this.#mute.replaceChildren(icon(muted ? "silence" : "sound"));
  }

  setFullscreen(on: boolean): void {
    this.#fullscreen.setAttribute("aria-label", on ? "Leave full screen" : "Full screen");
    this.#fullscreen.replaceChildren(icon(on ? "shrink" : "enlarge"));
  }

  /** Shows the position of now. */
  refresh(): void {
    const duration = this.#commands.duration();
    const time = this.#commands.currentTime();
    write(this.#elapsed, clockTime(time));
    write(this.#total, duration === undefined ? "" : ` / ${clockTime(duration)}`);
    this.line.refresh();
  }

  dispose(): void {
    clearInterval(this.#ticker);
  }

  #toggleMenu(open: boolean): void {
    this.#menu.hidden = !open;
    this.#speed.setAttribute("aria-expanded", `${open}`);
    if (!open) return;
    const { speed } = this.#commands;
    const items = [...new Set([...speeds, speed])].sort((a, b) => a - b);
    this.#menu.replaceChildren(
      ...items.map((choice) => {
        const item = html("button", { type: "button", role: "menuitemradio", "aria-checked": `${choice === speed}` });
        item.append(`${choice}×`);
        if (choice === speed) item.append(icon("check"));
        item.addEventListener("click", () => {
          this.#commands.setSpeed(choice);
          this.#speed.focus();
          this.#toggleMenu(false);
        });
        return item;
      }),
    );
    this.#menu.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
  }

  #menuKey(event: KeyboardEvent): void {
    const items = [...this.#menu.children] as HTMLElement[];
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step !== undefined) {
      const at = items.indexOf(document.activeElement as HTMLElement);
      items.at((at + step) % items.length)?.focus();
    } else if (event.key === "Escape") {
      this.#speed.focus();
      this.#toggleMenu(false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
