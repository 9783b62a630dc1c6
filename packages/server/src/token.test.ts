import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withoutSecrets } from "./log.js";
import { keptSecret } from "./secret.js";
import { hashOf, randomToken } from "./token.js";

test("randomToken uses every letter equally", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 5000; i++) {
    const token = randomToken();
    expect(token).toMatch(/^[A-Za-z0-9]{22}$/);
    for (const letter of token) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  // 110,000 letters: 1774 of each, with a standard deviation of 42. A modulo of bytes would put eight letters 25 % above.
  for (const count of counts.values()) expect(Math.abs(count - 1774)).toBeLessThan(42 * 6);
});

test("randomToken never looks like a number", () => {
  for (let i = 0; i < 2000; i++) expect(randomToken(1)).toMatch(/^[A-Za-z]$/);
});

test("hashOf", () => {
  expect(hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("the kept secret stays the same, and private", async () => {
  const folder = mkdtempSync(join(tmpdir(), "asciinema-secret-"));
  try {
    const [first, second] = await Promise.all([keptSecret(folder), keptSecret(folder)]);
    expect(first.length).toBeGreaterThanOrEqual(64);
    expect(second).toBe(first);
    expect(await keptSecret(folder)).toBe(first);
    expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, "secret"), "");
    await expect(keptSecret(folder)).rejects.toThrow(/damaged/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["/a/42.cast", "/a/42.cast"],
  ["/a/q8ZkR3vYt1LmNo5pQx7Wab.svg", "/a/q8Zk….svg"],
  ["/connect/01234567-89ab-cdef-0123-456789abcdef", "/connect/0123…"],
  ["/explore/recordings/recent", "/explore/recordings/recent"],
])("%s is logged as %s", (path, logged) => {
  expect(withoutSecrets(path)).toBe(logged);
});
