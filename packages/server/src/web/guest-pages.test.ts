import { setImmediate } from "node:timers/promises";
import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../test/browser.js";
import { basic, cast, installId, startTestServer, type TestServer } from "../../test/harness.js";
import { AccountRepository } from "../accounts/repository.js";
import { openDatabase } from "../db/database.js";
import { RecordingRepository } from "../recordings/repository.js";
import { hashOf } from "../token.js";
import { GuestPages } from "./guest-pages.js";
import { ReadyAnswers, type Sharing } from "./ready-answers.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const owner = async () => {
  const browser = await signIn(server, "mira");
  const accounts = new AccountRepository(server.db);
  await accounts.connect((await accounts.byUsername("mira"))!.id, hashOf(installId), server.now);
  const add = async (title: string, visibility = "public") => {
    const answer = await server.upload(cast({ title }), { fields: { visibility } });
    const { id, url } = (await answer.json()) as { id: number; url: string };
    return { id, path: new URL(url).pathname };
  };
  return { browser, add };
};
const seen = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await server.request(path, { headers: { accept: "text/html", ...headers } });
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
};

test("a page that guests see is never the owner's, nor that of other colours", async () => {
  const { browser, add } = await owner();
  const { path } = await add("one");
  const own = await browser.open(path);
  expect(own.html).toContain(`${path}/edit`);
  const guest = await seen(path);
  expect(guest.html).not.toContain(`${path}/edit`);
  expect(guest.html).not.toContain("mira@example.org");
  expect((await browser.open(path)).html).toContain(`${path}/edit`);
  const dark = await seen(path, { cookie: "scheme=dark" });
  expect(dark.html).not.toBe(guest.html);
  expect((await seen(path)).html).toBe(guest.html);
  expect(guest.headers.get("vary")).toMatch(/cookie/i);
  expect(guest.headers.get("cache-control")).toBe("private, no-cache");
});

test("changes are seen at once, those of other recordings on the page too", async () => {
  const { add } = await owner();
  const one = await add("the first title");
  const other = await add("another one");
  expect((await seen(one.path)).html).toContain("another one");
  const patch = (id: number, body: Record<string, unknown>) =>
    server.request(`/api/v1/recordings/${id}`, {
      method: "PATCH",
      headers: { authorization: basic(installId), "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await patch(one.id, { title: "the second title" })).status).toBe(200);
  expect((await seen(one.path)).html).toContain("the second title");
  await patch(other.id, { visibility: "private" });
  expect((await seen(one.path)).html).not.toContain("another one");
  expect((await seen(other.path)).status).toBe(404);
  await patch(one.id, { visibility: "private" });
  expect((await seen(one.path)).status).toBe(404);
});

test("changes that no request makes are seen at once, too", async () => {
  const { add } = await owner();
  const one = await add("one");
  const other = await add("another one");
  await seen(one.path);
  const recordings = new RecordingRepository(server.db);
  await recordings.update(other.id, { title: "renamed by itself" });
  expect((await seen(one.path)).html).toContain("renamed by itself");
});

test("what another process has changed is seen within five seconds", async () => {
  const { add } = await owner();
  const one = await add("one");
  const other = await add("another one");
  await seen(one.path);
  const elsewhere = openDatabase({ dataDir: server.folder, databaseUrl: undefined, databasePoolSize: 1 });
  await new RecordingRepository(elsewhere).update(other.id, { title: "renamed elsewhere" });
  await elsewhere.destroy();
  expect((await seen(one.path)).html).toContain("another one");
  server.now += 5001;
  expect((await seen(one.path)).html).toContain("renamed elsewhere");
});

test("a page that something has changed under is given to nobody who asks after that", async () => {
  const changes = { count: 0, views: 0 };
  let written = Promise.resolve();
  const pages = new GuestPages(changes, () => 0);
  const ready = new ReadyAnswers(changes, () => 0, 60_000);
  const app = new Hono<{ Variables: { sharing: Sharing } }>();
  app.use(async (c, next) => {
    const begun = ready.begin();
    await next();
    ready.keep(c, begun, c.var.sharing, "/");
  });
  app.get("/", (c) => {
    const view = String(changes.count);
    const write = async () => {
      await written;
      return { view, whole: true };
    };
    return pages.answer(c, "key", {}, write);
  });
  const found = () => ready.find(new Request("http://localhost/"))?.body.toString();
  const get = async () => (await app.request("/")).text();

  expect([await get(), found()]).toEqual(["0", "0"]);
  changes.count++;
  expect(found()).toBeUndefined();
  expect([await get(), found()]).toEqual(["1", "1"]);
  // Views are told by the page, whose key says so, but do not make it another one.
  changes.views++;
  expect(found()).toBeUndefined();
  expect([await get(), found()]).toEqual(["1", "1"]);

  changes.count++;
  let finish!: () => void;
  written = new Promise((resolve) => {
    finish = resolve;
  });
  const before = get();
  await setImmediate();
  changes.count++;
  const after = get();
  await setImmediate();
  finish();
  expect([await before, await after]).toEqual(["2", "3"]);
  expect(found()).toBe("3");
});

test("whoever takes gzip gets the same page packed", async () => {
  const { add } = await owner();
  const { path } = await add("one");
  const packed = await server.request(path, { headers: { accept: "text/html", "accept-encoding": "gzip" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  const stream = new Blob([await packed.arrayBuffer()]).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(stream).text()).toBe((await seen(path)).html);
});
