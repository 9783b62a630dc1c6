import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sequencesPage } from "../scripts/sequences.js";
import { CODES, CSI, ESC } from "./functions.js";

const page = readFileSync(new URL("../../../docs/sequences.md", import.meta.url), "utf8");

test("docs/sequences.md is what scripts/sequences.ts writes", () => {
  expect(page).toBe(sequencesPage());
});

test("it has a row for every function of the tables", () => {
  const rows = page.split("\n").filter((line) => /^\| `+ ?(CSI|ESC|[0-9A-F]{2}`)/.test(line));
  const functions = [CODES, ESC, CSI].reduce((sum, table) => sum + Object.keys(table).length, 0);
  expect(rows.length).toBeGreaterThanOrEqual(functions);
});
