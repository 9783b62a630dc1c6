import { expect, test } from "vitest";
import { fnv1a } from "./fnv.js";

test("known vectors", () => {
  expect(fnv1a("Hello World!")).toBe("d2d42892ede872031d2593366229c2d2");
  expect(fnv1a("Hello world!")).toBe("3c94fff9ede872031d95566a45770eb2");
  expect(fnv1a("🦄🌈")).toBe("a25841ae4659905b36cb0d359fad39f");
});
