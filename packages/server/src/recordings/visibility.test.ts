import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn, TestBrowser } from "../../test/browser.js";
import { basic, cast, type TestServer } from "../../test/harness.js";
import { describeServers } from "../../test/servers.js";
import { type Visibility, visibilities } from "../config.js";

const viewers = ["owner", "other", "guest", "admin"] as const;
type Viewer = (typeof viewers)[number];
type Address = "number" | "token";

/** Who gets to see a recording: by which address. Everything that shows something of it goes by this. */
const seen: Record<Visibility, Record<Address, readonly Viewer[]>> = {
  public: { number: viewers, token: viewers },
  unlisted: { number: [], token: viewers },
  private: { number: [], token: ["owner", "admin"] },
};

/** Who may change one, however it is addressed. */
const changed: readonly Viewer[] = ["owner", "admin"];

/** Everything that can be had of a recording, with the kind of it. */
const forms: Record<string, RegExp> = {
  "": /^text\/html/,
  ".cast": /^application\/x-asciicast$/,
  ".json": /^application\/x-asciicast$/,
  ".cast?version=2": /^application\/x-asciicast$/,
  ".json?version=1": /^application\/x-asciicast$/,
  ".txt": /^text\/plain/,
  ".svg": /^image\/svg\+xml/,
  ".svg?f=t": /^image\/svg\+xml/,
  ".png": /^image\/png$/,
  ".png?f=t": /^image\/png$/,
  ".png?f=c": /^image\/png$/,
  ".gif": /^text\/html/,
  ".js": /^text\/javascript/,
  "/iframe": /^text\/html/,
  "/segments/index.json": /^application\/json$/,
  "/segments/0.json": /^application\/json$/,
};

const cases = visibilities.flatMap((visibility) =>
  (["number", "token"] as const).flatMap((address) => viewers.map((viewer) => ({ visibility, address, viewer }))),
);

const machines: Record<Viewer, string> = {
  owner: "01234567-89ab-cdef-0123-000000000001",
  other: "01234567-89ab-cdef-0123-000000000002",
  admin: "01234567-89ab-cdef-0123-000000000003",
  guest: "01234567-89ab-cdef-0123-000000000004",
};

