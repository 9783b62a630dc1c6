// Pictures: what is fed, and the screen after it. `|` stands before the cursor's cell, after the last one when the next
// character goes to the next line.

import { describe, expect, test } from "vitest";
import { verify } from "../test/verify.js";
import { Terminal } from "./terminal.js";

function picture(terminal: Terminal): string[] {
  const { row, col } = terminal.cursor;
  const { pending } = terminal as unknown as { pending: number };
  return terminal.text().map((text, i) => {
    if (i !== row) return text;
    const cells = [...terminal.line(i).cells()].map((cell) => cell.text);
    const at = pending ? col + 1 : col;
    return `${cells.slice(0, at).join("")}|${cells.slice(at).join("").trimEnd()}`;
  });
}

function screen(cols: number, rows: number, text: string): string[] {
  const terminal = new Terminal({ cols, rows });
  terminal.feed(text);
  verify(terminal);
  return picture(terminal);
}

describe("text", () => {
  test("goes on in the next line when one is full, not before", () => {
    expect(screen(4, 3, "abcd")).toEqual(["abcd|", "", ""]);
    expect(screen(4, 3, "abcde")).toEqual(["abcd", "e|", ""]);
  });

  test("stays in the last column without DECAWM", () => {
    expect(screen(4, 2, "\x1b[?7labcdef")).toEqual(["abcf|", ""]);
  });

  test("scrolls at the bottom", () => {
    expect(screen(4, 2, "a\r\nb\r\nc")).toEqual(["b", "c|"]);
  });

  test("stays wrapped where it was when a screen without scrollback moves down", () => {
    const terminal = new Terminal({ cols: 2, rows: 4 });
    terminal.feed(`${"x".repeat(20)}\x1b[H\x1bM\x1bM`);
    verify(terminal);
    expect([0, 1, 2, 3].map((row) => terminal.line(row).wrapped)).toEqual([false, false, true, false]);
  });

  test("keeps its order when scroll regions of several sizes turn one after the other", () => {
    const region = (top: number, bottom: number, text: string) => `\x1b[${top};${bottom}r\x1b[${bottom};1H${text}`;
    const text = `1\r\n2\r\n3\r\n4\r\n5\r\n6${region(2, 5, "\n")}${region(3, 6, "\n\n")}${region(2, 5, "\n")}`;
    expect(screen(2, 6, text)).toEqual(["1", "", "6", "", "|", ""]);
    expect(screen(2, 6, `${text}\x1b[r\x1b[6;1H\n`)).toEqual(["", "6", "", "", "", "|"]);
  });

  test("is inserted with IRM", () => {
    expect(screen(6, 1, "abc\r\x1b[4hxy")).toEqual(["xy|abc"]);
  });

  test("of two columns takes two cells, and goes to the next line whole", () => {
    expect(screen(4, 2, "日本")).toEqual(["日本|", ""]);
    expect(screen(3, 2, "日本")).toEqual(["日", "本|"]);
    expect(screen(3, 2, "\x1b[?7l日本")).toEqual(["日|", ""]);
  });

  test("that overwrites half of a wide character blanks the other half", () => {
    expect(screen(6, 1, "日本\rx")).toEqual(["x| 本"]);
    expect(screen(6, 1, "日本\x1b[2Gx")).toEqual([" x|本"]);
  });

  test("in clusters takes one cell or two", () => {
    expect(screen(8, 1, "e\u0301x")).toEqual(["e\u0301x|"]);
    expect(screen(8, 1, "👩‍👩‍👧x")).toEqual(["👩‍👩‍👧x|"]);
    expect(screen(8, 1, "🇩🇪🇫🇷x")).toEqual(["🇩🇪🇫🇷x|"]);
    const terminal = new Terminal({ cols: 7, rows: 1 });
    terminal.feed("❤\ufe0f1\ufe0f\u20e3क्षि한");
    expect([...terminal.line(0).cells()].map(({ text, width }) => `${text}${width}`)).toEqual([
      "❤\ufe0f2",
      "0",
      "1\ufe0f\u20e32",
      "0",
      "क्षि1",
      "한2",
      "0",
    ]);
  });

  test("is of skin tones where a person or a hand is before them, else they stand alone", () => {
    const cells = (text: string, legacyWidths = false) => {
      const terminal = new Terminal({ cols: 8, rows: 1, legacyWidths });
      terminal.feed(text);
      return [...terminal.line(0).cells()].filter(({ text }) => text !== " ").map(({ text, width }) => text + width);
    };
    expect(cells("👋🏽x")).toEqual(["👋🏽2", "0", "x1"]);
    expect(cells("✌🏻⛹🏻\u200d♀\ufe0fx")).toEqual(["✌🏻2", "0", "⛹🏻\u200d♀\ufe0f2", "0", "x1"]);
    expect(cells("🏻x🏿")).toEqual(["🏻2", "0", "x1", "🏿2", "0"]);
    expect(cells("👋🏽x", true)).toEqual(["👋2", "0", "🏽2", "0", "x1"]);
  });

  test("of Indic consonants is parted by U+200C", () => {
    expect(screen(8, 1, "क्ष\r\x1b[C")).toEqual(["क्ष|"]);
    expect(screen(8, 1, "क्\u200cष\r\x1b[C")).toEqual(["क्\u200c|ष"]);
  });

  test("counts code points one by one with legacy widths", () => {
    const terminal = new Terminal({ cols: 8, rows: 1, legacyWidths: true });
    terminal.feed("👩\u200d👧e\u0301");
    expect([...terminal.line(0).cells()].map(({ width }) => width)).toEqual([2, 0, 2, 0, 1, 1, 1, 1]);
  });
});

