import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signIn, TestBrowser } from "../../test/browser.js";
import { cast, startTestServer, type TestServer } from "../../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ uploadSizeLimit: 10_000 });
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const drafts = () => readdirSync(join(server.folder, "drafts"));

describe("the page about recording", () => {
  test("tells guests the commands, and where to sign in to upload from the browser", async () => {
    const guest = new TestBrowser(server);
    const { text, html } = await guest.open("/record");
    expect(text).toContain("export ASCIINEMA_SERVER_URL=http://casts.example.org");
    expect(html).not.toContain('type="file"');
    expect(html).toContain('href="/login/new"');
  });

  test("takes a file from who has signed in, and leads to its page", async () => {
    const mira = await signIn(server, "mira");
    expect((await mira.open("/record")).text).toContain("Nothing here yet");
    const made = await mira.attach("/record", gzipSync(cast({ title: "From here" })), { visibility: "public" });
    expect(made.path).toMatch(/^\/a\/\d+$/);
    expect(made.text).toContain("Uploaded.");
    expect(made.text).toContain("From here");
    expect((await mira.open("/~mira")).text).toContain("From here");
    expect((await mira.open("/record")).text).toContain("From here");
    await mira.attach("/record", `${cast({ title: "Torn" })}[0.1, "o`);
    expect(mira.page.text).toContain("The last line of the file was not complete");
    expect(mira.page.text).toContain("Unlisted");
  });

  test.each([
    ["no recording", "just text", 422, "This doesn't look like a valid asciicast file"],
    ["nothing", "", 422, "This doesn't look like a valid asciicast file"],
    ["too large", cast({}, Array(1000).fill('[1, "o", "xxxxx"]')), 413, "size limit (10000)"],
  ])("says what is wrong with a file that is %s, and keeps nothing", async (_, content, status, message) => {
    const mira = await signIn(server, "mira");
    await mira.open("/record");
    const refused = await mira.attach("/record", content);
    expect(refused.status).toBe(status);
    expect(refused.text).toContain(message);
    expect(refused.text).toContain("Nothing was stored");
    expect(drafts()).toEqual([]);
  });

  test("takes nothing from elsewhere", async () => {
    const mira = await signIn(server, "mira");
    await mira.open("/record");
    const guest = new TestBrowser(server);
    guest.page = mira.page;
    expect((await mira.attach("/record", cast(), { _token: "made up" })).status).toBe(403);
    expect((await guest.attach("/record", cast())).path).toBe("/login/new");
    expect(drafts()).toEqual([]);
    expect(await server.db.selectFrom("recordings").select("id").execute()).toEqual([]);
  });

  test("is limited like uploads of commands", async () => {
    const from = "203.0.113.78";
    const attempt = () => server.request("/record", { method: "POST", from });
    for (let i = 0; i < 10; i++) expect((await attempt()).status).toBe(303);
    expect((await attempt()).status).toBe(429);
  });
});

test("a recording's page shows a few others of the same person, public ones only", async () => {
  const mira = await signIn(server, "mira");
  await mira.open("/record");
  for (let i = 1; i <= 6; i++) {
    const visibility = i === 6 ? "unlisted" : "public";
    await mira.attach("/record", cast({ title: `Number ${i}` }), { visibility });
    await mira.open("/record");
  }
  const guest = new TestBrowser(server);
  const { html } = await guest.open("/a/2");
  const more = /<aside[\s\S]*<\/aside>/.exec(html)![0];
  expect(more).toContain("More by mira");
  expect([...more.matchAll(/Number (\d)/g)].map(([, number]) => number)).toEqual(["5", "4", "3", "1"]);
  await server.upload(cast(), { fields: { visibility: "public" } });
  await server.upload(cast(), { fields: { visibility: "public" } });
  expect((await guest.open("/a/7")).html).not.toContain("<aside");
});
