import type { Line, Terminal } from "@asciinema-ts/vt";
import { html } from "../dom.js";

const SILENCE = 250; // milliseconds after the last change
const LONGEST = 1000; // milliseconds that it may be behind under continuous output

/** The terminal's text over its picture: transparent, but real, so that it can be selected, copied, searched and read out.
 *
 *  It is not kept current with every frame, which would cost more than painting: only when it is seen or used, and a
 *  moment after output ceases. */
export class TextLayer {
  readonly element: HTMLPreElement;
  #rows: Row[] = [];
  #terminal: Terminal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #staleSince = 0;
  #changed = 0;
  #current = true;
  #isFitting: (text: string, cols: number) => boolean = () => true;

  constructor() {
    this.element = html("pre", { class: "ap-term-text", tabindex: 0, role: "group", "aria-label": "Terminal" });
    for (const event of ["pointerenter", "pointerdown", "focus", "selectstart"])
      this.element.addEventListener(event, () => this.update());
    this.element.addEventListener("copy", (event) => this.#copy(event));
  }

  /** Shows this terminal's text from here on. */
  attach(terminal: Terminal): void {
    this.#terminal = terminal;
    this.invalidate();
  }

  /** Lays the text over cells of a size, in CSS pixels.
   *
   *  @param isFitting  whether a character is as wide as its cells; what is not gets a box of that width */
  place(
    font: { family: string; size: number; advance: number },
    cell: { width: number; height: number },
    isFitting: (text: string, cols: number) => boolean,
  ): void {
    const { style } = this.element;
    style.font = `${font.size}px ${font.family}`;
    style.lineHeight = `${cell.height}px`;
    style.letterSpacing = `${cell.width - font.advance}px`;
    style.setProperty("--ap-cell", `${cell.width}px`);
    this.#isFitting = isFitting;
    for (const row of this.#rows) row.key = undefined;
    this.invalidate();
  }

  /** Notes that the terminal's text has changed. */
  invalidate(): void {
    this.#changed = performance.now();
    if (this.#current) this.#staleSince = this.#changed;
    this.#current = false;
    if (this.#timer === undefined && this.#terminal) this.#timer = setTimeout(this.#check, SILENCE);
  }

  #check = (): void => {
    const now = performance.now();
    const left = Math.min(this.#changed + SILENCE, this.#staleSince + LONGEST) - now;
    this.#timer = left > 0 ? setTimeout(this.#check, left) : undefined;
    if (left <= 0) this.update();
  };

  /** Brings the text up to date now. Rows under a selection stay as they are. */
  update(): void {
    const terminal = this.#terminal;
    if (this.#current || !terminal) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#current = true;
    while (this.#rows.length > terminal.rows) this.#rows.pop()!.element.remove();
    while (this.#rows.length < terminal.rows) {
      const element = html("span", { class: "ap-line" });
      this.element.append(element);
      this.#rows.push({ element, key: undefined, wrapped: false });
    }
    const selection = this.#selection();
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i]!;
      if (selection?.intersectsNode(row.element)) {
        this.#current = false;
        continue;
      }
      this.#write(row, terminal.line(i), i + 1 < terminal.rows ? terminal.line(i + 1) : undefined);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#terminal = undefined;
  }

  /** The text of a line. One that goes on in the next keeps its blanks, but for one left by a wide character there. */
  #textOf(line: Line, next: Line | undefined): string {
    if (!line.wrapped) return line.text();
    const text = [...line.cells()].map((cell) => cell.text).join("");
    const [first] = next?.cells() ?? [];
    return first?.width === 2 && text.endsWith(" ") ? text.slice(0, -1) : text;
  }

  #write(row: Row, line: Line, next: Line | undefined): void {
    row.wrapped = line.wrapped;
    const text = this.#textOf(line, next);
    let key = `${line.size}${text}`;
    let links = false;
    for (const run of line.runs()) {
      if (!run.pen.link) continue;
      links = true;
      key += `\0${run.col}\0${run.pen.link}`;
    }
    if (key === row.key) return;
    row.key = key;
    row.element.className = `ap-line ap-${line.size}`;
    if (!links && !/[^ -~]/.test(text)) {
      const { firstChild } = row.element;
      if (firstChild instanceof Text && !firstChild.nextSibling) firstChild.data = text;
      else row.element.replaceChildren(text);
      return;
    }
    const parts: (Node | string)[] = [];
    let plain = "";
    let into = parts;
    let link: string | undefined;
    const flush = () => {
      if (plain) into.push(plain);
      plain = "";
    };
    const closeLink = () => {
      flush();
      if (link !== undefined) parts.push(anchor(link, into));
      into = parts;
      link = undefined;
    };
    let left = text.length;
    for (const { text: char, width, pen } of line.cells()) {
      if (left <= 0) break;
      left -= char.length;
      if (width === 0) continue;
      const target = safeLink(pen.link);
      if (target !== link) {
        closeLink();
        if (target !== undefined) into = [];
        link = target;
      }
      if (this.#isFitting(char, width)) plain += char;
      else {
        flush();
        into.push(html("span", { class: width === 2 ? "ap-wide" : "ap-narrow" }, char));
      }
    }
    closeLink();
    row.element.replaceChildren(...parts);
  }

  /** What of the text is selected, if anything. */
  #selection(): Range | undefined {
    const selection = this.element.ownerDocument.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
    const range = selection.getRangeAt(0);
    return range.intersectsNode(this.element) ? range : undefined;
  }

  /** Copies exactly what was recorded: a line that was wrapped only because the terminal was narrow is one line. */
  #copy(event: ClipboardEvent): void {
    const range = this.#selection();
    if (!range || !event.clipboardData || !this.element.contains(range.commonAncestorContainer)) return;
    let text = "";
    let separator = "";
    for (const row of this.#rows) {
      if (!range.intersectsNode(row.element)) continue;
      const part = document.createRange();
      part.selectNodeContents(row.element);
      if (row.element.contains(range.startContainer)) part.setStart(range.startContainer, range.startOffset);
      if (row.element.contains(range.endContainer)) part.setEnd(range.endContainer, range.endOffset);
      text += separator + part.toString();
      separator = row.wrapped ? "" : "\n";
    }
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  }
}

interface Row {
  element: HTMLSpanElement;
  /** What its contents were made from; undefined: they are to be made anew. */
  key: string | undefined;
  /** It goes on in the next row. */
  wrapped: boolean;
}

/** A link that may be followed: what a recording says is not to be trusted with any other scheme. */
function safeLink(link: string | undefined): string | undefined {
  return link !== undefined && /^(https?:\/\/|mailto:)/i.test(link) ? link : undefined;
}

function anchor(href: string, parts: (Node | string)[]): HTMLAnchorElement {
  return html("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...parts);
}
