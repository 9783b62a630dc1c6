import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mailedLink, signIn, TestBrowser } from "../test/browser.js";
import { basic, cast, installId, otherInstallId, startTestServer, type TestServer } from "../test/harness.js";
import { AccountRepository } from "./accounts/repository.js";
import { hashOf } from "./token.js";

// The server as somebody meets it who means harm.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(() => server.reset());
afterAll(() => server.close());

/** Somebody with an account, a machine, and a recording of each visibility. */
const mira = async () => {
  const browser = await signIn(server, "mira");
  const accounts = new AccountRepository(server.db);
  const user = (await accounts.byUsername("mira"))!;
  await accounts.connect(user.id, hashOf(installId), server.now);
  const paths: Record<string, string> = {};
  for (const visibility of ["public", "unlisted", "private"]) {
    const answer = await server.upload(cast({ title: `of mira, ${visibility}` }), { fields: { visibility } });
    paths[visibility] = new URL(((await answer.json()) as { url: string }).url).pathname;
  }
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return { browser, user, paths, cookie };
};

const everything = async () => ({
  users: await server.db.selectFrom("users").selectAll().execute(),
  recordings: await server.db.selectFrom("recordings").selectAll().execute(),
  sessions: (await server.db.selectFrom("sessions").selectAll().execute()).length,
  clis: await server.db.selectFrom("clis").selectAll().execute(),
  streams: await server.db.selectFrom("streams").selectAll().execute(),
});