describe("the cursor", () => {
  test("moves by CUU, CUD, CUF, CUB and stops at the edges", () => {
    expect(screen(5, 3, "\x1b[2;3H\x1b[A")).toEqual(["  |", "", ""]);
    expect(screen(5, 3, "\x1b[9B\x1b[9C")).toEqual(["", "", "    |"]);
    expect(screen(5, 3, "abc\x1b[2Dx")).toEqual(["ax|c", "", ""]);
  });

  test("is placed by CUP, CHA and VPA, counted from one", () => {
    expect(screen(5, 3, "\x1b[2;4Hx")).toEqual(["", "   x|", ""]);
    expect(screen(5, 3, "ab\x1b[4Gx\x1b[3dy")).toEqual(["ab x", "", "    y|"]);
    expect(screen(5, 3, "\x1b[;Hx\x1b[Hy")).toEqual(["y|", "", ""]);
  });

  test("stays inside the margins in origin mode", () => {
    expect(screen(5, 5, "\x1b[2;4r\x1b[?6h\x1b[9;1Hx")).toEqual(["", "", "", "x|", ""]);
  });

  test("is kept by DECSC with pen and character sets", () => {
    const terminal = new Terminal({ cols: 6, rows: 2 });
    terminal.feed("ab\x1b[1m\x1b(0\x1b7\x1b[m\x1b(B\x1b[2;5H\x1b8q");
    expect(picture(terminal)).toEqual(["ab─|", ""]);
    expect(terminal.line(0).runs()[1]?.pen.bold).toBe(true);
  });

  test("goes to tab stops", () => {
    expect(screen(20, 1, "a\tb\tc")).toEqual(["a       b       c|"]);
    expect(screen(20, 1, "\x1b[3g\x1b[5G\x1bH\rx\ty\x1b[Zz")).toEqual(["x   z|"]);
  });
});

describe("erasing", () => {
  test("by ED and EL", () => {
    const text = "abc\r\ndef\r\nghi\x1b[2;2H";
    expect(screen(3, 3, `${text}\x1b[K`)).toEqual(["abc", "d|", "ghi"]);
    expect(screen(3, 3, `${text}\x1b[1K`)).toEqual(["abc", " | f", "ghi"]);
    expect(screen(3, 3, `${text}\x1b[2K`)).toEqual(["abc", " |", "ghi"]);
    expect(screen(3, 3, `${text}\x1b[J`)).toEqual(["abc", "d|", ""]);
    expect(screen(3, 3, `${text}\x1b[1J`)).toEqual(["", " | f", "ghi"]);
    expect(screen(3, 3, `${text}\x1b[2J`)).toEqual(["", " |", ""]);
  });

  test("by ECH, DCH and ICH", () => {
    expect(screen(6, 1, "abcdef\x1b[2G\x1b[2X")).toEqual(["a|  def"]);
    expect(screen(6, 1, "abcdef\x1b[2G\x1b[2P")).toEqual(["a|def"]);
    expect(screen(6, 1, "abcdef\x1b[2G\x1b[2@")).toEqual(["a|  bcd"]);
  });

  test("takes the background of the pen", () => {
    const terminal = new Terminal({ cols: 4, rows: 1 });
    terminal.feed("\x1b[1;44m\x1b[2K");
    expect(terminal.line(0).runs()).toEqual([
      { col: 0, cols: 4, text: "    ", pen: expect.objectContaining({ bg: 4, bold: false }) },
    ]);
  });

  test("spares protected cells when selective", () => {
    expect(screen(6, 1, 'ab\x1b[1"qcd\x1b[0"qef\x1b[?2K')).toEqual(["  cd |"]);
  });
});