describeServers("who sees what", (start) => {
  let server: TestServer;
  const browsers = {} as Record<Viewer, TestBrowser>;
  const addresses = {} as Record<Visibility, Record<Address, string>>;
  const missing: Record<Address, string> = { number: "999999", token: "A".repeat(22) };

  beforeAll(async () => {
    server = await start();
    for (const viewer of viewers) {
      browsers[viewer] = viewer === "guest" ? new TestBrowser(server) : await signIn(server, viewer);
      if (viewer === "guest") continue;
      await browsers[viewer].open(`/connect/${machines[viewer]}`);
      await browsers[viewer].submit(`/connect/${machines[viewer]}`);
    }
    await server.db.updateTable("users").set({ is_admin: true }).where("username", "=", "admin").execute();
    for (const visibility of visibilities) addresses[visibility] = await add(visibility);
  });
  afterAll(() => server.close());

  async function add(visibility: Visibility): Promise<Record<Address, string>> {
    const answer = await server.upload(cast({ title: visibility }), {
      fields: { visibility },
      installId: machines.owner,
    });
    const { id } = (await answer.json()) as { id: number };
    const { secret_token } = await server.db
      .selectFrom("recordings")
      .select("secret_token")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    return { number: String(id), token: secret_token };
  }

  const ask = (viewer: Viewer, path: string, init: RequestInit = {}) => {
    const cookie = [...browsers[viewer].cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return server.request(path, {
      ...init,
      headers: { accept: "text/html", ...(cookie && { cookie }), ...init.headers },
    });
  };

  describe.each(cases)("$visibility by $address, $viewer", ({ visibility, address, viewer }) => {
    const visible = seen[visibility][address].includes(viewer);
    const may = changed.includes(viewer);

    test.each(Object.keys(forms))(`${visible ? "sees" : "does not see"} /a/ID%s`, async (form) => {
      const answer = await ask(viewer, `/a/${addresses[visibility][address]}${form}`);
      if (!visible) {
        // The very same as for what was never there.
        const nothing = await ask(viewer, `/a/${missing[address]}${form}`);
        expect([answer.status, nothing.status]).toEqual([404, 404]);
        expect(await answer.text()).toBe(await nothing.text());
        const headers = [answer, nothing].map(({ headers }) => {
          const set = Object.fromEntries(headers);
          delete set["x-ratelimit-remaining"];
          return set;
        });
        expect(headers[0]).toEqual(headers[1]);
        return;
      }
      if (form === "" && visibility === "public" && address === "token") {
        expect([answer.status, answer.headers.get("location")]).toEqual([302, `/a/${addresses.public.number}`]);
        return;
      }
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toMatch(forms[form]!);
      // What only some may see is kept by nobody on the way.
      const shared = /\bpublic\b/.test(answer.headers.get("cache-control") ?? "");
      if (visibility === "private" && form !== ".js") expect(shared).toBe(false);
    });

    test(`${visible ? "counts" : "does not count"} as a view`, async () => {
      const answer = await ask(viewer, `/a/${addresses[visibility][address]}/views?token=x`, { method: "POST" });
      expect(answer.status).toBe(visible ? 204 : 404);
    });

    test.each(["edit", "delete"])(`${may ? "opens" : "does not open"} /a/ID/%s`, async (page) => {
      const answer = await ask(viewer, `/a/${addresses[visibility][address]}/${page}`);
      const nothing = await ask(viewer, `/a/${missing[address]}/${page}`);
      expect([answer.status, nothing.status]).toEqual(viewer === "guest" ? [303, 303] : [may ? 200 : 404, 404]);
      if (!may) expect(await answer.text()).toBe(await nothing.text());
    });

    test(`${may ? "changes" : "does not change"} it by the API`, async () => {
      const answer = await server.request(`/api/v1/recordings/${addresses[visibility][address]}`, {
        method: "PATCH",
        headers: { authorization: basic(machines[viewer]) },
        body: JSON.stringify({ description: "" }),
      });
      expect(answer.status).toBe(viewer === "guest" ? 401 : may ? 200 : 404);
    });
  });

  test.each(cases)("to oEmbed everybody is a guest: $visibility by $address, $viewer", async (one) => {
    const { visibility, address, viewer } = one;
    const answer = await ask(viewer, `/oembed?url=/a/${addresses[visibility][address]}`);
    expect(answer.status).toBe(seen[visibility][address].includes("guest") ? 200 : 404);
  });

  test.each(visibilities.flatMap((visibility) => viewers.map((viewer) => ({ visibility, viewer }))))(
    "lists: $visibility, $viewer",
    async ({ visibility, viewer }) => {
      const listed = async (path: string) =>
        (await (await ask(viewer, path)).text()).includes(
          `/a/${addresses[visibility][visibility === "public" ? "number" : "token"]}`,
        );
      for (const path of ["/", "/explore/recordings/recent", "/explore/recordings/recent.atom", "/~owner/feed.atom"]) {
        expect([path, await listed(path)]).toEqual([path, visibility === "public"]);
      }
      const own = `/~owner?show=${visibility}`;
      expect(await listed(own)).toBe(visibility === "public" || changed.includes(viewer));
      expect(await listed("/record")).toBe(viewer === "owner");
    },
  );

  test.each(viewers)("by the forms of the pages: %s", async (viewer) => {
    const { token, number } = await add("unlisted");
    const browser = browsers[viewer];
    await browser.open("/record");
    const field = /name="_token" value="([^"]*)"/.exec(browser.page.html)?.[1] ?? "";
    const may = changed.includes(viewer);
    const published = await browser.post(`/a/${token}/publish`, { _token: field });
    expect(published.path).toBe(may ? `/a/${number}` : viewer === "guest" ? "/login/new" : `/a/${token}/publish`);
    const row = () =>
      server.db.selectFrom("recordings").select("visibility").where("secret_token", "=", token).execute();
    expect(await row()).toEqual([{ visibility: may ? "public" : "unlisted" }]);
    await browser.post(`/a/${token}/delete`, { _token: field, title: "unlisted" });
    expect(await row()).toHaveLength(may ? 0 : 1);
  });
});
