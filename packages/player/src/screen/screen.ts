import type { Theme } from "@asciinema-ts/asciicast";
import { BACKGROUND, commonGlyph, FOREGROUND, isLegacyGlyph, plainPalette } from "@asciinema-ts/render";
import type { Changes, Terminal } from "@asciinema-ts/vt";
import { html, isFullscreen } from "../dom.js";
import type { EmbeddedTheme } from "../driver.js";
import { type More, more } from "../loader.js";
import type { Settings } from "../options.js";
import { type CursorLook, expand, type Look } from "./cells.js";
import { legible, luminance, ThemeProbe } from "./colors.js";
import { BASE_FONT_SIZE, type Geometry, layOut } from "./geometry.js";
import { GlyphTable } from "./glyphs.js";
import { canReadPixels, type Face, fontOf, type Shapes } from "./masks.js";
import { PixelPainter } from "./pixel-painter.js";
import { TextLayer } from "./text-layer.js";
import { TextPainter } from "./text-painter.js";

const BLINK = 600; // milliseconds of each half
const GLYPHS = 4096; // beyond which glyphs and their masks are dropped
const HELD_BACK = 150; // milliseconds that a program may hold back a frame (mode 2026)

/** The terminal in the page: a picture, and its text over it.
 *
 *  Painted once a frame at most, and only where the terminal changed. */
export class Screen {
  /** `div.ap-term`. */
  readonly element: HTMLElement;
  #canvas = html("canvas");
  // Kept in memory, since every pixel is written by us; and handed over without waiting for the page, which costs less.
  #context = this.#canvas.getContext("2d", { alpha: false, desynchronized: true, willReadFrequently: true })!;
  #text = new TextLayer();
  #probe = new ThemeProbe(() => this.#readTheme());
  #readable = canReadPixels();

  #terminal: Terminal;
  #painter: PixelPainter | undefined;
  #glyphs = new GlyphTable();
  #face: Face | undefined;
  #embedded: Theme | undefined;
  #theme: Theme | undefined;
  /** The theme's colours; those in `#look` are what the program made of them. */
  #palette: Uint32Array = new Uint32Array(258);
  #look: Look;
  #colorsChanged = true;

  /** Rows to be painted. */
  #dirty = new Uint8Array(0);
  #scrolled = 0;
  #cursorRow = 0;
  #blinking = new Set<number>();
  #frame = 0;
  #heldSince = 0;
  #laidOut = false;
  #box = { width: 0, height: 0 };
  /** Device pixels per CSS pixel that it is laid out for. */
  #ratio = 0;

