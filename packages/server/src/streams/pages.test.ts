import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signIn, TestBrowser } from "../../test/browser.js";
import { otherInstallId, startTestServer, type TestServer } from "../../test/harness.js";
import { type LiveServer, startLiveServer, TestProducer, TestViewer, type ToldStream } from "../../test/live.js";
import { recordingRow, streamRow } from "../../test/rows.js";
import { userWithMachine } from "../../test/users.js";
import { StreamRepository } from "./repository.js";

describe("while a stream is on", () => {
  let server: LiveServer;
  let stream: ToldStream;
  let producer: TestProducer;
  beforeAll(async () => {
    server = await startLiveServer();
    stream = await server.stream({
      title: "<b>Release</b>",
      visibility: "public",
      description: "**Bold** <script>",
      schedule: "0 18 * * sat",
      audio_url: "https://example.org/a.ogg",
      buffer_time: 1.5,
    });
    producer = await TestProducer.begin(server, stream, { cols: 90, rows: 20 });
    const viewer = await TestViewer.open(server, stream.token);
    producer.output("hello \x1b]0;<title>\x07<i>world</i>\r\n");
    await viewer.shows("world");
  });
  afterAll(() => server.close());

  const html = async (path: string, init?: RequestInit) => {
    const answer = await server.fetch(path, { ...init, headers: { accept: "text/html", ...init?.headers } });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };

  test("its page plays it, says how it goes, and works without script", async () => {
    const { status, text, headers } = await html(`/s/${stream.token}`);
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(text).toContain("<h1>&lt;b&gt;Release&lt;/b&gt;</h1>");
    expect(text).toContain("<strong>Bold</strong> &lt;script&gt;");
    const setup = JSON.parse(/data-player="([^"]*)"/.exec(text)![1]!.replaceAll("&quot;", '"'));
    expect(setup).toMatchObject({
      src: { driver: "websocket", url: `/ws/s/${stream.token}`, bufferTime: 1500 },
      options: { autoplay: false, theme: "auto/asciinema", audioUrl: "https://example.org/a.ogg" },
      cols: 90,
      rows: 20,
      waiting: false,
    });
    expect(text).toMatch(/<b>1<\/b> watching/);
    expect(text).toContain(`src="/s/${stream.token}.svg"`);
    expect(text).toContain("Watch from the start");
    expect(text).not.toMatch(/data-kept="true"[^>]* hidden=""/);
    expect(text).toContain("Next");
    expect(text).not.toContain("Stream to this page");
    // What links show elsewhere.
    expect(text).toContain(
      `<meta property="og:image" content="http://localhost:${server.port}/s/${stream.token}.png"/>`,
    );
    expect(text).toContain('type="application/json+oembed"');
  });

  test("its pictures and its text are of the screen as it is", async () => {
    const before = await server.fetch(`/s/${stream.token}.svg`);
    expect(before.headers.get("content-type")).toBe("image/svg+xml; charset=utf-8");
    const picture = await before.text();
    expect(picture).toContain("hello");
    expect(picture).toContain("&#60;i&#62;world");
    expect(picture).not.toContain("<i>");
    const etag = before.headers.get("etag")!;
    const same = await server.fetch(`/s/${stream.token}.svg`, { headers: { "if-none-match": etag } });
    expect(same.status).toBe(304);
    const viewer = await TestViewer.open(server, stream.token);
    producer.output("changed");
    await viewer.shows("changed");
    await viewer.close();
    const after = await server.fetch(`/s/${stream.token}.svg?f=t`, { headers: { "if-none-match": etag } });
    expect(await after.text()).toContain("changed");
    expect(await (await server.fetch(`/s/${stream.token}.txt`)).text()).toContain("hello <i>world</i>\nchanged");
    const card = await server.fetch(`/s/${stream.token}.png`);
    expect(card.headers.get("content-type")).toBe("image/png");
    expect([...new Uint8Array(await card.arrayBuffer()).subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
  });

  test("what was on so far can be played", async () => {
    for (let i = 0; i < 100; i++) {
      const cast = await (await server.fetch(`/s/${stream.token}.cast`)).text();
      if (cast.includes("hello")) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [header, ...events] = (await (await server.fetch(`/s/${stream.token}.cast`)).text()).trim().split("\n");
    expect(JSON.parse(header!)).toMatchObject({ version: 3, term: { cols: 90, rows: 20 } });
    expect(JSON.parse(events[0]!)[2]).toContain("hello");
    const { text } = await html(`/s/${stream.token}?from=start`);
    expect(text).toContain(`&quot;src&quot;:&quot;/s/${stream.token}.cast&quot;`);
    expect(text).toContain("Go live");
  });

  test("its status is a line that scripts ask for", async () => {
    const { text, headers } = await html(`/s/${stream.token}/status`);
    expect(headers.get("x-stream-live")).toBe("1");
    const [from, until] = headers.get("x-stream-kept")!.split(" ").map(Number) as [number, number];
    expect([from, until >= from, Number(headers.get("x-stream-time")) >= until]).toEqual([0, true, true]);
    expect(text).toContain('<span class="live">Live</span>');
    expect(text).not.toContain("<html");
  });

  test("it can be put into other pages", async () => {
    const frame = await html(`/s/${stream.token}/iframe`);
    expect(frame.headers.get("content-security-policy")).toContain("frame-ancestors *");
    expect(frame.text).toContain("data-player");
    const script = await server.fetch(`/s/${stream.token}.js`);
    expect(script.headers.get("content-type")).toContain("javascript");
    const url = encodeURIComponent(`http://localhost:${server.port}/s/${stream.token}`);
    const oembed = await (await server.fetch(`/oembed?url=${url}&format=json`)).json();
    expect(oembed).toMatchObject({
      type: "rich",
      title: "<b>Release</b>",
      author_name: "mira",
      html: expect.stringContaining(`src="http://localhost:${server.port}/s/${stream.token}/iframe"`),
      thumbnail_url: `http://localhost:${server.port}/s/${stream.token}.png`,
    });
    expect((await server.fetch(`/oembed?url=${encodeURIComponent("http://localhost/s/x")}`)).status).toBe(404);
  });

  test("its dates go into calendars", async () => {
    const answer = await server.fetch(`/s/${stream.token}.ics`);
    expect(answer.headers.get("content-type")).toContain("text/calendar");
    const text = await answer.text();
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(10);
    expect(text).toMatch(/DTSTART:\d{8}T180000Z\r\n/);
    for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThan(76);
  });

  test("it is on the home page, on its owner's, and in the lists; one that is not public is not", async () => {
    const hidden = await server.stream({ title: "Hidden", visibility: "unlisted" });
    const other = await TestProducer.begin(server, hidden, { dump: "x" });
    const viewer = await TestViewer.open(server, hidden.token);
    await viewer.shows("x");
    for (const path of ["/", "/~mira", "/explore/streams/live", "/~mira/streams/live"]) {
      const { text } = await html(path);
      expect(text).toContain(`href="/s/${stream.token}"`);
      expect(text).not.toContain(hidden.token);
    }
    expect((await html("/explore/streams/live?page=2")).status).toBe(404);
    expect((await html("/~nobody/streams/live")).status).toBe(404);
    await viewer.close();
    other.cut();
  });

  test("a private one is not there for others, in any form", async () => {
    const secret = await server.stream({ visibility: "private" });
    const missing = "x".repeat(16);
    for (const path of ["", ".svg", ".png", ".txt", ".cast", ".js", ".ics", "/status", "/iframe"]) {
      for (const accept of ["text/html", "*/*"]) {
        const init = { headers: { accept } };
        const [there, not] = [
          await server.fetch(`/s/${secret.token}${path}`, init),
          await server.fetch(`/s/${missing}${path}`, init),
        ];
        expect([there.status, not.status]).toEqual([404, 404]);
        const [a, b] = [await there.text(), await not.text()];
        expect(a.replaceAll(secret.token, "")).toBe(b.replaceAll(missing, ""));
      }
    }
    expect((await html(`/s/${stream.id}`)).status).toBe(404); // pages are found by token only
  });

  test("when it is over, its last screen stays, and what was recorded", async () => {
    producer.event({ time: 1_000_000, type: "exit", status: 0 });
    await producer.close(1000);
    let text = "";
    for (let i = 0; i < 200 && !text.includes("Earlier on this stream"); i++) {
      await server.db.updateTable("recordings").set({ visibility: "public" }).execute();
      ({ text } = await html(`/s/${stream.token}`));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(text).toContain("Offline since");
    expect(text).toContain("&quot;waiting&quot;:true");
    expect(text).toContain("Earlier on this stream");
    expect(text.match(/data-kept="true"[^>]* hidden=""/g)).toHaveLength(2);
    expect(await (await server.fetch(`/s/${stream.token}.svg`)).text()).toContain("hello");
    expect((await server.fetch(`/s/${stream.token}.cast`)).status).toBe(404);
    // Those that are not public are not counted for others, and no more are shown than fit.
    const row = { user_id: 1, stream_id: stream.id };
    const more = [...Array(5).keys()].map((i) => recordingRow({ ...row, visibility: i < 4 ? "public" : "unlisted" }));
    await server.db.insertInto("recordings").values(more).execute();
    ({ text } = await html(`/s/${stream.token}`));
    expect(text.match(/class="row"/g)).toHaveLength(4);
    expect(text).toContain(`<a href="/s/${stream.token}?earlier=all">All 5</a>`);
    ({ text } = await html(`/s/${stream.token}?earlier=all`));
    expect(text.match(/class="row"/g)).toHaveLength(5);
    expect((await html("/explore/streams/live")).text).toContain("Nobody is live");
    expect((await html("/explore/streams/upcoming")).text).toContain(`href="/s/${stream.token}"`);
    expect((await html("/")).text).toContain("Upcoming");
  });
});

describe("an owner", () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    server = await startTestServer();
  });
  beforeEach(async () => {
    await server.reset();
    browser = await signIn(server, "mira");
  });
  afterAll(() => server.close());

  const made = () => server.db.selectFrom("streams").selectAll().executeTakeFirstOrThrow();

  test("makes a stream, settles it, and deletes it", async () => {
    await browser.open("/user/streams");
    expect(browser.page.text).toContain("Nothing here yet");
    await browser.submit("/user/streams");
    const { public_token: token } = await made();
    expect(browser.page.path).toBe(`/s/${token}/edit`);
    await browser.submit(`/s/${token}/edit`, {
      title: "Pairing",
      visibility: "public",
      schedule: "0 18 * * sat",
      buffer_time: "2",
      keystroke_overlay: "on",
      term_theme_name: "nord",
    });
    expect(browser.page.path).toBe(`/s/${token}`);
    expect(browser.page.text).toContain("Saved.");
    expect(browser.page.text).toContain("Next: Sat 21 Nov 18:00 UTC");
    expect(browser.page.text).toContain(`asciinema stream --remote ${token.slice(0, 6)}`);
    expect(await made()).toMatchObject({
      title: "Pairing",
      visibility: "public",
      buffer_time: 2,
      keystroke_overlay: true,
      term_theme_name: "nord",
      term_theme_prefer_original: true,
      live: false,
    });
    await browser.open(`/s/${token}/delete`);
    await browser.submit(`/s/${token}/delete`);
    expect(browser.page.path).toBe("/user/streams");
    expect(await server.db.selectFrom("streams").selectAll().execute()).toEqual([]);
  });

  test("is told what does not fit, and nothing that was typed is lost", async () => {
    await browser.open("/user/streams");
    await browser.submit("/user/streams");
    const { public_token: token } = await made();
    await browser.submit(`/s/${token}/edit`, { title: "Kept", schedule: "at noon", buffer_time: "99" });
    expect(browser.page.status).toBe(422);
    expect(browser.page.text).toContain("2 fields do not fit");
    expect(browser.page.text).toContain("It has an invalid minute: at.");
    expect(browser.page.html).toContain('value="Kept"');
    expect(browser.page.html).toContain('value="at noon"');
  });

  test("sees what a schedule means while it is typed", async () => {
    const dates = async (schedule: string) =>
      (await browser.open(`/user/streams/dates?${new URLSearchParams({ schedule })}`)).html;
    expect(await dates("0 18 * * sat")).toBe("Next: Sat 21 Nov 18:00 UTC, Sat 28 Nov 18:00 UTC, Sat 5 Dec 18:00 UTC.");
    expect(await dates("at noon")).toBe("It has an invalid minute: at.");
    expect(await dates("0 0 1 1 * 1999")).toBe("Never again.");
    expect(await dates(" ")).toBe("");
    expect((await new TestBrowser(server).open("/user/streams/dates?schedule=0")).path).toBe("/login/new");
  });

  test("settles what is so for all streams", async () => {
    await browser.open("/user/streams");
    await browser.submit("/user/streams");
    const { public_token: token } = await made();
    await browser.submit(`/s/${token}/edit`, { schedule: "0 18 * * sat" });
    await browser.open("/user/streams");
    const fields = new URLSearchParams({ visibility: "public" });
    const formToken = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
    fields.set("_token", formToken);
    await browser.post("/user/streams/settings", fields);
    expect(browser.page.text).toContain("Saved.");
    const user = await server.db.selectFrom("users").selectAll().executeTakeFirstOrThrow();
    expect(user).toMatchObject({
      default_stream_visibility: "public",
      stream_recording_enabled: false,
    });
    // The account's time zone moves what is planned.
    await browser.open("/user/edit");
    await browser.submit("/user", { timezone: "Europe/Warsaw" });
    expect((await made()).next_start_at).toBe(Date.parse("2026-11-21T17:00Z"));
  });

  test("changes nothing of others, and others nothing of theirs", async () => {
    const lin = await userWithMachine(server.db, "lin", otherInstallId);
    const repository = new StreamRepository(server.db);
    const open = await repository.insert(streamRow({ user_id: lin.id, visibility: "public" }), undefined);
    const hidden = await repository.insert(streamRow({ user_id: lin.id, visibility: "private" }), undefined);
    if (open === "full" || hidden === "full") throw new Error();
    expect((await browser.open(`/s/${open.public_token}/edit`)).status).toBe(403);
    expect((await browser.open(`/s/${hidden.public_token}/edit`)).status).toBe(404);
    await browser.open("/user/streams");
    const token = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
    const deleted = await browser.post(`/s/${open.public_token}/delete`, { _token: token });
    expect(deleted.status).toBe(403);
    const guest = new TestBrowser(server);
    await guest.open(`/s/${open.public_token}/edit`);
    expect(guest.page.path).toBe("/login/new");
    // A form from elsewhere does nothing.
    const forged = await browser.post("/user/streams", {}, { origin: "https://evil.example" });
    expect(forged.status).toBe(403);
    expect(await server.db.selectFrom("streams").select("id").execute()).toHaveLength(2);
  });

  test("who must not stream finds out", async () => {
    await server.db.updateTable("users").set({ streaming_enabled: false }).execute();
    expect((await browser.open("/user/streams")).status).toBe(403);
    expect(browser.page.text).toContain("Streaming is disabled for this account");
  });
});
