import fc from "fast-check";
import { it } from "vitest";
import { properties } from "../fuzz/decode.js";

it.each(Object.entries(properties))("%s", async (_, property) => {
  await fc.assert(property, { numRuns: 200 });
});