describe("another site's page", () => {
  test("changes nothing by any form that this server has, whoever looks at it", async () => {
    const { paths, cookie } = await mira();
    const before = await everything();
    const address = paths["public"]!.split("/").at(-1)!;
    const forms = server.routes.filter(({ method, path }) => method === "POST" && !path.startsWith("/api/"));
    expect(forms.length).toBeGreaterThan(15);
    for (const { path } of forms) {
      if (path.endsWith("/views")) continue; // counts a view of who has a token from the page, and no more
      const target = path
        .replace(":installId", otherInstallId)
        .replace(":address", address)
        .replace(/:\w+(\{[^}]*\})?/g, "1");
      for (const token of [{}, { _token: "" }, { _token: "x".repeat(43) }] as Record<string, string>[]) {
        const fields = {
          username: "evil",
          email: "evil@example.org",
          identity: "mira",
          title: "evil",
          visibility: "public",
        };
        const headers = { cookie, origin: "https://evil.example", "content-type": "application/x-www-form-urlencoded" };
        const body = new URLSearchParams({ ...fields, ...token }).toString();
        const answer = await server.request(target, { method: "POST", headers, body });
        expect([path, answer.status]).toEqual([
          path,
          expect.toSatisfy((status: number) => status >= 400 && status < 500),
        ]);
      }
    }
    await server.settled();
    expect(server.mails).toHaveLength(1); // mira's own
    expect(await everything()).toEqual(before);
  });

  test("reads nothing that is not for everybody: no answer with credentials, and CORS on files alone", async () => {
    const { paths, cookie } = await mira();
    const files = /\.(cast|json|txt|svg|png)$/;
    const address = paths["public"]!;
    const asked = [
      "/",
      "/about",
      "/user/edit",
      "/login/new",
      "/~mira",
      address,
      `${address}/edit`,
      `${address}/iframe`,
    ].concat(["cast", "txt", "svg", "png", "js"].map((ending) => `${address}.${ending}`));
    for (const path of asked) {
      const { headers, status } = await server.request(path, { headers: { cookie, origin: "https://evil.example" } });
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get("access-control-allow-credentials")).toBeNull();
      expect([path, headers.get("access-control-allow-origin")]).toEqual([path, files.test(path) ? "*" : null]);
    }
    const api = await server.request("/api/v1/recordings/1", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "DELETE" },
    });
    expect(api.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("what is private", () => {
  test("is kept by no cache that others share", async () => {
    const { paths, cookie } = await mira();
    for (const ending of ["", ".cast", ".txt", ".svg", ".png", "/iframe", "/edit"]) {
      for (const query of ["", "?v=x", "?dl"]) {
        const answer = await server.request(`${paths["private"]}${ending}${query}`, { headers: { cookie } });
        const { headers } = answer;
        expect([ending, answer.status]).toEqual([ending, 200]);
        expect([ending, headers.get("cache-control")]).toEqual([
          ending,
          expect.stringMatching(/\b(private|no-store)\b/),
        ]);
        expect(headers.get("cache-control")).not.toMatch(/\bpublic\b/);
      }
    }
  });

  test("is answered like what does not exist, byte for byte but for its address", async () => {
    const { paths } = await mira();
    const { id } = await server.db
      .selectFrom("recordings")
      .select("id")
      .where("visibility", "=", "private")
      .executeTakeFirstOrThrow();
    const told = async (path: string, headers: Record<string, string>) => {
      const answer = await server.request(path, { headers });
      // Whoever signs in comes back to the address that was asked for.
      const address = path.split(/[/.]/)[2]!;
      const plain = (text: string) =>
        text.replaceAll(`/a/${address}`, "/a/…").replaceAll(`%2Fa%2F${address}`, "%2Fa%2F…");
      return {
        status: answer.status,
        headers: [...answer.headers].map(([name, value]) => [name, plain(value)]),
        text: plain(await answer.text()),
      };
    };
    const none = "a".repeat(paths["private"]!.split("/").at(-1)!.length);
    for (const ending of ["", ".cast", ".txt", ".svg", ".png", ".js", "/iframe", "/edit"]) {
      for (const accept of ["text/html", "application/json", "*/*"]) {
        const missing = await told(`/a/${none}${ending}`, { accept });
        expect(await told(`${paths["private"]}${ending}`, { accept })).toEqual(missing);
        expect(await told(`/a/${id}${ending}`, { accept })).toEqual(await told(`/a/99999${ending}`, { accept }));
      }
    }
  });
});

test("what is private is answered as fast as what does not exist", async () => {
  const { paths } = await mira();
  const times: [number[], number[]] = [[], []];
  const none = `/a/${"a".repeat(22)}.cast`;
  for (let i = 0; i < 300; i++) {
    for (const [at, path] of [`${paths["private"]}.cast`, none].entries()) {
      const start = performance.now();
      await server.request(path);
      times[at]!.push(performance.now() - start);
    }
  }
  const [hidden, missing] = times.map((one) => one.sort((a, b) => a - b)[150]!) as [number, number];
  expect(hidden / missing).toBeGreaterThan(0.6);
  expect(hidden / missing).toBeLessThan(1.7);
});

describe("redirects", () => {
  test("stay on this server, whatever is asked for", async () => {
    const { paths, cookie } = await mira();
    const leads = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await server.request(path, {
        headers: { host: "evil.example", "x-forwarded-host": "evil.example", ...headers },
      });
      const location = answer.headers.get("location");
      if (location !== null) expect([path, location]).toEqual([path, expect.stringMatching(/^\/(?![/\\])/)]);
      expect(answer.status).toBeLessThan(500);
    };
    const evil = [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/%2f%2fevil.example",
      "/..//evil.example",
      "/%0d%0aset-cookie:%20a=b",
    ];
    for (const path of evil.filter((one) => one.startsWith("/"))) await leads(path, { cookie });
    for (const value of evil) {
      await leads(`/login/new?return_to=${encodeURIComponent(value)}`);
      await leads("/", { cookie: `${cookie}; return_to=${encodeURIComponent(value)}` });
    }
    const token = await server.db
      .selectFrom("recordings")
      .select("secret_token")
      .where("visibility", "=", "public")
      .executeTakeFirstOrThrow();
    await leads(`/a/${token.secret_token}?//evil.example`, { cookie });
    await leads(`${paths["public"]}?share`, { cookie });
    const piece = fc.constantFrom(
      "/",
      "\\",
      "%2f",
      "%5c",
      "..",
      ".",
      "a",
      "a/1",
      "evil.example",
      "%0d%0a",
      "%00",
      ":",
      "@",
      "?",
      "~",
      "user",
      "login",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => leads(`/${pieces.join("")}`, { cookie })),
      { numRuns: 150 },
    );
  });

  test("after the choice of colours lead to a page of this server or home", async () => {
    for (const to of [
      "//evil.example",
      "https://evil.example/",
      "/\\evil.example",
      "javascript:alert(1)",
      "/\t/evil.example",
      "/a\r\nx: y",
    ]) {
      const answer = await server.request("/scheme", {
        method: "POST",
        headers: { origin: "http://casts.example.org", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ scheme: "dark", to }).toString(),
      });
      const location = answer.headers.get("location") ?? "/";
      expect([to, location]).toEqual([to, expect.stringMatching(/^\/(?![/\\])[\x21-\x7e]*$/)]);
    }
  });

  test("after signing in lead to a page of this server or home", async () => {
    for (const value of [
      "//evil.example",
      "https://evil.example/",
      "/\\evil.example",
      "javascript:alert(1)",
      "/a\r\nx: y",
    ]) {
      await server.reset();
      const browser = new TestBrowser(server);
      await browser.open("/login/new");
      await browser.submit("/login", { identity: "mira@example.org" });
      await browser.open(await mailedLink(server));
      const token = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
      const t = /name="t" value="([^"]*)"/.exec(browser.page.html)![1]!;
      const cookie = `${[...browser.cookies].map(([name, text]) => `${name}=${text}`).join("; ")}; return_to=${encodeURIComponent(value)}`;
      const answer = await server.request("/session", {
        method: "POST",
        headers: { cookie, origin: "http://casts.example.org", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ _token: token, t, username: "mira" }).toString(),
      });
      expect(answer.status).toBe(303);
      expect(answer.headers.get("location")).toBe("/~mira");
    }
  });
});