describe("scrolling", () => {
  const lines = "a\r\nb\r\nc\r\nd";

  test("in a region", () => {
    expect(screen(3, 4, `${lines}\x1b[2;3r\x1b[3;1H\n`)).toEqual(["a", "c", "|", "d"]);
    expect(screen(3, 4, `${lines}\x1b[2;3r\x1b[2;1H\x1bM`)).toEqual(["a", "|", "b", "d"]);
  });

  test("by IL, DL, SU and SD", () => {
    expect(screen(3, 4, `${lines}\x1b[2;1H\x1b[L`)).toEqual(["a", "|", "b", "c"]);
    expect(screen(3, 4, `${lines}\x1b[2;1H\x1b[M`)).toEqual(["a", "|c", "d", ""]);
    expect(screen(3, 4, `${lines}\x1b[2S`)).toEqual(["c", "d", "", " |"]);
    expect(screen(3, 4, `${lines}\x1b[T`)).toEqual(["", "a", "b", "c|"]);
  });

  test("between left and right margins", () => {
    expect(screen(5, 3, "abcde\r\nfghij\r\nklmno\x1b[?69h\x1b[2;4s\x1b[S")).toEqual(["|aghie", "flmnj", "k   o"]);
  });

  test("keeps lines in the scrollback, the newest first", () => {
    const terminal = new Terminal({ cols: 4, rows: 2, scrollback: 2 });
    terminal.feed("a\r\nb\r\nc\r\nd\r\ne");
    expect([-1, -2].map((row) => terminal.line(row).text())).toEqual(["c", "b"]);
    expect(terminal.scrolledOut).toBe(3);
    expect(() => terminal.line(-3)).toThrow(RangeError);
    terminal.feed("\x1b[3J");
    expect(terminal.scrollback).toBe(0);
  });

  test("keeps as many lines as there are with Infinity", () => {
    const terminal = new Terminal({ cols: 10, rows: 2, scrollback: Infinity });
    for (let i = 0; i < 5000; i++) terminal.feed(`${i}\r\n`);
    expect(terminal.scrollback).toBe(4999);
    expect(terminal.line(-4999).text()).toBe("0");
    verify(terminal);
  });
});

describe("screens and lines", () => {
  test("the alternate screen leaves the primary one as it was", () => {
    expect(screen(5, 2, "abc\x1b[?1049hxyz")).toEqual(["   xy", "z|"]);
    expect(screen(5, 2, "abc\x1b[?1049h\x1b[Hxyz\x1b[?1049l")).toEqual(["abc|", ""]);
  });

  test("lines of double width hold half the columns", () => {
    const terminal = new Terminal({ cols: 8, rows: 2 });
    terminal.feed("\x1b#6abcdef");
    expect(picture(terminal)).toEqual(["abcd", "ef|"]);
    expect(terminal.line(0).size).toBe("double-width");
    expect(terminal.line(1).size).toBe("single");
  });

  test("character sets: line drawing, national sets, single shifts", () => {
    expect(screen(8, 1, "\x1b(0lqk\x1b(B\x1b(A#\x1b(B#")).toEqual(["┌─┐£#|"]);
    expect(screen(8, 1, "\x1b)0\x0eq\x0fq\x1b*0\x1bNqq")).toEqual(["─q─q|"]);
  });

  test("rectangles: DECFRA, DECERA, DECCRA", () => {
    expect(screen(5, 3, "\x1b[120;1;1;3;5$x\x1b[2;2;2;4$z")).toEqual(["|xxxxx", "x   x", "xxxxx"]);
    expect(screen(5, 3, "ab\r\ncd\x1b[1;1;2;2;1;1;4$v")).toEqual(["ab ab", "cd| cd", ""]);
  });
});

