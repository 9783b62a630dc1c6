import { describe, expect, test } from "vitest";
import { glyph } from "./glyph.js";
import type { Shape } from "./shape.js";

type Rect = Extract<Shape, { kind: "rect" }>;

/** Glyphs in rows as a picture: # where a rectangle covers a unit. */
function draw(rows: string[], width: number, height: number): string[] {
  const cells = rows.map((row) => [...row]);
  const picture = cells.flatMap((row) => Array.from({ length: height }, () => Array(row.length * width).fill(".")));
  for (const [row, characters] of cells.entries()) {
    for (const [col, character] of characters.entries()) {
      for (const { x, y, ...size } of rects(character, width, height)) {
        for (let i = 0; i < size.height; i++)
          picture[row * height + y + i]!.fill("#", col * width + x, col * width + x + size.width);
      }
    }
  }
  return picture.map((line) => line.join(""));
}

function rects(character: string, width: number, height: number): Rect[] {
  const shapes = glyph(character.codePointAt(0)!, width, height) ?? [];
  return shapes.filter((shape): shape is Rect => shape.kind === "rect");
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const sizes = [
  [5, 9],
  [6, 13],
  [7, 16],
  [8, 19],
  [9, 20],
  [16, 37],
  [84, 190],
] as const;

describe("box drawing", () => {
  test("light lines meet in corners and branches", () => {
    expect(draw(["┌┐", "├┤"], 5, 5)).toEqual([
      "..........",
      "..........",
      "..######..",
      "..#....#..",
      "..#....#..",
      "..#....#..",
      "..#....#..",
      "..######..",
      "..#....#..",
      "..#....#..",
    ]);
  });

  test("heavy lines are twice as thick", () => {
    expect(draw(["┍┳╾"], 6, 5)).toEqual([
      "..................",
      "..#############...",
      "..################",
      "..#.....##........",
      "..#.....##........",
    ]);
  });

  test("double lines turn and branch as two", () => {
    expect(draw(["╔╦", "╠╬"], 7, 7)).toEqual([
      "..............",
      "..............",
      "..############",
      "..#...........",
      "..#.######.###",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.######.###",
      "..#...........",
      "..#.######.###",
      "..#.#....#.#..",
      "..#.#....#.#..",
    ]);
  });

  test("single lines cross double ones and branch from them", () => {
    expect(draw(["╓╥", "╟╫"], 7, 5)).toEqual([
      "..............",
      "..............",
      "..############",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.#....#.#..",
      "..#.##########",
      "..#.#....#.#..",
      "..#.#....#.#..",
    ]);
    expect(draw(["╒╤╪╡"], 7, 7)).toEqual([
      ".................#......#...",
      ".................#......#...",
      "...######################...",
      "...#.............#......#...",
      "...######################...",
      "...#......#......#......#...",
      "...#......#......#......#...",
    ]);
  });

  test.each(sizes)("lines reach their neighbours in cells of %i by %i", (width, height) => {
    const boxes = "┌─┬┐│├┼┤└┴┘ ┏━┳┓┃┣╋┫┗┻┛ ╔═╦╗║╠╬╣╚╩╝ ╭─┬╮│├┼┤╰┴╯ ┍━┯┑│┝┿┥┕┷┙ ┎─┰┒┃┠╂┨┖┸┚ ╒═╤╕│╞╪╡╘╧╛ ╓─╥╖║╟╫╢╙╨╜";
    for (const box of boxes.split(" ")) {
      const [topLeft, across, top, topRight, down, left, middle, right, bottomLeft, bottom, bottomRight] = box;
      const picture = draw(
        [
          [topLeft, across, top, across, topRight],
          [down, " ", down, " ", down],
          [left, across, middle, across, right],
          [down, " ", down, " ", down],
          [bottomLeft, across, bottom, across, bottomRight],
        ].map((row) => row.join("")),
        width,
        height,
      );
      const column = (x: number) => picture.map((line) => line[x]).join("");
      // Arcs are polygons, so that the outer lines of that box are left out.
      const arcs = box.startsWith("╭");
      for (const n of arcs ? [2, 3] : [1, 2, 3, 4]) {
        if (!arcs) expect(column(n * width), box).toBe(column(n * width - 1));
        expect(picture[n * height], box).toBe(picture[n * height - 1]);
        expect(picture[n * height], box).toContain("#");
      }
    }
  });

  test("arcs end where lines go on", () => {
    for (const [width, height] of sizes) {
      const [line] = rects("─", width, height);
      const [arc] = glyph("╭".codePointAt(0)!, width, height)!;
      const atRight = arc!.kind === "polygon" ? pairs(arc!.points).filter(([x]) => Math.abs(x - width) < 0.01) : [];
      const ys = atRight.map(([, y]) => y);
      expect([Math.min(...ys), Math.max(...ys)]).toEqual([line!.y, line!.y + line!.height]);
    }
  });
});

describe("blocks and mosaics", () => {
  test("eighths, quadrants, sextants, octants and Braille", () => {
    expect(draw(["▀▄▌▐", "▂▎▙▞"], 4, 4)).toEqual([
      "####....##....##",
      "####....##....##",
      "....######....##",
      "....######....##",
      "....#...##....##",
      "....#...##....##",
      "....#...######..",
      "#####...######..",
    ]);
    // SEXTANT-1, -35, -235, -23456: the two numbers left out are those of the half blocks.
    expect(draw(["\u{1fb00}\u{1fb13}\u{1fb14}\u{1fb3b}"], 4, 3)).toEqual([
      "##........##..##",
      "....##..##..####",
      "....##..##..####",
    ]);
    // OCTANT-3, -23 and the last, -2345678.
    expect(draw(["\u{1cd00}\u{1cd01}\u{1cde5}"], 4, 4)).toEqual([
      "......##..##",
      "##..##..####",
      "........####",
      "........####",
    ]);
    expect(draw(["⠁⡇⣿⢀"], 8, 8)).toEqual([
      "................................",
      "..#.......#.......#...#.........",
      "................................",
      "..........#.......#...#.........",
      "................................",
      "..........#.......#...#.........",
      "................................",
      "..........#.......#...#.......#.",
    ]);
  });

  test("shades are the whole cell, in part transparent", () => {
    const shades = [..."░▒▓"].map((shade) => glyph(shade.codePointAt(0)!, 8, 19));
    expect(shades).toEqual(
      [0.25, 0.5, 0.75].map((alpha) => [{ kind: "rect", x: 0, y: 0, width: 8, height: 19, alpha }]),
    );
  });

  test("the two halves of a cell fill it, whatever its size", () => {
    for (const [width, height] of sizes) {
      for (const [a, b] of ["▀▄", "▌▐", "▚▞", "▛▗", "▙▝", "▆\u{1fb82}", "▊\u{1fb87}", "\u{1fb95}\u{1fb96}"].map((s) => [
        ...s,
      ])) {
        const area = [...rects(a!, width, height), ...rects(b!, width, height)].reduce(
          (n, r) => n + r.width * r.height,
          0,
        );
        expect(area, `${a} ${b} at ${width} by ${height}`).toBe(width * height);
      }
    }
  });

  test("the wedges of a cell fill it", () => {
    const area = (codePoint: number) => {
      const [shape] = glyph(codePoint, 12, 24)!;
      const points = pairs(shape!.kind === "polygon" ? shape!.points : []);
      return Math.abs(
        points.reduce((sum, [x, y], i) => sum + x * points.at(i - 1)![1] - y * points.at(i - 1)![0], 0) / 2,
      );
    };
    // Lower left against upper right, and lower right against upper left, in the order of the code chart.
    for (let i = 0; i < 11; i++) {
      expect(area(0x1fb3c + i) + area(0x1fb52 + i), `wedge ${i}`).toBeCloseTo(288);
      expect(area(0x1fb47 + i) + area(0x1fb5d + i), `wedge ${i + 11}`).toBeCloseTo(288);
    }
    for (let i = 0; i < 4; i++) expect(area(0x1fb68 + i) + area(0x1fb6c + i)).toBeCloseTo(288);
    expect(area(0x25e2) + area(0x25e4)).toBe(288);
    expect(area(0xe0b0)).toBe(144);
  });
});

describe("every drawing", () => {
  const drawings = [
    ...range(0x2500, 0x259f),
    ...range(0x25e2, 0x25e5),
    ...range(0x2800, 0x28ff),
    ...range(0xe0b0, 0xe0bf),
    ...range(0x1cd00, 0x1cde5),
    ...range(0x1fb00, 0x1fb90),
    ...range(0x1fb95, 0x1fb97),
    ...range(0x1fb9a, 0x1fb9b),
    ...range(0x1fba0, 0x1fbae),
  ];

  test("has shapes inside its cell, rectangles on whole units", () => {
    for (const [width, height] of sizes) {
      for (const codePoint of drawings) {
        const name = `U+${codePoint.toString(16)} at ${width} by ${height}`;
        const shapes = glyph(codePoint, width, height);
        expect(shapes, name).toBeDefined();
        if (codePoint !== 0x2800) expect(shapes!.length, name).toBeGreaterThan(0);
        for (const shape of shapes!) {
          const points =
            shape.kind === "polygon"
              ? pairs(shape.points)
              : [[shape.x, shape.y] as const, [shape.x + shape.width, shape.y + shape.height] as const];
          const inside = points.every(([x, y]) => x > -0.01 && y > -0.01 && x < width + 0.01 && y < height + 0.01);
          expect(inside, name).toBe(true);
          if (shape.kind === "rect") {
            const { x, y, width, height } = shape;
            expect([x, y, width, height].every(Number.isInteger) && width > 0 && height > 0, name).toBe(true);
          }
        }
      }
    }
  });

  test("differs from every other", () => {
    const seen = new Map<string, string>();
    for (const codePoint of drawings) {
      const shapes = JSON.stringify(
        glyph(codePoint, 84, 190)!
          .map((shape) => JSON.stringify(shape))
          .sort(),
      );
      const name = codePoint.toString(16);
      // Powerline's corners and slopes are those of U+25E2–25E5 and 2571–2572; a shade's inverse is the
      // shade, and a fill is an octant.
      if (!/^(?:e0b[89a-f]|1fb90|1fb97)$/.test(name)) {
        expect(seen.get(shapes), name).toBeUndefined();
        seen.set(shapes, name);
      }
    }
  });

  test("is none of the letters and symbols that fonts draw", () => {
    for (const character of "A ~é■▲●★日\u{1f600}\u{e0a0}\u{1fb93}\u{1fbf0}") {
      expect(glyph(character.codePointAt(0)!, 8, 19), character).toBeUndefined();
    }
  });
});

function pairs(points: readonly number[]): [number, number][] {
  return points.flatMap((x, i) => (i % 2 ? [] : [[x, points[i + 1]!] as [number, number]]));
}
