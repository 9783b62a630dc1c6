import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signIn, TestBrowser } from "../../test/browser.js";
import { cast, installId, type TestServer, type UploadOptions } from "../../test/harness.js";
import { describeServers } from "../../test/servers.js";
import { AccountRepository } from "../accounts/repository.js";
import { RecordingRepository } from "./repository.js";
import { RecordingService } from "./service.js";
import { recordingWorkers } from "./workers.js";

const DAY = 86_400_000;

let usual: TestServer;

describeServers("owners", (start) => {
  let server: TestServer;
  let owner: TestBrowser;
  beforeAll(async () => {
    usual = await start();
  });
  beforeEach(async () => {
    await usual.reset();
    server = usual;
  });
  afterEach(async () => {
    if (server !== usual) await server.close();
  });
  afterAll(() => usual.close());

  const upload = async (options: UploadOptions = {}, header: Record<string, unknown> = { title: "Demo" }) => {
    const answer = await server.upload(cast(header), options);
    const told = (await answer.json()) as { id: number; url: string; message: string };
    return { ...told, path: new URL(told.url).pathname };
  };
  const connected = async (name: string, id = installId) => {
    const browser = await signIn(server, name);
    await browser.open(`/connect/${id}`);
    await browser.submit(`/connect/${id}`);
    return browser;
  };

  describe("an owner", () => {
    beforeEach(async () => {
      owner = await connected("mira");
    });

    test("changes everything about a recording on one page", async () => {
      const { path } = await upload();
      await owner.open(path);
      expect(owner.page.html).toContain(`href="${path}/edit"`);
      await owner.open(`${path}/edit`);
      await owner.submit(`${path}/edit`, {
        title: "Ä <b>new</b> title",
        description: "Some **words**\r\nand more",
        visibility: "private",
        snapshot_at: "0:01.5",
        idle_time_limit: "2",
        speed: "1.5",
        audio_url: "https://example.org/a.mp3",
        keystroke_overlay: "on",
        term_theme_name: "nord",
        term_cols_override: "100",
        term_line_height: "1.4",
        term_cursor_mode: "steady",
        markers: "0:00 start\r\n0:01 - end",
      });
      expect(owner.page.path).toBe(path);
      expect(owner.page.text).toContain("Saved.");
      expect(owner.page.html).toContain("<h1>Ä &lt;b&gt;new&lt;/b&gt; title</h1>");
      expect(owner.page.html).toContain("<strong>words</strong>");
      expect(owner.page.text).toContain("0:01 end");
      const [row] = await server.db.selectFrom("recordings").selectAll().execute();
      expect(row).toMatchObject({
        description: "Some **words**\nand more",
        visibility: "private",
        snapshot_at: 1.5,
        idle_time_limit: 2,
        speed: 1.5,
        keystroke_overlay: true,
        term_bold_is_bright: false,
        term_theme_name: "nord",
        term_cols_override: 100,
        term_rows_override: null,
        term_line_height: 1.4,
        term_font_family: null,
        term_cursor_mode: "steady",
        markers: "0 - start\n1 - end",
      });
      // Sent again as it is shown, it changes nothing; boxes can be ticked off and fields emptied.
      await owner.open(`${path}/edit`);
      await owner.submit(`${path}/edit`);
      const [same] = await server.db.selectFrom("recordings").selectAll().execute();
      expect(same).toEqual(row);
      await owner.open(`${path}/edit`);
      await owner.submit(`${path}/edit`, { title: "", markers: "", snapshot_at: "" });
      expect((await server.db.selectFrom("recordings").selectAll().execute())[0]).toMatchObject({
        title: null,
        markers: null,
        snapshot_at: null,
      });
    });

    test("is told what does not fit, and nothing is saved", async () => {
      const { path } = await upload();
      await owner.open(`${path}/edit`);
      const page = await owner.submit(`${path}/edit`, {
        title: "New",
        idle_time_limit: "-2",
        markers: "0:10 a\nnonsense",
      });
      expect(page.status).toBe(422);
      expect(page.text).toContain("Not saved: 2 fields do not fit.");
      expect(page.text).toContain("Seconds, more than 0.");
      expect(page.text).toContain("Line 2 does not fit.");
      expect(page.html).toContain('value="New"');
      expect(page.html).toContain("nonsense</textarea>");
      expect((await owner.open(path)).text).toContain("Demo");
    });

    test("makes a recording public by one button, which moves it to its number", async () => {
      const { path, id } = await upload();
      await owner.open(path);
      const page = await owner.submit(`${path}/publish`);
      expect(page.path).toBe(`/a/${id}`);
      expect(page.text).toContain("This recording is public now.");
      expect(page.html).not.toContain("/publish");
      expect((await new TestBrowser(server).open("/")).text).toContain("Demo");
    });

    test("deletes a recording by typing its title", async () => {
      const { path } = await upload({}, { title: "A  longer\ttitle" });
      await owner.open(`${path}/edit`);
      expect(owner.page.html).toContain(`href="${path}/delete"`);
      await owner.open(`${path}/delete`);
      expect((await owner.submit(`${path}/delete`, { title: "Another" })).text).toContain("That is not its title.");
      expect((await owner.submit(`${path}/delete`, { title: " a longer title " })).path).toBe("/~mira");
      expect(owner.page.text).toContain("Deleted.");
      expect((await owner.open(path)).status).toBe(404);
      const left: string[] = [];
      for await (const { key } of server.files.list()) left.push(key);
      expect(left).toEqual([]);
    });

    test("is the only one who can, but for administrators", async () => {
      const { path, id } = await upload();
      const lin = await signIn(server, "lin");
      const guest = new TestBrowser(server);
      await lin.open("/user/edit");
      const token = /name="_token" value="([^"]*)"/.exec(lin.page.html)![1]!;
      for (const address of [path, `/a/${id}`]) {
        for (const page of ["edit", "delete"]) {
          expect((await lin.open(`${address}/${page}`)).status).toBe(404);
          expect((await guest.open(`${address}/${page}`)).path).toBe("/login/new");
        }
        for (const action of ["edit", "publish", "delete"]) {
          expect((await lin.post(`${address}/${action}`, { _token: token, title: "Demo" })).status).toBe(404);
          expect((await owner.post(`${address}/${action}`, { title: "Demo" })).status).toBe(403);
        }
      }
      expect((await lin.open(path)).html).not.toContain(`${path}/edit`);

      const accounts = new AccountRepository(server.db);
      await accounts.update((await accounts.byUsername("lin"))!.id, { is_admin: true });
      await lin.open(`${path}/edit`);
      expect((await lin.submit(`${path}/edit`, { title: "Changed by lin" })).text).toContain("Changed by lin");
      await lin.open(`${path}/delete`);
      expect((await lin.submit(`${path}/delete`, { title: "Changed by lin" })).path).toBe("/");
      expect((await owner.open(path)).status).toBe(404);
    });
  });

  describe("recordings that nobody claims", () => {
    const limits = { hide: 7, delete: 30 };
    const expire = async () => {
      const workers = recordingWorkers();
      const config = { uploadSizeLimit: 1, unregisteredUploadCountLimit: undefined, unclaimed: limits };
      const repository = new RecordingRepository(server.db);
      const done = await new RecordingService(repository, server.files, workers, config, () => server.now).expire();
      await workers.close();
      return done;
    };

    test("say at upload how long they stay, and by which link they stay for good", async () => {
      server = await start({ unclaimed: limits });
      expect((await upload()).message).toContain(
        "\nThis machine is not connected to an account on casts.example.org. What it uploads is hidden after 7 days and " +
          `deleted after 30 days.\nTo keep it, open this link and sign in:\n\n    http://casts.example.org/connect/${installId}\n`,
      );
      await connected("mira");
      expect((await upload()).message).not.toContain("/connect/");
    });

    test("say nothing where they stay", async () => {
      expect((await upload()).message).toMatch(/^View the recording at:\n\n {4}\S+\n$/);
    });

    test("are hidden, then deleted; claiming them in between brings them back", async () => {
      server = await start({ unclaimed: limits });
      const first = await upload({ fields: { visibility: "public" } });
      const guest = new TestBrowser(server);
      server.now += 7 * DAY - 1;
      expect(await expire()).toEqual({ hidden: 0, deleted: 0 });
      server.now += 1;
      expect(await expire()).toEqual({ hidden: 1, deleted: 0 });
      for (const form of ["", ".cast", ".txt", ".svg", "/iframe"]) {
        expect((await guest.open(first.path + form)).status).toBe(410);
      }
      await guest.open(first.path);
      expect(guest.page.text).toContain("This recording has been removed");
      expect(guest.page.text).toContain("It was uploaded without an account and not claimed within 7 days.");
      expect((await guest.open("/")).text).not.toContain("Demo");

      const mira = await connected("mira");
      expect((await mira.open(first.path)).status).toBe(200);
      expect((await guest.open("/")).text).toContain("Demo");
      server.now += 100 * DAY;
      expect(await expire()).toEqual({ hidden: 0, deleted: 0 });
    });

    test("are gone for good after that, files too", async () => {
      server = await start({ unclaimed: limits });
      const { path } = await upload();
      server.now += 30 * DAY;
      expect(await expire()).toEqual({ hidden: 0, deleted: 1 });
      expect((await new TestBrowser(server).open(path)).status).toBe(404);
      const left: string[] = [];
      for await (const { key } of server.files.list()) left.push(key);
      expect(left).toEqual([]);
    });
  });

  describe("lists", () => {
    const view = async (path: string, times: number) => {
      for (let i = 0; i < times; i++) {
        const visitor = new TestBrowser(server);
        const page = await visitor.open(path);
        const beacon = /(\/a\/\w+\/views\?token=[\w.-]+)/.exec(page.html)![1]!;
        await server.request(beacon, { method: "POST" });
      }
    };

    test("the popular ones are those that were looked at lately", async () => {
      const once = await upload({ fields: { visibility: "public", title: "Once" } });
      await upload({ fields: { visibility: "public", title: "Never" } });
      const often = await upload({ fields: { visibility: "public", title: "Often" } });
      await view(often.path, 3);
      await view(once.path, 1);
      const guest = new TestBrowser(server);
      expect((await guest.open("/explore/popular")).path).toBe("/explore/recordings/popular");
      const titles = () =>
        [...guest.page.html.matchAll(/<h3 class="title"><a [^>]*>([^<]*)</g)].map(([, title]) => title);
      expect(titles()).toEqual(["Often", "Once"]);
      expect((await guest.open("/")).text).not.toContain("Popular");
      for (let i = 0; i < 3; i++) await upload({ fields: { visibility: "public", title: `More ${i}` } });
      expect((await guest.open("/")).text).toMatch(/Popular.*Often.*Once.*Recent.*More 2.*Never/);
      server.now += 120 * DAY;
      expect((await guest.open("/explore/recordings/popular")).text).toContain("Nothing here yet");
    });

    test("the featured ones are those that an administrator put forward", async () => {
      owner = await connected("mira");
      const { id } = await upload({ fields: { visibility: "public" } });
      const guest = new TestBrowser(server);
      await owner.open(`/a/${id}/edit`);
      expect(owner.page.html).not.toContain('name="featured"');
      await owner.submit(`/a/${id}/edit`, { featured: "on" });
      expect((await guest.open("/")).text).not.toContain("Featured");

      const accounts = new AccountRepository(server.db);
      await accounts.update((await accounts.byUsername("mira"))!.id, { is_admin: true });
      await owner.open(`/a/${id}/edit`);
      await owner.submit(`/a/${id}/edit`, { featured: "on" });
      expect((await guest.open("/")).text).toContain("Featured");
      expect((await guest.open("/explore/recordings/featured")).text).toMatch(/Featured recordings .*Demo mira/);
      await owner.open(`/a/${id}/edit`);
      await owner.submit(`/a/${id}/edit`, { visibility: "unlisted" });
      expect((await guest.open("/explore/recordings/featured")).text).not.toContain("Demo");
    });

    test("feeds hold what is public, as XML, whatever it is called", async () => {
      owner = await connected("mira");
      await upload({ fields: { visibility: "public", title: `<b>&"]]>\u0001 title` } });
      await upload({ fields: { visibility: "unlisted", title: "Hidden" } });
      for (const path of ["/explore/recordings/recent.atom", "/~mira/feed.atom"]) {
        const answer = await server.request(path);
        expect(answer.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
        const xml = await answer.text();
        expect(xml).toContain("<title>&lt;b&gt;&amp;&quot;]]&gt; title</title>");
        expect(xml).toContain("<name>mira</name><uri>http://casts.example.org/~mira</uri>");
        expect(xml).not.toContain("Hidden");
        expect(xml.match(/<entry>/g)).toHaveLength(1);
      }
      expect((await owner.open("/~mira")).html).toContain('type="application/atom+xml" href="/~mira/feed.atom"');
      expect((await owner.open("/~nobody/feed.atom")).status).toBe(404);
    });
  });
});