describe("what a program says about itself", () => {
  test("is given up by DECSTR where it is about the cursor", () => {
    const terminal = new Terminal({ cols: 4, rows: 1 });
    terminal.feed("\x1b[5 q");
    expect(terminal.cursor).toMatchObject({ shape: "bar", blinking: true });
    terminal.feed("\x1b[!p");
    expect(terminal.cursor).toMatchObject({ shape: "block", blinking: false });
  });

  test("titles", () => {
    const terminal = new Terminal({ cols: 4, rows: 1 });
    terminal.feed("\x1b]2;one\x07\x1b[22;2t\x1b]0;two\x1b\\");
    expect(terminal.title).toBe("two");
    terminal.feed("\x1b[23;2t");
    expect(terminal.title).toBe("one");
  });

  test("colours", () => {
    const terminal = new Terminal({ cols: 4, rows: 1 });
    const { all } = terminal.feed("\x1b]10;#ff8000\x07\x1b]4;1;rgb:12/34/56\x1b\\");
    expect(all).toBe(true);
    expect(terminal.colors.foreground).toEqual({ r: 255, g: 128, b: 0 });
    expect(terminal.colors.palette.get(1)).toEqual({ r: 0x12, g: 0x34, b: 0x56 });
    // Of what # begins xterm takes the upper bits.
    const background = ["#3a7", "#1234abcd5678", "rgb:3/a/7", "#12345", "#zzz", "red"].map((color) => {
      terminal.feed(`\x1b]111\x07\x1b]11;${color}\x07`);
      return Object.values(terminal.colors.background ?? {}).join();
    });
    expect(background).toEqual(["48,160,112", "18,171,86", "51,170,119", "", "", ""]);
    terminal.feed("\x1b]110\x07\x1b]104;1\x07");
    expect(terminal.colors.foreground).toBeUndefined();
    expect(terminal.colors.palette.size).toBe(0);
  });

  test("links, and underlines of every kind", () => {
    const terminal = new Terminal({ cols: 20, rows: 1 });
    terminal.feed("\x1b]8;;https://example.org/\x07a\x1b]8;;\x07\x1b[4:3;58:2::1:2:3mb\x1b[0;38:5:200;53mc");
    const pens = terminal
      .line(0)
      .runs()
      .map((run) => run.pen);
    expect(pens[0]?.link).toBe("https://example.org/");
    expect(pens[1]).toMatchObject({ underline: "curly", underlineColor: { r: 1, g: 2, b: 3 } });
    expect(pens[2]).toMatchObject({ underline: false, fg: 200, overline: true });
  });

  test("prompt marks, size wishes, synchronized output", () => {
    const terminal = new Terminal({ cols: 20, rows: 2 });
    terminal.feed("\x1b]133;A\x07$ \r\n\x1b]133;C\x07\x1b[8;30;100t\x1b[?2026h\x1b[?5h");
    expect(terminal.marks).toEqual([
      { row: 0, kind: "prompt" },
      { row: 1, kind: "output" },
    ]);
    expect(terminal.requestedSize).toEqual({ cols: 100, rows: 30 });
    expect([terminal.synchronized, terminal.reverse, terminal.cols]).toEqual([true, true, 20]);
  });

  test("sizes, as the number of lines and columns, too", () => {
    const terminal = new Terminal({ cols: 20, rows: 2 });
    const asked = ["\x1b[30t", "\x1b[132$|", "\x1b[81$|", "\x1b[$|", "\x1b[10*|", "\x1b[256*|", "\x1b[23;9t"].map(
      (text) => {
        terminal.feed(text);
        return Object.values(terminal.requestedSize ?? {}).join("x");
      },
    );
    expect(asked).toEqual(["20x30", "132x2", "132x2", "80x2", "20x10", "20x10", "20x10"]);
  });

  test("stays at RIS where it is about the window, as in xterm", () => {
    const terminal = new Terminal({ cols: 4, rows: 1 });
    terminal.feed("\x1b]2;one\x07\x1b[22;2t\x1b]2;two\x07\x1b]11;#123456\x07\x1b]4;1;#000\x07\x1bc");
    expect(terminal.title).toBe("two");
    expect(terminal.colors).toEqual({ background: { r: 0x12, g: 0x34, b: 0x56 }, palette: new Map() });
    terminal.feed("\x1b[23;2t");
    expect(terminal.title).toBe("one");
  });

  test("equal styles are one pen", () => {
    const terminal = new Terminal({ cols: 8, rows: 2 });
    terminal.feed("\x1b[38;2;1;2;3ma\x1b[31mb\r\n\x1b[38;2;1;2;3mc\x1b[31md");
    const [first, second] = [0, 1].map((row) =>
      terminal
        .line(row)
        .runs()
        .map((run) => run.pen),
    );
    expect(first![0]).toBe(second![0]);
    expect(first![1]).toBe(second![1]);
  });

  test("more colours than the table holds at first", () => {
    const terminal = new Terminal({ cols: 80, rows: 24, scrollback: 10 });
    for (let i = 0; i < 40_000; i++) terminal.feed(`\x1b[38;2;${i >> 16};${(i >> 8) & 255};${i & 255}mx`);
    verify(terminal);
    expect([...terminal.line(0).cells()][79]?.pen.fg).toMatchObject({ r: 0 });
    const i = 39_999;
    expect([...terminal.line(terminal.cursor.row).cells()][terminal.cursor.col]?.pen.fg).toEqual({
      r: i >> 16,
      g: (i >> 8) & 255,
      b: i & 255,
    });
  });
});

