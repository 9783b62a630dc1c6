import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../test/browser.js";
import { basic, cast, installId, startTestServer, type TestServer } from "../../test/harness.js";
import { AccountRepository } from "../accounts/repository.js";
import { RecordingRepository } from "../recordings/repository.js";
import { hashOf } from "../token.js";

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

test("what another process has changed is seen within five seconds, and what is about the recording itself at once", async () => {
  const { add } = await owner();
  const one = await add("one");
  const other = await add("another one");
  await seen(one.path);
  const recordings = new RecordingRepository(server.db);
  await recordings.update(other.id, { title: "renamed elsewhere" });
  await recordings.update(one.id, { title: "itself renamed" });
  expect((await seen(one.path)).html).toContain("itself renamed");
  await recordings.update(other.id, { title: "renamed again" });
  server.now += 5001;
  expect((await seen(one.path)).html).toContain("renamed again");
});

test("whoever takes gzip gets the same page packed", async () => {
  const { add } = await owner();
  const { path } = await add("one");
  const packed = await server.request(path, { headers: { accept: "text/html", "accept-encoding": "gzip" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  const stream = new Blob([await packed.arrayBuffer()]).stream().pipeThrough(new DecompressionStream("gzip"));
  expect(await new Response(stream).text()).toBe((await seen(path)).html);
});