test("links in mail lead to the configured name, whatever name the request brings", async () => {
  const browser = new TestBrowser(server);
  await browser.open("/login/new");
  const token = /name="_token" value="([^"]*)"/.exec(browser.page.html)![1]!;
  for (const headers of [
    { host: "evil.example", origin: "http://evil.example" },
    {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
      origin: "http://casts.example.org",
    },
  ] as Record<string, string>[]) {
    await browser.post("/login", { _token: token, identity: "mira@example.org" }, headers);
  }
  await server.settled();
  expect(server.mails.length).toBeGreaterThan(0);
  for (const { text } of server.mails) {
    expect(text).not.toContain("evil");
    expect(text).toContain("http://casts.example.org/session/new?t=");
  }
});

test("hostile file names and titles stay text: in headers, on disk, in pages", async () => {
  const names = [
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    'a"; filename="evil.exe',
    "a\r\nset-cookie: a=b\r\n\r\n<script>",
    "\u202Egpj.exe",
    "CON",
    "x".repeat(5000),
    "é\u0000\ud800",
  ];
  for (const name of names) {
    const answer = await server.upload(cast({ title: `${name}"><script>alert(1)</script>` }), {
      fileName: name,
      fields: { visibility: "public" },
    });
    expect(answer.status).toBe(201);
    const { url } = (await answer.json()) as { url: string };
    const path = new URL(url).pathname;
    for (const ending of ["", ".cast?dl", ".txt?dl", ".svg", "/iframe"]) {
      const got = await server.request(`${path}${ending}`);
      expect(got.status).toBe(200);
      expect(got.headers.get("content-disposition") ?? 'attachment; filename="1.cast"').toMatch(
        /^attachment; filename="\d+\.(cast|txt)"$/,
      );
      expect(got.headers.has("set-cookie") && got.headers.get("set-cookie")!.includes("a=b")).toBe(false);
      if (ending === "" || ending === "/iframe") expect(await got.text()).not.toMatch(/<script>/);
    }
  }
  const rows = await server.db.selectFrom("recordings").select(["file_key", "file_name"]).execute();
  for (const { file_key, file_name } of rows) {
    expect(file_key).toMatch(/^recordings\/\d{4}\/\d\d\/\d\d\/[A-Za-z0-9]{22}\.cast\.gz$/);
    expect(file_name ?? "").not.toMatch(/[/\\\x00-\x1f]/);
  }
});

