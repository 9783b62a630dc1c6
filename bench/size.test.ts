import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { measure } from "./size.js";

test("the player weighs no more than its budget, which a change must edit to grow", async () => {
  const { player } = JSON.parse(readFileSync(new URL("../size-budget.json", import.meta.url), "utf8"));
  const { script, style } = await measure();
  expect(script).toBeLessThanOrEqual(player.script);
  expect(style).toBeLessThanOrEqual(player.style);
});
