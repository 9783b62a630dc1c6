import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, cast, installId, startTestServer, type TestServer } from "../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) => server.request(path, { headers });

describe("every answer", () => {
  test.each(["/", "/about", "/record", "/a/999999", "/api/v1/x", "/assets/x.js", "/robots.txt", "/healthz", "/oembed"])(
    "%s has a policy without exceptions and is not sniffed",
    async (path) => {
      const { headers } = await get(path);
      const policy = headers.get("content-security-policy")!;
      expect(policy).toMatch(/^default-src 'none'/);
      expect(policy).not.toContain("unsafe");
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBeTruthy();
      expect(headers.get("strict-transport-security")).toBeNull();
    },
  );

  test("keeps browsers on https where the server is reached by it", async () => {
    const secure = await startTestServer({ url: "https://casts.example.org" });
    try {
      const answer = await secure.request("/");
      expect(answer.headers.get("strict-transport-security")).toMatch(/^max-age=\d+/);
      const upload = await secure.upload(cast());
      expect(upload.headers.get("location")).toMatch(/^https:\/\/casts\.example\.org\/a\//);
    } finally {
      await secure.close();
    }
  });
});

describe("assets", () => {
  test("are found at addresses that change with their content, and kept for ever", async () => {
    const home = await (await get("/")).text();
    const urls = [...home.matchAll(/\/assets\/[\w.-]+/g)].map(([url]) => url);
    expect(new Set(urls).size).toBeGreaterThanOrEqual(4);
    for (const url of urls) {
      const answer = await get(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      const packed = await get(url, { "accept-encoding": "gzip" });
      expect(packed.headers.get("content-encoding")).toBe("gzip");
      expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(await answer.text());
      const etag = answer.headers.get("etag")!;
      expect((await get(url, { "if-none-match": etag })).status).toBe(304);
    }
  });

  test("refer to each other by such addresses, and to nothing elsewhere", async () => {
    const home = await (await get("/")).text();
    const style = await (await get(/\/assets\/site-\w+\.css/.exec(home)![0])).text();
    expect(style).toContain("--now: #ffb224");
    expect(style).not.toContain("@import");
    for (const [, url] of style.matchAll(/url\("?([^")]+)"?\)/g)) expect((await get(url!)).status).toBe(200);
  });

  test.each([
    "/assets/site.css",
    "/assets/../package.json",
    "/assets/%2e%2e%2fpackage.json",
    "/assets/site-0000000000000000.css",
  ])("%s is not one", async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test("are not counted by limits", async () => {
    const home = await (await get("/")).text();
    const url = /\/assets\/site-\w+\.css/.exec(home)![0];
    for (let i = 0; i < 60; i++) expect((await server.request(url, { from: "203.0.113.90" })).status).toBe(200);
  });
});

test.each([
  ["/favicon.ico", 302],
  ["/robots.txt", 200],
  ["/healthz", 200],
  ["/about", 200],
  ["/record", 200],
])("%s is answered with %i", async (path, status) => {
  expect((await get(path)).status).toBe(status);
});

test("/record says how to upload here", async () => {
  const html = await (await get("/record")).text();
  expect(html).toContain("export ASCIINEMA_SERVER_URL=http://casts.example.org");
  expect(html).toContain("8 MB at most");
});

describe("refusals", () => {
  test("are pages for browsers", async () => {
    const answer = await get("/a/999999", { accept: "text/html" });
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const html = await answer.text();
    expect(html).toContain("<h1>Nothing at this address</h1>");
    expect(html).toContain("404 not found");
    expect(html).toContain("<nav");
  });

  test("are JSON for those who ask for it", async () => {
    const answer = await get("/a/999999", { accept: "application/json" });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ type: "not_found", message: "Resource not found" });
  });

  test("are text where a file was asked for", async () => {
    const answer = await get("/a/999999.cast");
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await answer.text()).toBe("Resource not found\n");
  });

  test("say when to try again", async () => {
    const from = "203.0.113.91";
    const ask = () => server.request("/", { from, headers: { accept: "text/html" } });
    for (let i = 0; i < 50; i++) {
      const answer = await ask();
      expect(answer.status).toBe(200);
      expect(answer.headers.get("x-ratelimit-remaining")).toBe(String(49 - i));
    }
    const answer = await ask();
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("10");
    expect(await answer.text()).toContain("Too many requests. Try again in 10 seconds.");
  });

  test("downloads are counted apart", async () => {
    const { id } = (await (await server.upload(cast(), { fields: { visibility: "public" } })).json()) as { id: number };
    const from = "203.0.113.92";
    for (let i = 0; i < 30; i++) expect((await server.request(`/a/${id}.cast`, { from })).status).toBe(200);
    expect((await server.request(`/a/${id}.cast`, { from })).status).toBe(429);
    expect((await server.request(`/a/${id}.txt`, { from })).status).toBe(200);
  });

  test("a breakdown shows a reference, the log what happened", async () => {
    const { id } = (await (
      await server.upload(cast({ title: "broken later" }), { fields: { visibility: "public" } })
    ).json()) as { id: number };
    const { file_key } = await server.db
      .selectFrom("recordings")
      .select("file_key")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    const path = join(server.folder, "files", file_key);
    rmSync(path);
    mkdirSync(path); // a folder where the file was: it opens, but cannot be read
    const answer = await get(`/a/${id}.txt`, { accept: "text/html" });
    expect(answer.status).toBe(500);
    const html = await answer.text();
    const reference = /Reference: <span class="mono">([\w-]+)</.exec(html)![1]!;
    expect(html).not.toContain(server.folder);
    const line = server.logged.find((one) => one.includes(reference))!;
    expect(JSON.parse(line)).toMatchObject({ level: "error", event: "failed", reference });
    expect(line).toContain("EISDIR");
    rmSync(path, { recursive: true });
  });
});

test("the log holds a line per request and no secret", async () => {
  const before = server.logged.length;
  const { url } = (await (await server.upload(cast())).json()) as { url: string };
  await get(new URL(url).pathname);
  await get(`/connect/${installId}`);
  const lines = server.logged.slice(before).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ event, method, status }) => [event, method, status])).toEqual([
    ["request", "POST", 201],
    ["request", "GET", 200],
    ["request", "GET", 303],
  ]);
  const all = server.logged.join("");
  expect(all).not.toContain(new URL(url).pathname.split("/").at(-1));
  expect(all).not.toContain(installId);
  expect(all).not.toContain(basic(installId).slice(6));
});