  /** Whether any of it can be seen; what cannot is not painted. */
  #inView = true;
  #view = new IntersectionObserver((entries) => {
    this.#inView = entries.at(-1)!.isIntersecting;
    this.#request();
  });

  #shapes: Shapes = (codePoint, ...cell) => {
    const shapes = commonGlyph(codePoint, ...cell);
    if (shapes || !isLegacyGlyph(codePoint)) return shapes;
    if (!this.#legacy) {
      this.#legacy = () => undefined;
      this.#later(({ legacyGlyph }) => (this.#legacy = legacyGlyph));
    }
    return this.#legacy(codePoint, ...cell);
  };
  /** Those of seldom seen ones, once they are loaded; until then the font has to do. */
  #legacy: Shapes | undefined;

  #running = false;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #cursorOn = true;
  /** Output keeps the cursor solid until its next visible half. */
  #cursorHeld = false;
  #away: (() => void)[] = [];

  /** @param player  `div.ap-player`, which takes its size from the terminal
   *  @param bar     height of the control bar at a width of the player */
  constructor(
    terminal: Terminal,
    private readonly player: HTMLElement,
    private readonly settings: Settings,
    private readonly bar: (width: number) => number,
  ) {
    this.#terminal = terminal;
    this.#look = { palette: new Uint32Array(258), boldIsBright: settings.boldIsBright, blinkOn: true };
    this.#canvas.setAttribute("aria-hidden", "true");
    this.element = html("div", { class: "ap-term" }, this.#canvas, this.#text.element, this.#probe.element);
    this.#text.attach(terminal);
  }

  /** Begins to paint; the element is in the page by now. */
  mount(): void {
    this.#readTheme();
    const changed = () => this.relay();
    this.#listen(document.fonts, "loadingdone", changed);
    this.#watchRatio();
    this.#view.observe(this.element);
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#ticker);
    this.#view.disconnect();
    this.#text.dispose();
    for (const leave of this.#away) leave();
  }

  /** The size of the container has become this, in CSS pixels. */
  fill(width: number, height: number): void {
    const { fit } = this.settings;
    const higher = height !== this.#box.height && (fit === "height" || fit === "both" || this.#isFullscreen);
    const changed = higher || width !== this.#box.width;
    this.#box = { width, height };
    if (changed) this.relay();
  }

  /** Shows another terminal, or one whose size changed. */
  attach(terminal: Terminal): void {
    this.#terminal = terminal;
    this.#text.attach(terminal);
    const cells = this.#painter?.cells;
    if (cells?.cols !== terminal.cols || cells.rows !== terminal.rows) this.#laidOut = false;
    this.#colorsChanged = true;
    this.#repaint();
  }

  /** Colours that came with the recording, checked; null: the page's. */
  setTheme(embedded: EmbeddedTheme | null): void {
    const { foreground: fg, background: bg, palette } = embedded ?? {};
    this.#embedded = fg && bg && palette && this.settings.theme.embedded ? { fg, bg, palette } : undefined;
    if (this.#theme) this.#readTheme();
  }

  /** Notes what changed in the terminal. */
  changed(changes: Changes): void {
    const dirty = this.#dirty;
    if (changes.all || dirty.length !== this.#terminal.rows) {
      this.#colorsChanged = true;
      this.#repaint();
    } else {
      if (changes.scrolled > 0) {
        this.#scrolled += changes.scrolled;
        dirty.copyWithin(0, Math.min(changes.scrolled, dirty.length));
        dirty.fill(1, Math.max(0, dirty.length - changes.scrolled));
        // Where the cursor was painted has moved along.
        dirty[Math.max(0, this.#cursorRow - this.#scrolled)] = 1;
      }
      for (const row of changes.rows) dirty[row] = 1;
    }
    this.#cursorHeld = true;
    this.#cursorOn = true;
    this.#text.invalidate();
    this.#request();
  }

  /** Blinks while playing; stands still otherwise, with its text up to date. */
  set running(running: boolean) {
    this.#running = running;
    clearInterval(this.#ticker);
    this.#cursorOn = true;
    if (!this.#look.blinkOn) this.#blink(true);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (running && !still) this.#ticker = setInterval(() => this.#tick(), BLINK);
    if (!running) this.#text.update();
    this.#request();
  }

  /** Brings the text that can be selected up to date. */
  updateText(): void {
    this.#text.update();
  }

  #tick(): void {
    this.#blink(!this.#look.blinkOn);
    if (this.#look.blinkOn) this.#cursorHeld = false;
    this.#cursorOn = this.#cursorHeld || this.#look.blinkOn;
    this.#request();
  }

  #blink(on: boolean): void {
    this.#look.blinkOn = on;
    for (const row of this.#blinking) this.#dirty[row] = 1;
    this.#request();
  }

  #request(): void {
    // Where it lies must be right out of view too, or the page would jump when it comes into it.
    if (this.#frame === 0 && this.#theme && (this.#inView || !this.#laidOut))
      this.#frame = requestAnimationFrame(this.#paint);
  }

  #repaint(): void {
    this.#dirty = new Uint8Array(this.#terminal.rows).fill(1);
    this.#scrolled = 0;
    this.#request();
  }

  /** Lays everything out anew before the next frame. */
  relay(): void {
    this.#laidOut = false;
    this.#repaint();
  }

  #paint = (now: number): void => {
    this.#frame = 0;
    const terminal = this.#terminal;
    if (this.#isHeldBack(now)) {
      this.#request();
      return;
    }
    if (this.#colorsChanged) this.#applyColors();
    if (!this.#laidOut && !this.#layOut()) return;
    const painter = this.#painter!;
    const { cells } = painter;
    if (this.#scrolled > 0 && this.#scrolled < cells.rows) painter.scroll(this.#scrolled);
    else if (this.#scrolled > 0) this.#dirty.fill(1);
    this.#scrolled = 0;

    const cursor = this.#cursor();
    this.#dirty[this.#cursorRow] = 1;
    this.#cursorRow = Math.min(terminal.cursor.row, cells.rows - 1);
    this.#dirty[this.#cursorRow] = 1;
    const rows: number[] = [];
    for (let row = 0; row < cells.rows; row++) {
      if (this.#dirty[row] === 0) continue;
      rows.push(row);
      const here = row === this.#cursorRow ? cursor : undefined;
      const blinks = expand(terminal.line(row), cells, row, this.#glyphs, this.#look, here);
      if (blinks) this.#blinking.add(row);
      else this.#blinking.delete(row);
    }
    this.#dirty.fill(0);
    painter.paint(rows);
    if (this.#glyphs.glyphs.length > GLYPHS) this.relay();
  };

  #isHeldBack(now: number): boolean {
    if (!this.#terminal.synchronized) {
      this.#heldSince = 0;
      return false;
    }
    this.#heldSince ||= now;
    return now - this.#heldSince < HELD_BACK;
  }

  #cursor(): CursorLook | undefined {
    const { cursor, colors } = this.#terminal;
    const { cursorMode } = this.settings;
    if (!cursor.visible || cursorMode === "hidden") return undefined;
    const blinks = cursorMode === "blinking" && this.#running;
    if (blinks && !this.#cursorOn) return undefined;
    return { col: cursor.col, shape: cursor.shape, color: colors.cursor && rgb(colors.cursor) };
  }

  /** Puts the colours that the program set over those of the theme. */
  #applyColors(): void {
    const { colors, reverse } = this.#terminal;
    const look = this.#palette.slice();
    for (const [i, color] of colors.palette) look[i] = rgb(color);
    if (colors.foreground) look[FOREGROUND] = rgb(colors.foreground);
    if (colors.background) look[BACKGROUND] = rgb(colors.background);
    if (reverse) [look[FOREGROUND], look[BACKGROUND]] = [look[BACKGROUND]!, look[FOREGROUND]!];
    this.#look.palette = look;
    this.#colorsChanged = false;
  }

  /** Does something with what has to be loaded, and paints anew. */
  #later(use: (more: More) => void): void {
    more().then((more) => {
      use(more);
      this.relay();
    }, this.#failed);
  }

  #failed = (error: unknown): void => {
    this.#legacy = undefined; // another one asks again
    reportError(error);
  };

  /** Measures and places everything; false while there is no room. */
  #layOut(): boolean {
    const { cols, rows } = this.#terminal;
    const { width } = this.#box;
    const { fit: wanted, terminalLineHeight } = this.settings;
    const fit = this.#isFullscreen ? "both" : wanted;
    if (width === 0 && fit !== "none") return false;
    const ratio = devicePixelRatio || 1;
    this.#ratio = devicePixelRatio;
    const family = getComputedStyle(this.player).getPropertyValue("--term-font-family") || "monospace";
    const measure = (size: number) => {
      this.#context.font = fontOf(0, { family, size });
      return this.#context.measureText("M".repeat(64)).width / 64;
    };
    const metrics = { charWidth: measure(BASE_FONT_SIZE), charHeight: BASE_FONT_SIZE * terminalLineHeight };
    const geometry = layOut({
      fit,
      container: this.#box,
      cols,
      rows,
      metrics,
      bar: this.bar,
      ratio,
      fontSize: this.#fixedFontSize(),
    });
    this.#place(geometry, ratio);

    const size = geometry.fontSize * ratio;
    this.#context.font = fontOf(0, { family, size });
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.#context.measureText("M");
    this.#face = {
      family,
      size,
      baseline: Math.round((geometry.cellHeight - ascent - descent) / 2 + ascent),
      line: Math.max(1, Math.round(size / 14)),
      cellWidth: geometry.cellWidth,
      cellHeight: geometry.cellHeight,
      shapes: this.#shapes,
      light: luminance(this.#palette[FOREGROUND]!) > luminance(this.#palette[BACKGROUND]!),
    };
    this.#glyphs = new GlyphTable();
    const Kind = this.#readable ? PixelPainter : TextPainter;
    this.#painter = new Kind(this.#context, cols, rows, this.#face, this.#glyphs);
    this.#blinking.clear();
    this.#placeText(geometry, ratio, family, measure(geometry.fontSize));
    this.#laidOut = true;
    this.#repaint();
    return true;
  }

  get #isFullscreen(): boolean {
    return isFullscreen(this.player.parentElement!);
  }

  #fixedFontSize(): number | undefined {
    const { fit, fontSize } = this.settings;
    if (fit !== "none" || !fontSize) return undefined;
    this.element.style.fontSize = fontSize;
    return Number.parseFloat(getComputedStyle(this.element).fontSize);
  }

  #place(geometry: Geometry, ratio: number): void {
    const { style } = this.element;
    const { width, height, border, screenWidth, screenHeight } = geometry;
    if (this.settings.fit !== "none") style.fontSize = `${geometry.fontSize}px`;
    style.setProperty("--ap-border", `${border}px`);
    style.setProperty("--term-line-height", `${this.settings.terminalLineHeight}em`);
    style.setProperty("--term-cols", `${this.#terminal.cols}`);
    style.setProperty("--term-rows", `${this.#terminal.rows}`);
    style.width = this.#canvas.style.width = `${screenWidth / ratio}px`;
    style.height = this.#canvas.style.height = `${screenHeight / ratio}px`;
    this.#canvas.width = screenWidth;
    this.#canvas.height = screenHeight;
    const player = this.player.style;
    player.width = `${width}px`;
    player.height = `${height}px`;
  }

  #placeText(geometry: Geometry, ratio: number, family: string, advance: number): void {
    const fitting = new Map<string, boolean>();
    const font = fontOf(0, { family, size: geometry.fontSize });
    this.#text.place(
      { family, size: geometry.fontSize, advance },
      { width: geometry.cellWidth / ratio, height: geometry.cellHeight / ratio },
      (text, cols) => {
        if (text.length === 1 && text.charCodeAt(0) < 127) return true;
        const key = `${cols}${text}`;
        let fits = fitting.get(key);
        if (fits === undefined) {
          this.#context.font = font;
          fits = cols === 1 && Math.abs(this.#context.measureText(text).width - advance) < 0.02;
          fitting.set(key, fits);
        }
        return fits;
      },
    );
  }

  /** Takes the colours from the recording or the page, and gives the controls theirs. */
  #readTheme(): void {
    const { style } = this.player;
    const embedded = this.#embedded;
    for (const [name, color] of [
      ["foreground", embedded?.fg],
      ["background", embedded?.bg],
    ] as const) {
      if (color) style.setProperty(`--term-color-${name}`, color);
      else style.removeProperty(`--term-color-${name}`);
    }
    const theme = embedded ?? this.#probe.read();
    this.#theme = theme;
    const colors = plainPalette(theme);
    this.#palette = colors;
    if (this.settings.adaptivePalette)
      this.#later(({ adapt }) => {
        adapt(colors);
        this.#colorsChanged = true;
      });
    this.#colorsChanged = true;
    const [fg, bg] = [this.#palette[FOREGROUND]!, this.#palette[BACKGROUND]!];
    style.setProperty("--ap-legible", `#${legible(fg, bg).toString(16).padStart(6, "0")}`);
    this.player.classList.toggle("ap-on-light", luminance(bg) > 0.18);
    this.relay();
  }

  /** Follows zoom and moves to another monitor. */
  #watchRatio(): void {
    const check = () => {
      if (devicePixelRatio !== this.#ratio) this.relay();
    };
    this.#listen(window, "resize", check);
    const observer = new ResizeObserver(check);
    this.#away.push(() => observer.disconnect());
    try {
      observer.observe(this.#canvas, { box: "device-pixel-content-box" });
    } catch {
      observer.observe(this.#canvas); // Safari does not know that box; there the window's event has to do
    }
  }

  #listen(target: EventTarget, event: string, handler: () => void): void {
    target.addEventListener(event, handler);
    this.#away.push(() => target.removeEventListener(event, handler));
  }
}

function rgb({ r, g, b }: { r: number; g: number; b: number }): number {
  return (r << 16) | (g << 8) | b;
}