test("tables stay small however many colours and clusters pass", () => {
  const terminal = new Terminal({ cols: 40, rows: 4 });
  const control = terminal as unknown as { styles: { count: number }; clusters: { count: number } };
  const numbers = Array.from({ length: 25_000 }, (_, i) => i);
  terminal.feed(numbers.map((i) => `\x1b[48;2;0;${i >> 8};${i & 255}m\x1b[K`).join(""));
  expect(control.styles.count).toBeLessThan(20_000);
  const mark = (i: number) => String.fromCharCode(0x300 + (i % 100));
  terminal.feed(numbers.map((i) => `a${mark(i)}${mark(i / 100)}${mark(i / 10_000)}\r`).join(""));
  expect(control.clusters.count).toBeLessThan(20_000);
  verify(terminal);
});

describe("resize", () => {
  function resized(from: [number, number], text: string, to: [number, number]): Terminal {
    const terminal = new Terminal({ cols: from[0], rows: from[1], scrollback: 10 });
    terminal.feed(text);
    terminal.resize(...to);
    verify(terminal);
    return terminal;
  }

  test("wraps lines anew and keeps the cursor on its cell", () => {
    expect(picture(resized([6, 4], "abcdef\x1b[4G", [3, 4]))).toEqual(["abc", "|def", "", ""]);
    expect(picture(resized([3, 4], "abcdef\r\nx", [6, 4]))).toEqual(["abcdef", "x|", "", ""]);
    expect(picture(resized([4, 3], "a日本", [3, 3]))).toEqual(["a日", "本|", ""]);
  });

  test("keeps lines apart that were ended by a line feed", () => {
    expect(resized([4, 4], "ab\r\ncd", [8, 4]).text()).toEqual(["ab", "cd", "", ""]);
  });

  test("moves lines to the scrollback and back", () => {
    const terminal = resized([4, 4], "a\r\nb\r\nc\r\nd", [4, 2]);
    expect(picture(terminal)).toEqual(["c", "d|"]);
    expect(terminal.line(-1).text()).toBe("b");
    terminal.resize(4, 4);
    expect(picture(terminal)).toEqual(["a", "b", "c", "d|"]);
  });

  test("gives up blank rows below the cursor before it scrolls", () => {
    expect(picture(resized([4, 4], "a\r\nb", [4, 2]))).toEqual(["a", "b|"]);
  });

  test("does not bring back what was cleared away", () => {
    expect(picture(resized([4, 2], "a\r\nb\r\nc\x1b[2J\x1b[H$", [6, 4]))).toEqual(["$|", "", "", ""]);
  });

  test("keeps the blanks that a line was erased to when it goes on", () => {
    const text = "ab  c\r\x1b[K";
    expect(picture(resized([4, 4], text, [8, 4]))).toEqual(["ab  |", "", "", ""]);
    const dumped = new Terminal({ cols: 4, rows: 4 });
    dumped.feed(text);
    dumped.dump();
    dumped.feed("xy");
    dumped.resize(8, 4);
    expect(picture(dumped)).toEqual(["ab  xy|", "", "", ""]);
  });

  test("takes what DCH brought in for blank, whatever its colour", () => {
    expect(picture(resized([11, 4], "\x1b[44m\x1b[J\x1b[m\x1b[Pab\r\ncd", [10, 4]))).toEqual(["ab", "cd|", "", ""]);
    expect(resized([11, 1], "\x1b[4h\x1b[44m\x1b[4Pxxxxxxxxxx", [10, 1]).text()).toEqual(["xxxxxxxxxx"]);
  });

  test("gives a full line no background beyond its end", () => {
    const terminal = resized([3, 2], "\x1b[44mabc\r\ndef\r\nghi\x1b[m\r\nx", [6, 2]);
    expect([...terminal.line(0).cells()].map(({ pen }) => pen.bg)).toEqual([4, 4, 4, undefined, undefined, undefined]);
  });

  test("gives new columns tab stops unless the program took the old ones away", () => {
    const stops = (text: string) => {
      const terminal = resized([20, 1], text, [40, 1]);
      return Array.from({ length: 6 }, () => {
        terminal.feed("\t");
        return terminal.cursor.col;
      });
    };
    expect(stops("")).toEqual([8, 16, 24, 32, 39, 39]);
    expect(stops("\x1b[5G\x1bH\r")).toEqual([4, 8, 16, 24, 32, 39]);
    expect(stops("\x1b[3g\x1b[5G\x1bH\r")).toEqual([4, 39, 39, 39, 39, 39]);
  });

  test("clips the alternate screen", () => {
    const terminal = resized([6, 2], "p\x1b[?1049h\x1b[Habcdef", [3, 2]);
    expect(terminal.text()).toEqual(["abc", ""]);
  });

  test("refuses what is no size", () => {
    expect(() => new Terminal({ cols: 0, rows: 5 })).toThrow("cols is 0");
    expect(() => new Terminal({ cols: 80, rows: 24 }).resize(80, 2.5)).toThrow("rows is 2.5");
    expect(() => new Terminal({ cols: 80, rows: 24, scrollback: -1 })).toThrow("scrollback is -1");
  });
});