describe("nonsense is refused, never an error of the server:", () => {
  const json = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string(),
    fc.constantFrom("null", "[]", '{"__proto__":{"x":1}}', '{"title":1e999}'),
  );
  const field = fc.constantFrom(
    "title",
    "visibility",
    "speed",
    "markers",
    "idle_time_limit",
    "snapshot_at",
    "term_cols_override",
    "audio_url",
    "constructor",
    "__proto__",
  );

  test("JSON", async () => {
    const { user } = await mira();
    const { id } = await server.db
      .selectFrom("recordings")
      .select("id")
      .where("user_id", "=", user.id)
      .limit(1)
      .executeTakeFirstOrThrow();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          json,
          fc
            .dictionary(field, fc.anything())
            .map((value) => JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? 1 : one)) ?? ""),
        ),
        async (body) => {
          const headers = { authorization: basic(installId), "content-type": "application/json" };
          const answer = await server.request(`/api/v1/recordings/${id}`, { method: "PATCH", headers, body });
          expect([200, 400, 422]).toContain(answer.status);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("forms with a file", async () => {
    const line = fc.oneof(
      fc.constantFrom(
        "--b",
        "--b--",
        "",
        'content-disposition: form-data; name="file"; filename="a"',
        "content-disposition: form-data; name=title",
        "content-type: x",
        "--b\r\n--b",
      ),
      fc.string({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom("b", "", '"b"', "b; boundary=c"),
        async (lines, boundary) => {
          const headers = {
            authorization: basic(installId),
            "content-type": `multipart/form-data; boundary=${boundary}`,
          };
          const body = lines.join("\r\n");
          const answer = await server.request("/api/v1/recordings", { method: "POST", headers, body });
          expect([400, 413, 422]).toContain(answer.status);
        },
      ),
      { numRuns: 200 },
    );
    expect(await server.db.selectFrom("recordings").selectAll().execute()).toEqual([]);
  });

  test("addresses, headers and cookies", async () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom("%", "%zz", "%00", "\u00ff", "a".repeat(5000), "-1", "1e9", "99999999999999999999"),
    );
    const header = hostile.map((text) => text.replace(/[^\x20-\x7e]/g, "").trim());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          "/a/",
          "/~",
          "/explore/recordings/",
          "/oembed?url=",
          "/?page=",
          "/explore/recordings/recent?page=",
          "/session/new?t=",
          "/connect/",
          "/s/",
          "/api/v1/user/streams?limit=",
          "/assets/",
        ),
        hostile,
        header,
        async (path, text, value) => {
          const headers = {
            accept: value,
            cookie: `session=${value}; note=${value}; visitor=${value}`,
            "accept-encoding": value,
            "if-none-match": value,
            authorization: value,
          };
          const answer = await server.request(`${path}${encodeURIComponent(text.replace(/[\ud800-\udfff]/g, ""))}`, {
            headers,
          });
          expect([path, text, answer.status]).toEqual([path, text, expect.toSatisfy((status: number) => status < 500)]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("the log holds none of what opens a door", async () => {
  const { cookie, paths, browser } = await mira();
  const secrets = [installId, basic(installId).slice(6), paths["unlisted"]!.slice(3), paths["private"]!.slice(3)];
  for (const [name, value] of browser.cookies) if (name !== "note") secrets.push(value);
  const link = await mailedLink(server);
  secrets.push(new URLSearchParams(link.split("?")[1]).get("t")!);
  secrets.push(/name="_token" value="([^"]*)"/.exec((await browser.open("/user/edit")).html)![1]!);
  for (const path of [
    link,
    `/connect/${installId}`,
    paths["unlisted"]!,
    `${paths["private"]}.cast`,
    `/ws/S/${secrets[2]}`,
    `/nowhere/${secrets[3]}`,
  ]) {
    await server.request(path, {
      headers: { cookie, referer: `http://casts.example.org${link}`, authorization: basic(installId) },
    });
  }
  await server.request(`/a/${secrets[2]}/edit`, { method: "POST", headers: { cookie } });
  const logged = server.logged.join("");
  expect(server.logged.length).toBeGreaterThan(10);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThanOrEqual(16);
    expect(logged).not.toContain(secret);
  }
});
