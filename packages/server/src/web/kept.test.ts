import { expect, test } from "vitest";
import { Kept } from "./kept.js";

test("keeps what fits, and of that what was asked for last", () => {
  const kept = new Kept<string>(100);
  for (const key of ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]) kept.set(key, key.toUpperCase(), 10);
  expect(kept.get("a")).toBe("A");
  kept.set("k", "K", 10);
  expect(kept.get("b")).toBeUndefined();
  expect(kept.get("a")).toBe("A");
  kept.set("k", "K2", 12);
  expect([kept.get("k"), kept.get("c"), kept.get("d")]).toEqual(["K2", undefined, "D"]);
  kept.set("large", "LARGE", 13);
  expect(kept.get("large")).toBeUndefined();
  kept.clear();
  expect(kept.get("a")).toBeUndefined();
});