describe("changes", () => {
  test("name the rows that differ, after the scroll", () => {
    const terminal = new Terminal({ cols: 4, rows: 3 });
    terminal.feed("a\r\nb\r\nc");
    const { rows, scrolled, all } = terminal.feed("\r\nd");
    expect({ rows: [...rows], scrolled, all }).toEqual({ rows: [2], scrolled: 1, all: false });
    expect([...terminal.feed("\x1b[Hx").rows]).toEqual([0]);
    expect(terminal.feed("\x1b[?1049h").all).toBe(true);
    expect(terminal.feed("\r\n\n\n\n").scrolled).toBe(0);
  });
});

describe("dump", () => {
  test("is short and uses standard sequences", () => {
    const terminal = new Terminal({ cols: 20, rows: 3 });
    terminal.feed("hello \x1b[31mred");
    expect(terminal.dump()).toBe("\x1b[Hhello \x1b[0;31mred\x1b[m\x1b[1;10H\x1b[0;31m");
  });

  test("sets terminals right that count code points, or know no curly underlines", () => {
    const terminal = new Terminal({ cols: 20, rows: 1 });
    terminal.feed("👩\u200d👧\x1b[4:3mx");
    expect(terminal.dump()).toContain("👩\u200d👧\x1b[3G\x1b[K\x1b[0;4m\x1b[4:3mx");
  });

  test("waits to wrap on a line of double width, too", () => {
    const terminal = new Terminal({ cols: 8, rows: 2 });
    terminal.feed("\x1b[2H\x1b#6abcd");
    expect(screen(8, 2, terminal.dump())).toEqual(["", "abcd|"]);
    expect(terminal.dump()).toMatch(/\x1b\[2;4Hd$/);
  });

  test("holds a title that was cut between the halves of a character", () => {
    const terminal = new Terminal({ cols: 8, rows: 1 });
    terminal.feed(`\x1b]2;x${"😀".repeat(600)}\x07`);
    const rebuilt = new Terminal({ cols: 8, rows: 1 });
    rebuilt.feed(terminal.dump());
    expect(rebuilt.title).toBe(terminal.title);
    expect(terminal.title).toBe(`x${"😀".repeat(511)}`);
  });

  test("ends with an unfinished sequence", () => {
    const terminal = new Terminal({ cols: 20, rows: 3 });
    terminal.feed("\x1b[38;5");
    expect(terminal.dump()).toBe("\x1b[H\x1b[1;1H\x1b[38;5");
  });
});
