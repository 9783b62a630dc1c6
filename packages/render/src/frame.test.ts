import { Terminal } from "@asciinema-ts/vt";
import { describe, expect, test } from "vitest";
import { type Frame, type FrameOptions, frame } from "./frame.js";
import { hex, palette, themes } from "./theme.js";

const theme = palette(themes["asciinema"]!);

function shown(output: string, options: FrameOptions = { cursor: false }, cols = 20, rows = 4): Frame {
  const terminal = new Terminal({ cols, rows });
  terminal.feed(output);
  return frame(terminal, theme, options);
}

/** Texts of a frame as `row:col text`, with what is special about them. */
function texts(frame: Frame): string[] {
  return frame.lines.flatMap(({ row, texts }) =>
    texts.map(({ col, cols, text, rgb, bold, italic, link }) =>
      [
        `${row}:${col}`,
        text,
        ...(cols === [...text].length ? [] : [`in ${cols}`]),
        ...(rgb === frame.fg ? [] : [hex(rgb)]),
        ...(bold ? ["bold"] : []),
        ...(italic ? ["italic"] : []),
        ...(link ? [`-> ${link}`] : []),
      ].join(" "),
    ),
  );
}

function fills(frame: Frame): string[] {
  return frame.lines.flatMap(({ row, fills }) =>
    fills.map(({ col, cols, rgb }) => `${row}:${col}+${cols} ${hex(rgb)}`),
  );
}

describe("texts", () => {
  test("are cut at two blanks, so that each part stands in its own column", () => {
    expect(texts(shown("ls -l  a\r\n   b c"))).toEqual(["0:0 ls -l", "0:7 a", "1:3 b c"]);
  });

  test("carry colour, weight, slant", () => {
    expect(texts(shown("\x1b[31mred\x1b[1mbold\x1b[0;3mit"))).toEqual([
      "0:0 red #dd3c69",
      "0:3 bold #dd3c69 bold",
      "0:7 it italic",
    ]);
  });

  test("keep characters that may come from another font, or are wide, to themselves", () => {
    expect(texts(shown("aé→b日本 e\u0301x"))).toEqual([
      "0:0 aé",
      "0:2 →",
      "0:3 b",
      "0:4 日 in 2",
      "0:6 本 in 2",
      "0:9 e\u0301 in 1",
      "0:10 x",
    ]);
  });

  test("carry links that a browser may follow, and no others", () => {
    const link = (url: string) => `\x1b]8;;${url}\x1b\\x\x1b]8;;\x1b\\ `;
    const urls = [
      "https://a.example/?q=1",
      "mailto:a@b.example",
      "javascript:alert(1)",
      "file:///etc/passwd",
      "data:text/html,x",
    ];
    expect(texts(shown(urls.map(link).join(" ")))).toEqual([
      "0:0 x -> https://a.example/?q=1",
      "0:3 x -> mailto:a@b.example",
      "0:6 x",
      "0:9 x",
      "0:12 x",
    ]);
  });

  test("leave out what is concealed", () => {
    expect(texts(shown("\x1b[8msecret\x1b[0m!"))).toEqual(["0:6 !"]);
  });
});

test("glyphs are runs of one drawn character", () => {
  const [line] = shown("├──\x1b[31m─┐ x█").lines;
  expect(
    line!.glyphs.map(
      ({ codePoint, col, cols, rgb }) => `${String.fromCodePoint(codePoint)} ${col}+${cols} ${hex(rgb)}`,
    ),
  ).toEqual(["├ 0+1 #cccccc", "─ 1+2 #cccccc", "─ 3+1 #dd3c69", "┐ 4+1 #dd3c69", "█ 7+1 #dd3c69"]);
  expect(line!.texts.map(({ text, col }) => `${text} ${col}`)).toEqual(["x 6"]);
});

test("fills are backgrounds other than the screen's, joined over pens", () => {
  expect(fills(shown("a\x1b[41mb\x1b[1mc  \x1b[42m \x1b[0m \x1b[7minv"))).toEqual([
    "0:1+4 #dd3c69",
    "0:5+1 #4ebf22",
    "0:7+3 #cccccc",
  ]);
  expect(fills(shown("\x1b[44m\x1b[K"))).toEqual(["0:0+20 #26b0d7"]);
});

