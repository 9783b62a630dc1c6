import fc from "fast-check";
import { expect, test } from "vitest";
import { Probe } from "./probe.js";

const palette = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    `\x1b]4;${n};rgb:${n}0${n}0/00/ff\x1b\\`.replaceAll(/\d\d0\d\d0/g, "10"),
  ).join("");
const ANSWERS = `\x1bP>|XTerm(380)\x1b\\\x1b]10;rgb:d0d0/d0d0/d0d0\x07\x1b]11;rgb:1212/1212/1212\x1b\\${palette(16)}\x1b[?64;1;2c`;

test("name and colours come from the answers, what is typed meanwhile stays", () => {
  const probe = new Probe();
  expect(probe.read(`ls${ANSWERS}\x1b[A\r`)).toBe("ls\x1b[A\r");
  expect(probe.done).toBe(true);
  expect(probe.version).toBe("XTerm(380)");
  expect(probe.theme).toMatchObject({ fg: "#d0d0d0", bg: "#121212" });
  expect(probe.theme!.palette).toHaveLength(16);
});

test("a palette of eight is doubled, half an answer is none", () => {
  const eight = new Probe();
  eight.read(`\x1b]10;rgb:ff/ff/ff\x07\x1b]11;rgb:00/00/00\x07${palette(8)}\x1b[?1c`);
  expect(eight.theme!.palette).toHaveLength(16);
  const two = new Probe();
  two.read(`\x1b]10;rgb:ff/ff/ff\x07${palette(16)}\x1b[?1c`);
  expect(two.theme).toBeUndefined();
});

test("answers may be cut anywhere, with keys before and after them", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(ANSWERS.length + 5), { maxLength: 6 }), (cuts) => {
      const input = `a\x1b[B${ANSWERS}b`;
      const probe = new Probe();
      let keys = "";
      let from = 0;
      for (const cut of [...cuts.sort((a, b) => a - b), input.length]) {
        keys += probe.read(input.slice(from, cut));
        from = cut;
      }
      expect(keys).toBe("a\x1b[Bb");
      expect(probe.version).toBe("XTerm(380)");
    }),
  );
});

test("after the last answer everything is typed input", () => {
  const probe = new Probe();
  expect(probe.read("\x1b[?1c\x1b[?62c")).toBe("\x1b[?62c");
  expect(probe.read("\x1b[?1c")).toBe("\x1b[?1c");
});

test("when nobody waits any more the escape key is passed on at once, late answers are not", () => {
  const probe = new Probe();
  expect(probe.read("a\x1b")).toBe("a");
  expect(probe.late()).toBe("\x1b");
  expect(probe.read("\x1b")).toBe("\x1b");
  expect(probe.read("b\x1b[?62")).toBe("b");
  expect(probe.read(";4cz")).toBe("z");
  expect(probe.done).toBe(true);
});

test("giving up returns what was kept", () => {
  const probe = new Probe();
  expect(probe.read("\x1b]10;rg")).toBe("");
  expect(probe.end()).toBe("\x1b]10;rg");
});
