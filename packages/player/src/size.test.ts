import { expect, test } from "vitest";
import { showable } from "./size.js";

test.each([
  [
    { cols: 120, rows: 40 },
    { cols: 120, rows: 40 },
  ],
  [
    { cols: 0, rows: Number.NaN },
    { cols: 80, rows: 24 },
  ],
  [
    { cols: -3, rows: 2.5 },
    { cols: 1, rows: 2 },
  ],
  [
    { cols: 65535, rows: 65535 },
    { cols: 1000, rows: 500 },
  ],
])("%j is shown as %j", (given, shown) => {
  expect(showable(given)).toEqual(shown);
});
