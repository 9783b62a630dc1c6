import fc from "fast-check";
import { it } from "vitest";
import { properties } from "../fuzz/stream.js";

it.each(Object.entries(properties))("%s", async (_, property) => {
  await fc.assert(property, { numRuns: 200 });
});