test("rules are underlines in their styles and colours, strikes and overlines", () => {
  const [line] = shown("\x1b[4:3;58;5;1mab\x1b[0m \x1b[9;53mc").lines;
  expect(line!.rules.map(({ kind, col, cols, rgb }) => `${kind} ${col}+${cols} ${hex(rgb)}`)).toEqual([
    "curly 0+2 #dd3c69",
    "strike 3+1 #cccccc",
    "overline 3+1 #cccccc",
  ]);
});

describe("the cursor", () => {
  test("is a block with the text in it in the background's colour", () => {
    const framed = shown("abc\x1b[1;2H", {});
    expect(fills(framed)).toEqual(["0:1+1 #cccccc"]);
    expect(texts(framed)).toEqual(["0:1 b #121314", "0:0 a", "0:2 c"]);
  });

  test("covers a wide character, and stands on blanks and after the last column", () => {
    expect(fills(shown("日\x1b[1;2H", {}))).toEqual(["0:0+2 #cccccc"]);
    expect(fills(shown("\x1b[3;7H", {}))).toEqual(["2:6+1 #cccccc"]);
    expect(fills(shown("x".repeat(20), {}))).toEqual(["0:19+1 #cccccc"]);
  });

  test("is inverse on coloured cells, and has its own colour if a program set one", () => {
    expect(fills(shown("\x1b[41mab\x1b[0m\x1b[1;2H", {}))).toEqual(["0:1+1 #cccccc", "0:0+1 #dd3c69"]);
    expect(fills(shown("\x1b]12;#ff8000\x07", {}))).toEqual(["0:0+1 #ff8000"]);
  });

  test("may be a bar or an underscore, hidden, or left out", () => {
    const kinds = (output: string, options: FrameOptions = {}) =>
      shown(output, options).lines.flatMap((line) => line.rules.map((rule) => rule.kind));
    expect([kinds("\x1b[6 q"), kinds("\x1b[4 q")]).toEqual([["bar"], ["underscore"]]);
    expect([shown("\x1b[?25l", {}).lines, shown("", { cursor: false }).lines]).toEqual([[], []]);
  });
});

test("colours that a program changed are used", () => {
  const framed = shown("\x1b]4;1;#010203\x07\x1b]10;#040506\x07\x1b]11;#070809\x07\x1b[31mr\x1b[0md");
  expect([hex(framed.fg), hex(framed.bg), ...texts(framed)]).toEqual(["#040506", "#070809", "0:0 r #010203", "0:1 d"]);
  const reversed = shown("\x1b[?5hx");
  expect([hex(reversed.fg), hex(reversed.bg)]).toEqual(["#121314", "#cccccc"]);
});

test("double-size lines hold half of the columns", () => {
  const framed = shown("\x1b#6wide\r\n\x1b#3high\r\n\x1b#4high");
  expect(framed.lines.map(({ row, size }) => `${row} ${size}`)).toEqual([
    "0 double-width",
    "1 double-top",
    "2 double-bottom",
  ]);
});

describe("a corner", () => {
  const corner = { cols: 4, rows: 2 };

  test("ends with the last line that has anything on it", () => {
    const framed = shown("one\r\ntwo\r\nthree\x1b[1;1H", { corner }, 20, 6);
    expect([framed.cols, framed.rows, ...texts(framed)]).toEqual([4, 2, "0:0 two", "1:0 thre"]);
  });

  test("has its size even if the screen is smaller or empty", () => {
    const framed = shown("a", { corner: { cols: 40, rows: 9 }, cursor: false });
    expect([framed.cols, framed.rows, ...texts(framed)]).toEqual([40, 9, "0:0 a"]);
    expect(shown("", { corner, cursor: false }).lines).toEqual([]);
  });

  test("leaves out a wide character that does not fit whole", () => {
    expect(texts(shown("abc日", { corner, cursor: false }))).toEqual(["0:0 abc"]);
  });
});
