import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundleScript } from "../scripts/player-bundle.mjs";
import { measure } from "./size.js";

test("the player weighs no more than its budget, which a change must edit to grow", async () => {
  const { player } = JSON.parse(readFileSync(new URL("../size-budget.json", import.meta.url), "utf8"));
  const { script, style } = await measure();
  expect(script).toBeLessThanOrEqual(player.script);
  expect(style).toBeLessThanOrEqual(player.style);
});

test("the player carries only what it uses", async () => {
  const { modules } = await bundleScript("asciinema-player.min.js");
  expect(modules).toContain("packages/vt/src/terminal.ts");
  expect(modules.filter((path) => !/^packages\/(vt|asciicast|alis|render|player)\/src\//.test(path))).toEqual([]);
  expect(modules.filter((path) => /alis|hub|fan-out|svg|encoder|transform|render\/src\/frame\.ts/.test(path))).toEqual(
    [],
  );
});
