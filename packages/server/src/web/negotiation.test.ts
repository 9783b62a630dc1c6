import fc from "fast-check";
import { expect, test } from "vitest";
import { acceptsGzip, acceptsJson, matchesEtag, preferredForm } from "./negotiation.js";

test.each([
  [undefined, true],
  ["application/json", true],
  ["*/*", true],
  ["text/html, application/json;q=0.5", true],
  ["application/problem+json", true],
  ["text/html", false],
  ["application/json;q=0", false],
  ["image/png,application/xml", false],
])("%j lets JSON be the answer: %j", (header, expected) => {
  expect(acceptsJson(header)).toBe(expected);
});

test.each([
  [undefined, "html"],
  ["*/*", "html"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8", "html"],
  ["application/x-asciicast", "cast"],
  ["application/json", "cast"],
  ["text/plain", "txt"],
  ["image/svg+xml,image/*;q=0.8", "svg"],
  ["image/png", "png"],
  ["text/plain;q=0.1, text/html;q=0.9", "html"],
  ["application/pdf", "html"],
])("%j asks for %s", (header, form) => {
  expect(preferredForm(header)).toBe(form);
});

test.each([
  [undefined, false],
  ["gzip, deflate, br", true],
  ["identity", false],
  ["gzip;q=0", false],
  ["gzip;q=nonsense", false],
  ["br;q=1.0, gzip;q=0.2", true],
  ["*", false],
])("%j accepts gzip: %j", (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

test.each([
  [undefined, false],
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ["*", true],
  ['"b"', false],
])('%j matches "a": %j', (header, expected) => {
  expect(matchesEtag(header, '"a"')).toBe(expected);
});

test("any header is understood somehow", () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(typeof acceptsJson(header)).toBe("boolean");
      expect(typeof acceptsGzip(header)).toBe("boolean");
      expect(["html", "cast", "txt", "svg", "png"]).toContain(preferredForm(header));
    }),
  );
});
