import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cast, startTestServer, type TestServer } from "../../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

async function add(visibility: string, header: Record<string, unknown> = {}, events?: string[]) {
  const answer = await server.upload(cast(header, events), { fields: { visibility } });
  return (await answer.json()) as { id: number; url: string };
}

const get = (path: string, headers: Record<string, string> = {}) => server.request(path, { headers });

describe("the picture in SVG", () => {
  test("is an SVG that can be kept for long under its own key", async () => {
    const { id } = await add("public");
    const answer = await get(`/a/${id}.svg`);
    expect(answer.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=3600, must-revalidate");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    const key = answer.headers.get("etag")!.replaceAll('"', "");
    expect(await answer.text()).toMatch(/^<svg[^>]*>.*hello.*<\/svg>$/s);
    const keyed = await get(`/a/${id}.svg?v=${key}`);
    expect(keyed.headers.get("cache-control")).toBe("public, max-age=31536000, must-revalidate");
    expect((await get(`/a/${id}.svg`, { "if-none-match": `"${key}"` })).status).toBe(304);
  });

  test("has a smaller form for lists", async () => {
    const { id } = await add("public");
    const whole = await (await get(`/a/${id}.svg`)).text();
    const corner = await (await get(`/a/${id}.svg?f=t`)).text();
    expect(corner).toMatch(/^<svg[^>]* width="476"/);
    expect(corner).not.toBe(whole);
  });

  test("is drawn anew when something changes that is seen in it", async () => {
    const { id } = await add("public");
    const before = await get(`/a/${id}.svg`);
    await server.db
      .updateTable("recordings")
      .set({ term_theme_name: "solarized-light" })
      .where("id", "=", id)
      .execute();
    const after = await get(`/a/${id}.svg`, { "if-none-match": before.headers.get("etag")! });
    expect(after.status).toBe(200);
    expect(await after.text()).toContain("#fdf6e3");
  });
});

describe("the picture in PNG", () => {
  const bytes = async (path: string, of = server) => Buffer.from(await (await of.request(path)).arrayBuffer());
  const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

  test("can be kept for long under the same key as the other one", async () => {
    const { id } = await add("public");
    const answer = await get(`/a/${id}.png`);
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=3600, must-revalidate");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    const key = (await get(`/a/${id}.svg`)).headers.get("etag")!.replaceAll('"', "");
    const keyed = await get(`/a/${id}.png?v=${key}`, { "accept-encoding": "gzip" });
    expect(keyed.headers.get("cache-control")).toBe("public, max-age=31536000, must-revalidate");
    expect(keyed.headers.get("content-encoding")).toBeNull();
    const again = await get(`/a/${id}.png`, { "if-none-match": answer.headers.get("etag")! });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    // The card says whose it is: it must not be kept for longer than that is true.
    await server.db.updateTable("users").set({ temporary_username: "somebody else" }).execute();
    const renamed = await get(`/a/${id}.png?f=c&v=${key}`);
    expect(renamed.headers.get("cache-control")).toBe("public, max-age=3600, must-revalidate");
    await server.db.updateTable("users").set({ temporary_username: "mira" }).execute();
  });

  test("is the whole screen, the corner for lists or a card for other sites", async () => {
    const { id } = await add("public");
    expect(sizeOf(await bytes(`/a/${id}.png`))).toEqual([80 * 17 + 40, 24 * 38 + 40]);
    expect(sizeOf(await bytes(`/a/${id}.png?f=t`))).toEqual([54 * 17 + 40, 15 * 38 + 40]);
    expect(sizeOf(await bytes(`/a/${id}.png?f=c`))).toEqual([1200, 630]);
    const tags = await Promise.all(["", "?f=t", "?f=c"].map((f) => get(`/a/${id}.png${f}`)));
    expect(new Set(tags.map((one) => one.headers.get("etag"))).size).toBe(3);
  });

  test("is never larger than 2400 px", async () => {
    const { id } = await add("public", { term: { cols: 720, rows: 200 } });
    const [width, height] = sizeOf(await bytes(`/a/${id}.png`));
    expect(width).toBeLessThanOrEqual(2400);
    expect(height).toBeLessThanOrEqual(2400);
    expect(width).toBeGreaterThan(2000);
  });

  test("of the same recording has the same bytes, on another server too", async () => {
    const events = ['[0.1, "o", "\\u001b[1;32m$\\u001b[0m ls ╭─╮ é 世界 ⣿"]', '[2, "o", "."]'];
    const { id } = await add("public", { title: "Same" }, events);
    const other = await startTestServer();
    try {
      const answer = await other.upload(cast({ title: "Same" }, events), { fields: { visibility: "public" } });
      const { id: there } = (await answer.json()) as { id: number };
      for (const form of ["", "?f=t", "?f=c"]) {
        expect((await bytes(`/a/${id}.png${form}`)).equals(await bytes(`/a/${there}.png${form}`, other))).toBe(true);
      }
    } finally {
      await other.close();
    }
  });

  test("says on its card what the page says", async () => {
    const { id } = await add("public", { title: "One" });
    const before = await bytes(`/a/${id}.png?f=c`);
    const screen = await bytes(`/a/${id}.png`);
    await server.db.updateTable("recordings").set({ title: "Another" }).where("id", "=", id).execute();
    expect((await bytes(`/a/${id}.png?f=c`)).equals(before)).toBe(false);
    expect((await bytes(`/a/${id}.png`)).equals(screen)).toBe(true);
    for (const title of ["W".repeat(128), "世".repeat(128), "\u202e\u0301<&>", "👩‍👩‍👧"]) {
      await server.db.updateTable("recordings").set({ title }).where("id", "=", id).execute();
      expect(sizeOf(await bytes(`/a/${id}.png?f=c`))).toEqual([1200, 630]);
    }
  });

  test("is what a page names to other sites", async () => {
    const { id } = await add("public", { title: "Named" });
    const html = await (await get(`/a/${id}`, { accept: "text/html" })).text();
    const image = /<meta property="og:image" content="([^"]*)"/.exec(html)![1]!.replaceAll("&amp;", "&");
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image"/>');
    const { pathname, search } = new URL(image);
    const answer = await get(pathname + search);
    expect(answer.headers.get("content-type")).toBe("image/png");
    expect(answer.headers.get("cache-control")).toContain("max-age=31536000");
  });

  test("shows with a font of the operator's what the server's own lack", async () => {
    // DejaVu's mathematical font has letters that the monospaced one lacks.
    const font = createRequire(import.meta.url).resolve("dejavu-fonts-ttf/ttf/DejaVuMathTeXGyre.ttf");
    const { id } = await add("public", {}, ['[0.1, "o", "\\ud835\\udd04"]']);
    const bar = await bytes(`/a/${id}.png`);
    const other = await startTestServer({ previewFonts: [font] });
    try {
      const content = cast({}, ['[0.1, "o", "\\ud835\\udd04"]']);
      const answer = await other.upload(content, { fields: { visibility: "public" } });
      const { id: there } = (await answer.json()) as { id: number };
      expect((await bytes(`/a/${there}.png`, other)).equals(bar)).toBe(false);
    } finally {
      await other.close();
    }
  });
});
