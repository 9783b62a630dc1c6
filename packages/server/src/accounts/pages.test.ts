import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mailedLink, signIn, TestBrowser } from "../../test/browser.js";
import { basic, cast, installId, otherInstallId, type TestServer } from "../../test/harness.js";
import { describeServers } from "../../test/servers.js";
import type { Config } from "../config.js";
import { createLog } from "../log.js";
import { LogMailer, Outbox } from "../mail/mailer.js";
import { AccountRepository } from "./repository.js";
import { SignIn } from "./sign-in.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let usual: TestServer;

describeServers("accounts", (start) => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    usual = await start();
  });
  beforeEach(async () => {
    await usual.reset();
    server = usual;
    browser = new TestBrowser(server);
  });
  afterEach(async () => {
    if (server !== usual) await server.close();
  });
  afterAll(() => usual.close());

  /** Goes on with a server that has other settings. */
  const restart = async (settings: Partial<Config>) => {
    server = await start(settings);
    browser = new TestBrowser(server);
  };

  const ask = async (identity: string, extra: Record<string, string> = {}) => {
    await browser.open("/login/new");
    const page = await browser.submit("/login", { identity, ...extra });
    await server.settled();
    return page;
  };

  describe("signing up", () => {
    test("takes an address, a link and a user name", async () => {
      const sent = await ask(" Mira@Example.org ");
      expect(sent.path).toBe("/login/sent");
      expect(sent.text).toContain("We sent a link to M…@Example.org; it works once, for an hour.");
      expect(server.mails).toEqual([
        {
          to: "mira@example.org",
          subject: "Welcome to casts.example.org",
          text: expect.stringContaining("http://casts.example.org/session/new?t="),
        },
      ]);
      const link = await mailedLink(server);
      for (let i = 0; i < 2; i++) expect((await browser.open(link)).text).toContain("Make my account");
      expect(browser.page.headers.get("referrer-policy")).toBe("same-origin");
      expect(browser.page.headers.get("cache-control")).toBe("no-store");
      const page = await browser.submit("/session", { username: "mira" });
      expect([page.status, page.path]).toEqual([200, "/~mira"]);
      expect(page.text).toContain("~mira Joined November 2026 0 public recordings");
      expect(page.html).toContain('aria-current="page"');
    });

    test.each([
      ["m", "2 to 16 letters"],
      ["-mira", "2 to 16 letters"],
      ["mi ra", "2 to 16 letters"],
      ["m".repeat(17), "2 to 16 letters"],
      ["MIRA", "Taken. Try MIRA-2."],
      ["", "2 to 16 letters"],
    ])("refuses the user name %j, and the link goes on working", async (username, message) => {
      await signIn(server, "mira");
      await ask("lin@example.org");
      const link = await mailedLink(server);
      await browser.open(link);
      const page = await browser.submit("/session", { username });
      expect(page.status).toBe(422);
      expect(page.text).toContain(message);
      expect(page.html).toContain('aria-invalid="true"');
      expect((await browser.submit("/session", { username: "lin" })).path).toBe("/~lin");
    });

    test("makes no administrators", async () => {
      await signIn(server, "mira");
      expect(await new AccountRepository(server.db).byUsername("mira")).toMatchObject({ is_admin: false });
    });

    test("can be switched off, which nobody sees", async () => {
      await signIn(server, "mira");
      const link = await ask("old@example.org").then(() => mailedLink(server));
      await restart({ signUpDisabled: true });
      expect((await ask("lin@example.org")).text).toContain("We sent a link to l…@example.org");
      expect(server.mails).toEqual([]);
      expect((await browser.open(link)).status).toBe(410);
    });

    test("a link that was sent before it was switched off makes no account", async () => {
      await ask("lin@example.org");
      const link = await mailedLink(server);
      const accounts = new AccountRepository(server.db);
      const log = createLog(() => {}, Date.now);
      const config = { url: "http://x", signUpDisabled: true, defaultRecordingVisibility: "unlisted" } as const;
      const signIn = new SignIn(accounts, new Outbox(new LogMailer(log), log), config, () => server.now);
      const token = new URLSearchParams(link.split("?")[1]).get("t")!;
      await expect(signIn.confirm(token, { username: "lin" }, undefined)).rejects.toMatchObject({ status: 403 });
      expect(await accounts.byEmail("lin@example.org")).toBeUndefined();
    });
  });

  describe("signing in", () => {
    test("takes the address or the user name, and a button", async () => {
      await signIn(server, "mira");
      for (const identity of ["mira@example.org", "MIRA@EXAMPLE.ORG", "mira", "~Mira"]) {
        browser = new TestBrowser(server);
        server.mails.length = 0;
        await ask(identity);
        expect(server.mails[0]).toMatchObject({ to: "mira@example.org", subject: "Sign in to casts.example.org" });
        await browser.open(await mailedLink(server));
        expect(browser.page.text).toContain("Sign in as mira");
        expect((await browser.submit("/session")).path).toBe("/~mira");
        server.now += HOUR;
      }
    });

    test("tells nobody who has an account", async () => {
      await signIn(server, "mira");
      const answers: string[] = [];
      for (const identity of ["mira", "quux", "zorro"]) {
        browser = new TestBrowser(server);
        answers.push((await ask(identity)).text.replaceAll(identity, "X"));
      }
      expect(new Set(answers).size).toBe(1);
      expect(server.mails.filter(({ to }) => to !== "mira@example.org")).toEqual([]);
    });

    test.each(["", "mira@example", "a@b", "mira@example.org, x@example.org", "mira@example.org\r\nBcc: x@example.org"])(
      "%j is no address",
      async (identity) => {
        const page = await ask(identity);
        expect(page.status).toBe(422);
        expect(page.html).toContain('class="wrong"');
        expect(server.mails).toEqual([]);
      },
    );

    test("a link works once, for an hour", async () => {
      await ask("mira@example.org");
      const link = await mailedLink(server);
      await browser.open(link);
      const second = new TestBrowser(server);
      await second.open(link);
      await browser.submit("/session", { username: "mira" });
      expect((await second.submit("/session", { username: "other" })).status).toBe(410);
      expect((await second.open(link)).text).toContain("This link does not work any more");

      browser = new TestBrowser(server);
      await ask("mira");
      const late = await mailedLink(server);
      server.now += HOUR - 1;
      expect((await browser.open(late)).status).toBe(200);
      server.now += 1;
      expect((await browser.submit("/session")).status).toBe(410);
      expect((await browser.open("/session/new?t=nonsense")).status).toBe(410);
      expect((await browser.open("/session/new")).status).toBe(410);
    });

    test("of many who use a link at once, one gets in", async () => {
      await ask("mira@example.org");
      const link = await mailedLink(server);
      const browsers = Array.from({ length: 5 }, () => new TestBrowser(server));
      for (const one of browsers) await one.open(link);
      const pages = await Promise.all(browsers.map((one, i) => one.submit("/session", { username: `mira-${i}` })));
      expect(pages.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410]);
    });

    test("an address is not flooded with links", async () => {
      for (let i = 0; i < 8; i++) await ask("mira@example.org");
      expect(server.mails).toHaveLength(5);
      server.now += HOUR + 1;
      await ask("mira@example.org");
      expect(server.mails).toHaveLength(6);
    });

    test("programs that fill in everything get the same answer and no link", async () => {
      expect((await ask("mira@example.org", { website: "https://spam.example" })).path).toBe("/login/sent");
      expect(server.mails).toEqual([]);
    });

    test("is limited per address before anything is read", async () => {
      browser = new TestBrowser(server, { from: "192.0.2.7" });
      const statuses: number[] = [];
      for (let i = 0; i < 6; i++) statuses.push((await ask(`a${i}@example.org`)).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      expect(server.mails).toHaveLength(5);
    });

    test("goes on to the page that was asked for, never to another site", async () => {
      expect((await browser.open("/user/edit")).path).toBe("/login/new");
      expect(browser.cookies.get("return_to")).toBe("%2Fuser%2Fedit");
      // What a script asks for meanwhile is no page.
      const script = await server.request("/user/streams/dates?schedule=0", { headers: { accept: "*/*" } });
      expect([script.status, script.headers.get("set-cookie")]).toEqual([303, null]);
      await ask("mira@example.org");
      await browser.open(await mailedLink(server));
      expect((await browser.submit("/session", { username: "mira" })).path).toBe("/user/edit");
      for (const path of ["//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0ax", "/x?y=1"]) {
        const other = new TestBrowser(server);
        other.cookies.set("return_to", encodeURIComponent(path));
        server.now += HOUR;
        expect((await signIn(server, "mira", other)).page.path).toBe("/~mira");
      }
    });

    test("with no mail, says where the link is", async () => {
      const lines: string[] = [];
      const mailer = new LogMailer(createLog((line) => lines.push(line), Date.now));
      await mailer.send({
        to: "a@example.org",
        subject: "Sign in to x",
        text: "Open:\n\nhttp://x/session/new?t=abc\n",
      });
      expect(JSON.parse(lines[0]!)).toMatchObject({
        event: "mail",
        to: "a@example.org",
        link: "http://x/session/new?t=abc",
      });
    });
  });

  describe("sessions", () => {
    test("are kept in cookies that scripts do not see, and hashed", async () => {
      await ask("mira@example.org");
      await browser.open(await mailedLink(server));
      const token = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
      const t = /name="t" value="([^"]*)"/.exec(browser.page.html)![1]!;
      const answer = await server.request("/session", {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          cookie: `visitor=${browser.cookies.get("visitor")}`,
        },
        body: new URLSearchParams({ _token: token, t, username: "mira" }).toString(),
      });
      expect(answer.status).toBe(303);
      const cookie = answer.headers.getSetCookie().find((one) => one.startsWith("session="))!;
      expect(cookie).toMatch(/^session=[A-Za-z0-9]{32}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/);
      const [row] = await server.db.selectFrom("sessions").selectAll().execute();
      expect(JSON.stringify(row)).not.toContain(/session=(\w+)/.exec(cookie)![1]!);
      const links = JSON.stringify(await server.db.selectFrom("links").selectAll().execute());
      expect(links).not.toContain(t);
      expect(server.logged.join("")).not.toContain(t);
    });

    test("are sent over https only where the server is reached by it", async () => {
      await restart({ url: "https://casts.example.org" });
      const answer = await server.request("/login/new");
      expect(answer.headers.getSetCookie().join()).toMatch(/visitor=.*; Secure/);
    });

    test("end where they are, elsewhere, and after ninety days without use", async () => {
      await signIn(server, "mira", browser);
      const phone = await signIn(
        server,
        "mira",
        new TestBrowser(server, { userAgent: "Mozilla/5.0 (iPhone) Safari/600" }),
      );
      const tablet = await signIn(server, "mira");
      await browser.open("/user/edit");
      expect(browser.page.text).toContain("Safari on iOS");
      expect(browser.page.text).toContain("Chrome on Linux");
      const action = /action="(\/user\/sessions\/\d+\/end)"/g;
      const [, , end] = [...browser.page.html.matchAll(action)].map(([, path]) => path!).concat("");
      const ends = [...browser.page.html.matchAll(action)].map(([, path]) => path!);
      expect(ends).toHaveLength(2);
      expect(end).toBe("");
      await browser.submit(ends[1]!);
      expect(browser.page.text).toContain("Signed out there.");
      expect((await phone.open("/user/edit")).path).toBe("/login/new");
      expect((await tablet.open("/user/edit")).status).toBe(200);
      await browser.submit("/user/sessions/end-others");
      expect((await tablet.open("/user/edit")).path).toBe("/login/new");

      server.now += 60 * DAY;
      expect((await browser.open("/user/edit")).path).toBe("/user/edit");
      server.now += 60 * DAY;
      expect((await browser.open("/user/edit")).path).toBe("/user/edit");
      const { session } = Object.fromEntries(browser.cookies);
      await browser.submit("/session/end");
      expect(browser.page.text).toContain("You are signed out.");
      browser.cookies.set("session", session!);
      expect((await browser.open("/user/edit")).path).toBe("/login/new");

      await signIn(server, "mira", browser);
      server.now += 91 * DAY;
      expect((await browser.open("/user/edit")).path).toBe("/login/new");
    });

    test("of others cannot be ended", async () => {
      await signIn(server, "mira", browser);
      const other = await signIn(server, "lin");
      const [mine] = await server.db.selectFrom("sessions").select("id").orderBy("id").execute();
      await other.open("/user/edit");
      const token = /name="_token" value="([^"]*)"/.exec(other.page.html)![1]!;
      await other.post(`/user/sessions/${mine!.id}/end`, { _token: token });
      expect((await browser.open("/user/edit")).path).toBe("/user/edit");
    });
  });

  describe("forms from elsewhere", () => {
    const actions = [
      ["/login", { identity: "x@example.org" }],
      ["/session", { t: "x" }],
      ["/session/end", {}],
      ["/user", { username: "owned", visibility: "public" }],
      ["/user/email", { email: "x@example.org" }],
      ["/user/email/confirm", { t: "x" }],
      ["/user/sessions/end-others", {}],
      ["/user/sessions/1/end", {}],
      ["/clis/1/revoke", {}],
      ["/user/delete", { username: "mira" }],
      [`/connect/${installId}`, {}],
    ] as const;

    test.each(actions)("%s needs the token of this browser", async (action, fields) => {
      await signIn(server, "mira", browser);
      const other = await signIn(server, "lin");
      await other.open("/user/edit");
      const foreign = /name="_token" value="([^"]*)"/.exec(other.page.html)![1]!;
      for (const token of [undefined, "", "x", foreign]) {
        const page = await browser.post(action, { ...fields, ...(token !== undefined && { _token: token }) });
        expect([action, page.status]).toEqual([action, 403]);
      }
      expect(await new AccountRepository(server.db).byUsername("mira")).toMatchObject({ email: "mira@example.org" });
      expect(await server.db.selectFrom("clis").selectAll().execute()).toEqual([]);
    });

    test.each([
      [{ origin: "https://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ origin: "http://casts.example.org:81" }, 403],
      [{ "sec-fetch-site": "cross-site" }, 403],
      [{ "sec-fetch-site": "same-site" }, 403],
      [{ "sec-fetch-site": "same-origin" }, 200],
      [{ origin: "http://127.0.0.1:4000", host: "127.0.0.1:4000" }, 200],
      [{}, 200],
    ] as [Record<string, string>, number][])("with the right token but %j: %i", async (headers, status) => {
      await signIn(server, "mira", browser);
      await browser.open("/user/edit");
      const token = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
      const fields = { _token: token, username: "mira", name: "Changed", visibility: "public" };
      expect((await browser.post("/user", fields, headers)).status).toBe(status);
      const { name } = (await new AccountRepository(server.db).byUsername("mira"))!;
      expect(name).toBe(status === 200 ? "Changed" : null);
    });

    test("and other content types are refused", async () => {
      await signIn(server, "mira", browser);
      const answer = await browser.post("/user", {}, { "content-type": "text/plain" });
      expect(answer.status).toBe(400);
    });
  });

  describe("the account page", () => {
    beforeEach(async () => {
      await signIn(server, "mira", browser);
      await browser.open("/user/edit");
    });

    test("saves name, user name and visibility, which uploads then have", async () => {
      await browser.submit("/user", { username: "mira-h", name: " Mira <b>H</b> \u202e", visibility: "private" });
      expect([browser.page.status, browser.page.path]).toEqual([200, "/user/edit"]);
      expect(browser.page.text).toContain("Saved.");
      expect((await browser.open("/~mira-h")).html).toContain("<h1>Mira &lt;b&gt;H&lt;/b&gt;</h1>");
      expect((await browser.open("/~mira")).status).toBe(404);
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      const answer = await server.upload(cast());
      expect(await answer.json()).toMatchObject({ visibility: "private" });
    });

    test("says what does not fit and keeps what was typed", async () => {
      await signIn(server, "lin");
      const page = await browser.submit("/user", { username: "LIN", name: "x".repeat(64) });
      expect(page.status).toBe(422);
      expect(page.text).toContain("Not saved: Taken. Try LIN-2.");
      expect(page.html).toContain(`value="${"x".repeat(64)}"`);
      expect((await browser.submit("/user", { username: "mira", name: "x".repeat(65) })).text).toContain(
        "64 characters at most.",
      );
      expect((await browser.submit("/user", { username: "mira", name: "", visibility: "secret" })).status).toBe(422);
    });

    test("an address changes when the link that was sent there is confirmed", async () => {
      await browser.submit("/user/email", { email: "New@example.net" });
      expect(browser.page.text).toContain("We sent a link to new@example.net.");
      const link = await mailedLink(server);
      expect(server.mails.at(-1)).toMatchObject({ to: "new@example.net" });
      // Somebody else who gets hold of it can do nothing with it.
      const lin = await signIn(server, "lin");
      expect((await lin.open(link)).status).toBe(410);
      expect((await new TestBrowser(server).open(link)).path).toBe("/login/new");

      expect((await browser.open(link)).text).toContain("you sign in with new@example.net");
      await browser.submit("/user/email/confirm");
      expect(browser.page.text).toContain("That is your address now.");
      await server.settled();
      expect(server.mails.at(-1)).toMatchObject({
        to: "mira@example.org",
        subject: "Your address on casts.example.org was changed",
      });
      expect((await browser.open(link)).status).toBe(410);
      expect(await new AccountRepository(server.db).byEmail("new@example.net")).toMatchObject({ username: "mira" });
    });

    test("an address of another account is told, not taken", async () => {
      await signIn(server, "lin");
      const page = await browser.submit("/user/email", { email: "lin@example.org" });
      expect(page.text).toContain("We sent a link to lin@example.org.");
      await server.settled();
      expect(server.mails.at(-1)).toMatchObject({
        to: "lin@example.org",
        text: expect.stringContaining("belongs to yours"),
      });
      expect(server.mails.at(-1)!.text).not.toContain("http");
      expect((await browser.submit("/user/email", { email: "mira@example.org" })).text).toContain(
        "That is your address already.",
      );
      expect((await browser.submit("/user/email", { email: "nonsense" })).status).toBe(422);
    });

    test("a newer address makes older links useless", async () => {
      await browser.submit("/user/email", { email: "first@example.net" });
      const first = await mailedLink(server);
      await browser.submit("/user/email", { email: "second@example.net" });
      await browser.open(await mailedLink(server));
      await browser.submit("/user/email/confirm");
      expect((await browser.open(first)).status).toBe(410);
    });

    test("gives everything in one archive, then deletes it", async () => {
      await server.upload(cast({ title: "Before" }));
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      const uploaded = (await (
        await server.upload(cast({ title: "After" }), { fields: { visibility: "public" } })
      ).json()) as {
        id: number;
        url: string;
      };
      const made = await server.request("/api/v1/streams", {
        method: "POST",
        headers: { authorization: basic(installId) },
        body: JSON.stringify({ title: "Fridays", schedule: "0 18 * * fri" }),
      });
      const stream = (await made.json()) as { url: string; ws_producer_url: string };
      const session = browser.cookies.get("session")!;
      const answer = await server.request("/user/export", { headers: { cookie: `session=${session}` } });
      expect(answer.headers.get("content-disposition")).toBe('attachment; filename="mira.tar"');
      const files = untar(Buffer.from(await answer.arrayBuffer()));
      expect(JSON.parse(files.get("account.json")!.toString())).toMatchObject({
        username: "mira",
        email: "mira@example.org",
        default_stream_visibility: null,
      });
      const kept = files.get(`streams/${new URL(stream.url).pathname.slice(3)}.json`)!.toString();
      expect(JSON.parse(kept)).toMatchObject({ title: "Fridays", schedule: "0 18 * * fri", visibility: "unlisted" });
      const date = /^"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ"$|^null$/;
      for (const [name, content] of files) {
        if (!name.endsWith(".json")) continue;
        for (const [field, value] of Object.entries(JSON.parse(content.toString()))) {
          // Where its preview is taken from counts in seconds.
          if (!field.endsWith("_at") || field === "snapshot_at") continue;
          expect([name, field, JSON.stringify(value)]).toEqual([name, field, expect.stringMatching(date)]);
        }
      }
      const [, key] = /\/ws\/S\/(.{12})/.exec(stream.ws_producer_url)!;
      expect(kept).not.toContain(key);
      expect([...files.keys()].filter((name) => name.endsWith(".cast.gz"))).toHaveLength(2);
      expect(gunzipSync(files.get(`recordings/${uploaded.id}.cast.gz`)!).toString()).toBe(cast({ title: "After" }));
      expect(JSON.parse(files.get(`recordings/${uploaded.id}.json`)!.toString())).toMatchObject({ title: "After" });

      await browser.open("/user/delete");
      expect((await browser.submit("/user/delete", { username: "lin" })).status).toBe(422);
      expect((await browser.submit("/user/delete", { username: " MIRA " })).text).toContain("Your account is gone");
      expect((await browser.open("/~mira")).status).toBe(404);
      expect((await browser.open(new URL(uploaded.url).pathname)).status).toBe(404);
      browser.cookies.set("session", session);
      expect((await browser.open("/user/edit")).path).toBe("/login/new");
      const left: string[] = [];
      for await (const { key } of server.files.list()) left.push(key);
      expect(left).toEqual([]);
      for (const table of ["users", "clis", "sessions", "links", "recordings", "streams"] as const) {
        expect([table, await server.db.selectFrom(table).selectAll().execute()]).toEqual([table, []]);
      }
    });
  });

  describe("machines", () => {
    test("are connected by whoever is sent there by them", async () => {
      expect((await browser.open(`/connect/${installId}`)).path).toBe("/login/new");
      await ask("mira@example.org");
      await browser.open(await mailedLink(server));
      expect((await browser.submit("/session", { username: "mira" })).path).toBe(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      expect(browser.page.text).toContain("What this machine uploads from now on is yours.");
      expect((await browser.open(`/connect/${installId}`)).text).toContain("It is connected to your account.");
      const { url } = (await (await server.upload(cast(), { fields: { visibility: "public" } })).json()) as {
        url: string;
      };
      expect((await browser.open(new URL(url).pathname)).html).toContain('href="/~mira"');
    });

    test("bring what they have uploaded so far", async () => {
      const urls: string[] = [];
      for (let i = 0; i < 2; i++) urls.push(((await (await server.upload(cast())).json()) as { url: string }).url);
      await signIn(server, "mira", browser);
      expect((await browser.open(`/connect/${installId}`)).text).toContain(
        "It has uploaded 2 recordings that nobody has claimed. They become mira's",
      );
      await browser.submit(`/connect/${installId}`);
      expect(browser.page.text).toContain("What this machine has uploaded is yours now.");
      expect(browser.page.text).toContain("Unlisted 2");
      for (const url of urls) expect((await browser.open(new URL(url).pathname)).html).toContain('href="/~mira"');
      expect(await server.db.selectFrom("users").selectAll().execute()).toHaveLength(1);
    });

    test("of somebody else are not taken", async () => {
      await signIn(server, "mira", browser);
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      const lin = await signIn(server, "lin");
      expect((await lin.open(`/connect/${installId}`)).text).toContain("It belongs to another account.");
      await lin.open("/user/edit");
      const token = /name="_token" value="([^"]*)"/.exec(lin.page.html)![1]!;
      await lin.post(`/connect/${installId}`, { _token: token });
      await lin.post("/clis/1/revoke", { _token: token });
      expect((await new AccountRepository(server.db).machinesOf(1))[0]).toMatchObject({ revoked_at: null });
    });

    test("are refused for ever once they are revoked", async () => {
      await signIn(server, "mira", browser);
      for (const id of [installId, otherInstallId]) {
        await browser.open(`/connect/${id}`);
        await browser.submit(`/connect/${id}`);
      }
      const uploaded = (await (await server.upload(cast(), { fields: { visibility: "public" } })).json()) as {
        url: string;
      };
      await browser.open("/user/edit");
      expect(browser.page.html).not.toContain(installId);
      const revoke = [...browser.page.html.matchAll(/action="(\/clis\/\d+\/revoke)"/g)].map(([, path]) => path!);
      await browser.submit(revoke.at(-1)!);
      expect(browser.page.text).toContain("Revoked. That machine cannot upload any more.");
      const refused = await server.upload(cast());
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ message: "This installation ID has been revoked" });
      expect((await server.upload(cast(), { installId: otherInstallId })).status).toBe(201);
      expect((await browser.open(`/connect/${installId}`)).text).toContain("It was revoked.");
      expect((await browser.open(new URL(uploaded.url).pathname)).status).toBe(200);
    });

    test("are addressed by install ids only, which no log shows", async () => {
      await signIn(server, "mira", browser);
      expect((await browser.open("/connect/nonsense")).status).toBe(404);
      await browser.open(`/connect/${installId}`);
      expect(server.logged.join("")).not.toContain(installId);
      expect(JSON.stringify(await server.db.selectFrom("clis").selectAll().execute())).not.toContain(installId);
    });

    test("need an account where the server says so", async () => {
      await restart({ uploadAuthRequired: true });
      expect((await server.upload(cast())).status).toBe(401);
      await signIn(server, "mira", browser);
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      expect((await server.upload(cast())).status).toBe(201);
    });

    test("let their owner change a recording by the API, and nobody else's", async () => {
      await signIn(server, "mira", browser);
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      const { id } = (await (await server.upload(cast())).json()) as { id: number };
      const patch = (who: string) =>
        server.request(`/api/v1/recordings/${id}`, {
          method: "PATCH",
          headers: { authorization: basic(who), "content-type": "application/json" },
          body: JSON.stringify({ title: "New" }),
        });
      expect((await patch(installId)).status).toBe(200);
      await server.upload(cast(), { installId: otherInstallId });
      expect((await patch(otherInstallId)).status).toBe(404);
    });
  });

  describe("the administrator's link", () => {
    const service = () => {
      const log = createLog(() => {}, Date.now);
      const config = {
        url: "http://casts.example.org",
        signUpDisabled: true,
        defaultRecordingVisibility: "unlisted",
      } as const;
      return new SignIn(
        new AccountRepository(server.db),
        new Outbox(new LogMailer(log), log),
        config,
        () => server.now,
      );
    };
    const link = async () => (await service().administratorLink())?.replace("http://casts.example.org", "");

    test("makes an account that may do everything, once, however old it is", async () => {
      const path = (await link())!;
      server.now += 400 * DAY;
      await browser.open(path);
      expect(browser.page.text).toContain("An administrator sees and changes everything on casts.example.org.");
      expect((await browser.submit("/session", { username: "root", email: "nonsense" })).text).toContain(
        "That is not a whole e-mail address.",
      );
      await browser.submit("/session", { username: "root", email: "root@example.org" });
      expect(browser.page.path).toBe("/~root");
      expect(browser.page.text).toContain("Administrator");
      expect((await new TestBrowser(server).open(path)).status).toBe(410);
      expect(await link()).toBeUndefined();

      const { url } = (await (await server.upload(cast(), { fields: { visibility: "private" } })).json()) as {
        url: string;
      };
      expect((await browser.open(new URL(url).pathname)).status).toBe(200);
      expect((await new TestBrowser(server).open(new URL(url).pathname)).status).toBe(404);
    });

    test("promotes whoever is signed in", async () => {
      await signIn(server, "mira", browser);
      const path = (await link())!;
      expect((await browser.open(path)).text).toContain("Make mira the administrator");
      await browser.submit("/session");
      expect(await new AccountRepository(server.db).byUsername("mira")).toMatchObject({ is_admin: true });
    });

    test("works only as it was printed last, and lets nobody into an account that is there", async () => {
      const first = (await link())!;
      const second = (await link())!;
      expect((await browser.open(first)).status).toBe(410);
      await signIn(server, "mira");
      await browser.open(second);
      const page = await browser.submit("/session", { username: "root", email: "mira@example.org" });
      expect(page.text).toContain("This address has an account.");
      expect(page.text).toContain("Sign in");
    });

    test("admin add makes administrators of names and addresses", async () => {
      await signIn(server, "mira");
      expect(await service().addAdministrator("Mira")).toMatchObject({ username: "mira", is_admin: true });
      expect(await link()).toBeUndefined();
      expect(await service().addAdministrator("Lin@example.org")).toMatchObject({
        email: "lin@example.org",
        username: null,
      });
      await expect(service().addAdministrator("nobody")).rejects.toThrow(/nobody is called nobody/);
      await expect(service().addAdministrator("no body")).rejects.toMatchObject({ type: "validation_failed" });
      expect((await signIn(server, "lin", browser)).page.text).toContain("Administrator");
    });
  });

  describe("a person's page", () => {
    const upload = async (visibility: string, title: string) =>
      (await (await server.upload(cast({ title }), { fields: { visibility } })).json()) as { url: string };

    beforeEach(async () => {
      await signIn(server, "mira", browser);
      await browser.open(`/connect/${installId}`);
      await browser.submit(`/connect/${installId}`);
      for (const visibility of ["public", "unlisted", "private"]) await upload(visibility, `A ${visibility} one`);
    });

    test("shows others what is public, its owner the rest", async () => {
      const guest = new TestBrowser(server);
      const page = await guest.open("/~MIRA");
      expect(page.path).toBe("/~mira");
      expect(page.text).toContain("A public one");
      expect(page.text).not.toMatch(/A (unlisted|private) one/);
      expect(page.html).not.toContain('class="tabs"');
      const lin = await signIn(server, "lin");
      for (const show of ["unlisted", "private"]) {
        expect((await guest.open(`/~mira?show=${show}`)).status).toBe(404);
        expect((await lin.open(`/~mira?show=${show}`)).status).toBe(404);
        const own = await browser.open(`/~mira?show=${show}`);
        expect(own.text).toContain(`A ${show} one`);
        expect(own.text).toContain("Public 1 Unlisted 1 Private 1");
      }
      expect(browser.page.headers.get("cache-control")).toBe("private, no-cache");
      expect(browser.page.headers.get("vary")).toContain("cookie");
    });

    test("has pages, and nothing past them", async () => {
      for (let i = 0; i < 15; i++) await upload("public", `Number ${i}`);
      const guest = new TestBrowser(server);
      expect((await guest.open("/~mira")).text).toContain("Number 14");
      expect(guest.page.html).toContain('href="/~mira?page=2"');
      expect((await guest.open("/~mira?page=2")).text).toContain("A public one");
      for (const page of ["3", "0", "x", "-1", "1.5"])
        expect((await guest.open(`/~mira?page=${page}`)).status).toBe(404);
      expect((await guest.open("/~mira?show=everything")).status).toBe(404);
    });

    test("is not there for nobody", async () => {
      const guest = new TestBrowser(server);
      for (const path of ["/~nobody", "/~", "/~%00", "/~%ff", "/~user:1", "/~nobody/avatar"]) {
        expect([path, (await guest.open(path)).status]).toEqual([path, 404]);
      }
      const avatar = await guest.open("/~mira/avatar");
      expect(avatar.headers.get("content-type")).toMatch(/^image\/svg\+xml/);
      expect(avatar.html).toMatch(/^<svg .*<\/svg>$/);
    });

    test("private recordings are seen by their owner in every form, kept by nobody on the way", async () => {
      const { url } = await upload("private", "Secret");
      const path = new URL(url).pathname;
      const lin = await signIn(server, "lin");
      for (const form of ["", ".cast", ".txt", ".svg", ".js", "/iframe"]) {
        expect((await browser.open(path + form)).status).toBe(200);
        if (form !== ".js") expect(browser.page.headers.get("cache-control")).toMatch(/private/);
        expect((await lin.open(path + form)).status).toBe(404);
        expect((await new TestBrowser(server).open(path + form)).status).toBe(404);
      }
      const oembed = `/oembed?url=${encodeURIComponent(url)}`;
      expect((await browser.open(oembed)).status).toBe(404);
    });
  });

  function untar(archive: Buffer): Map<string, Buffer> {
    const files = new Map<string, Buffer>();
    for (let at = 0; archive[at] !== 0; ) {
      const field = (start: number, length: number) =>
        archive.toString("latin1", at + start, at + start + length).replace(/\0.*$/, "");
      const size = Number.parseInt(field(124, 12), 8);
      files.set(field(0, 100), archive.subarray(at + 512, at + 512 + size));
      at += 512 + Math.ceil(size / 512) * 512;
    }
    return files;
  }
});
