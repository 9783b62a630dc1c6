import { Terminal } from "@asciinema-ts/vt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Frame, frame } from "./frame.js";
import { type SvgOptions, svg } from "./svg.js";
import { palette, themes } from "./theme.js";

/** Any character; what fast-check has for it takes a second to get ready. */
const character = fc.nat(0x10f7ff).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

const theme = palette(themes["asciinema"]!);

function shown(output: string, cols = 20, rows = 3): Frame {
  const terminal = new Terminal({ cols, rows });
  terminal.feed(output);
  return frame(terminal, theme, { cursor: false });
}

function picture(output: string, options?: SvgOptions): string {
  return svg(shown(output), options);
}

/** The elements of an XML document in order, closing tags checked; throws where it is not well-formed. */
function elements(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: ReturnType<typeof elements> = [];
  const open: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>([^<]*)/y;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const [, closing, name, attributes, empty, text] = token.exec(xml) ?? [];
    if (name === undefined) throw new Error(`no tag at ${at}: ${JSON.stringify(xml.slice(at, at + 40))}`);
    for (const piece of [attributes!, text!]) {
      if (/&(?!#\d+;)|[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(piece))
        throw new Error(`bad text at ${at}`);
    }
    if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> at ${at} closes another element`);
    } else {
      const pairs = [...attributes!.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)].map(
        ([, key, value]) => [key!, value!] as const,
      );
      if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice at ${at}`);
      found.push({ name, attributes: Object.fromEntries(pairs), text: text! });
      if (!empty) open.push(name);
    }
    if (open.length === 0 && token.lastIndex < xml.length) throw new Error("text after the root");
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return found;
}

const named = (xml: string, name: string) => elements(xml).filter((element) => element.name === name);

describe("svg", () => {
  test("is as large as its cells and a margin, or as wide as asked", () => {
    const [root] = elements(picture(""));
    expect(root!.attributes).toMatchObject({ width: "190", height: "79", viewBox: "0 0 1900 790" });
    expect(elements(picture("", { width: 380 }))[0]!.attributes).toMatchObject({
      width: "380",
      height: "158",
      viewBox: "0 0 1900 790",
    });
  });

  test("places text by column", () => {
    expect(named(picture("ab  \x1b[1;31mc\x1b[0m\r\n日→"), "text")).toEqual([
      { name: "text", attributes: { x: "0", textLength: "168", y: "143" }, text: "ab" },
      {
        name: "text",
        attributes: { x: "336", textLength: "84", y: "143", fill: "#dd3c69", "font-weight": "700" },
        text: "c",
      },
      { name: "text", attributes: { x: "84", "text-anchor": "middle", y: "333" }, text: "日" },
      {
        name: "text",
        attributes: { x: "168", textLength: "84", lengthAdjust: "spacingAndGlyphs", y: "333" },
        text: "→",
      },
    ]);
  });

  test("draws a row of one character as one piece", () => {
    const paths = named(picture("──────\r\n██\x1b[31m█"), "path").map(({ attributes }) => attributes["d"]);
    expect(paths).toEqual(["M0 190h168v190h-168z", "M168 190h84v190h-84z", "M0 89h504v12h-504z"]);
  });

  test("double-size lines are scaled and cut", () => {
    const [, , wide, top, bottom] = named(picture("\x1b#6a\r\n\x1b#3b\r\n\x1b#4b"), "svg");
    expect(wide!.attributes).toMatchObject({ y: "0", width: "1680", height: "190", viewBox: "0 0 840 190" });
    expect(top!.attributes).toMatchObject({ y: "190", viewBox: "0 0 840 95" });
    expect(bottom!.attributes).toMatchObject({ y: "380", viewBox: "0 95 840 95" });
  });

  test("has the start cell only if asked, and a title", () => {
    expect(picture("")).not.toContain("#ffb224");
    expect(picture("", { start: true })).toContain('fill="#ffb224"');
    expect(named(picture("", { title: '<b> & "q"' }), "title")[0]!.text).toBe("&#60;b&#62; &#38; &#34;q&#34;");
  });

  test("holds nothing that a strict policy forbids and nothing that leads elsewhere", () => {
    const xml = picture(
      "\x1b]8;;https://a.example/\x1b\\link\x1b]8;;\x1b\\ \x1b[1;3;4:3;9;53mall\x1b[0m ╔╭▒⣿\ue0b0 日",
      { start: true, radius: 6, title: "t" },
    );
    for (const { name, attributes } of elements(xml)) {
      expect(["svg", "title", "g", "rect", "path", "text"]).toContain(name);
      expect(Object.keys(attributes).filter((key) => /^(?:style|class|id|href|xlink:href|on.*)$/.test(key))).toEqual(
        [],
      );
      expect(Object.values(attributes).join()).not.toContain("url(");
    }
    expect(xml).not.toContain("a.example");
  });

  test("is well-formed whatever the terminal was fed", () => {
    const piece = fc.oneof(
      fc.string({ unit: character }),
      fc.constantFrom(
        "\ud800",
        "\udfff",
        "\ufffe",
        "\uffff",
        "\0",
        "]]>",
        "<!--",
        "&amp;",
        "\x1b#3",
        "\x1b[4:3;7m",
        "─█◢",
        "\x1b[48;5;9m",
      ),
      fc.array(fc.nat({ max: 0xffff })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.string({ unit: character }), (pieces, title) => {
        elements(picture(pieces.join(""), { title }));
      }),
    );
  });

  test("is well-formed whatever a frame holds", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        const label = { text, plain: false, col: 0, cols: 1, rgb: 0, bold: false, italic: false };
        const lines: Frame["lines"] = [{ row: 0, size: "single", fills: [], glyphs: [], rules: [], texts: [label] }];
        elements(svg({ cols: 1, rows: 1, fg: 0, bg: 0, lines }, { title: text }));
      }),
    );
  });
});
