import { beforeEach, describe, expect, test } from "vitest";
import { clientAddress, RateLimiter } from "./rate-limit.js";

describe("RateLimiter", () => {
  let now = 0;
  let limiter: RateLimiter;
  beforeEach(() => {
    now = Date.parse("2026-11-21T10:00:00Z");
    limiter = new RateLimiter(() => now);
  });

  const allowed = (count: number, method: string, path: string, address = "203.0.113.5") => {
    let passed = 0;
    for (let i = 0; i < count; i++) if (limiter.take(method, path, address)!.allowed) passed++;
    return passed;
  };

  test.each([
    ["POST", "/api/v1/recordings", 10],
    ["POST", "/api/asciicasts", 10],
    ["GET", "/a/1.cast", 30],
    ["GET", "/a/1.json", 30],
    ["GET", "/s/1.cast", 30],
    ["HEAD", "/a/1.json", 30],
    ["POST", "/a/1/views", 10],
    ["GET", "/a/1.svg", 50],
    ["GET", "/", 50],
    ["DELETE", "/api/v1/recordings/1", 50],
  ])("%s %s: %i in a window", (method, path, limit) => {
    expect(allowed(60, method, path)).toBe(limit);
  });

  test("counts one kind together and other kinds apart", () => {
    expect(allowed(6, "POST", "/api/v1/recordings")).toBe(6);
    expect(allowed(6, "POST", "/api/asciicasts")).toBe(4);
    expect(allowed(1, "GET", "/")).toBe(1);
  });

  test("counts addresses apart, and a /64 as one", () => {
    expect(allowed(60, "GET", "/", "203.0.113.5")).toBe(50);
    expect(allowed(60, "GET", "/", "203.0.113.6")).toBe(50);
    expect(allowed(30, "GET", "/", "2001:db8::1")).toBe(30);
    expect(allowed(30, "GET", "/", "2001:db8:0:0:7::2")).toBe(20);
    expect(allowed(30, "GET", "/", "2001:db8:0:1::2")).toBe(30);
  });

  test("starts anew with the next window and says when that is", () => {
    now += 4000;
    expect(allowed(60, "GET", "/")).toBe(50);
    const refused = limiter.take("GET", "/", "203.0.113.5")!;
    expect(refused).toEqual({
      allowed: false,
      limit: 50,
      remaining: 0,
      reset: Date.parse("2026-11-21T10:00:10Z") / 1000,
    });
    now += 6000;
    expect(allowed(1, "GET", "/")).toBe(1);
  });

  test("does not count this machine", () => {
    for (const address of ["127.0.0.1", "127.8.8.8", "::1"]) expect(limiter.take("GET", "/", address)).toBeUndefined();
  });
});

test.each([
  ["203.0.113.5", undefined, "203.0.113.5"],
  ["::ffff:203.0.113.5", undefined, "203.0.113.5"],
  // Only a proxy on this machine is believed, and only what it saw itself.
  ["203.0.113.5", "127.0.0.1", "203.0.113.5"],
  ["127.0.0.1", "10.0.0.1, 198.51.100.7", "198.51.100.7"],
  ["::1", "::ffff:198.51.100.7", "198.51.100.7"],
  ["127.0.0.1", undefined, "127.0.0.1"],
])("a request from %s, forwarded for %s, comes from %s", (peer, forwarded, address) => {
  expect(clientAddress(peer, forwarded)).toBe(address);
});
