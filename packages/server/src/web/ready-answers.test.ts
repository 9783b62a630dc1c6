import { gunzipSync } from "node:zlib";
import { afterAll, beforeEach, expect, test } from "vitest";
import { signIn } from "../../test/browser.js";
import { cast, installId, type TestServer } from "../../test/harness.js";
import { describeServers } from "../../test/servers.js";
import { AccountRepository } from "../accounts/repository.js";
import { hashOf } from "../token.js";

describeServers("an answer that is ready", (start) => {
  let server: TestServer;
  beforeEach(async () => {
    server ??= await start({ metricsToken: "scrape" });
    await server.reset();
  });
  afterAll(() => server?.close());

  const ask = async (path: string, headers: Record<string, string> = {}, from = "127.0.0.1") => {
    const answer = await server.request(path, { headers, from });
    const body = Buffer.from(await answer.arrayBuffer());
    const { date, ...rest } = Object.fromEntries(answer.headers);
    return { status: answer.status, body, headers: rest };
  };
  const publish = async () => {
    const browser = await signIn(server, "mira");
    const accounts = new AccountRepository(server.db);
    await accounts.connect((await accounts.byUsername("mira"))!.id, hashOf(installId), server.now);
    const answer = await server.upload(cast(), { fields: { visibility: "public" } });
    const { url } = (await answer.json()) as { url: string };
    return { browser, path: new URL(url).pathname };
  };
  /** Takes the recordings' files away: what is still answered comes from memory. */
  const takeFiles = async () => {
    for await (const { key } of server.files.list()) await server.files.delete(key);
  };

  test("is the same as before, in each encoding", async () => {
    const { path } = await publish();
    for (const encoding of ["gzip", "identity"]) {
      const headers = { "accept-encoding": encoding };
      const first = await ask(`${path}.cast`, headers);
      const second = await ask(`${path}.cast`, headers);
      expect(second).toEqual({ ...first, headers: { ...first.headers, "content-length": String(first.body.length) } });
      expect((encoding === "gzip" ? gunzipSync(second.body) : second.body).toString()).toBe(cast());
      expect(second.headers["content-security-policy"]).toContain("sandbox");
    }
    await takeFiles();
    expect((await ask(`${path}.cast`, { "accept-encoding": "gzip" })).status).toBe(200);
    expect((await ask(`${path}.cast`, { "accept-encoding": "identity" })).status).toBe(200);
    expect((await ask(`${path}.cast?dl=1`, { "accept-encoding": "gzip" })).status).toBe(500);
  });

  test("is not given any more once the recording is not to be seen", async () => {
    const { browser, path } = await publish();
    for (const ending of ["", ".cast", ".svg", ".png", ".txt", "/segments/index.json"]) {
      await ask(`${path}${ending}`, { accept: "*/*" });
      expect((await ask(`${path}${ending}`, { accept: "*/*" })).status).toBe(200);
    }
    await browser.open(`${path}/edit`);
    await browser.submit(`${path}/edit`, { visibility: "private" });
    for (const ending of ["", ".cast", ".svg", ".png", ".txt", "/segments/index.json"]) {
      expect([ending, (await ask(`${path}${ending}`, { accept: "*/*" })).status]).toEqual([ending, 404]);
    }
  });

  test("is nobody's own: private recordings and pages of those who have signed in are made anew", async () => {
    const { browser, path } = await publish();
    const own = await browser.open(path);
    expect(own.html).toContain(`${path}/edit`);
    const guest = await ask(path, { accept: "text/html" });
    expect(guest.body.toString()).not.toContain(`${path}/edit`);
    expect((await ask(path, { accept: "text/html" })).body.toString()).toBe(guest.body.toString());
    expect((await browser.open(path)).html).toContain(`${path}/edit`);

    await browser.open(`${path}/edit`);
    await browser.submit(`${path}/edit`, { visibility: "private" });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const [row] = await server.db.selectFrom("recordings").select("secret_token").execute();
    expect((await ask(`/a/${row!.secret_token}.cast`, { cookie })).status).toBe(200);
    expect((await ask(`/a/${row!.secret_token}.cast`)).status).toBe(404);
  });

  test("counts like any other, in limits, metrics and the log", async () => {
    const { path } = await publish();
    const from = "203.0.113.7";
    const answers = [];
    for (let i = 0; i < 31; i++) answers.push(await ask(`${path}.cast`, {}, from));
    expect(answers.map(({ headers }) => headers["x-ratelimit-remaining"]).slice(0, 3)).toEqual(["29", "28", "27"]);
    expect(answers.map(({ status }) => status).slice(29)).toEqual([200, 429]);
    expect(server.logged.filter((line) => line.includes(`"path":"${path}.cast"`) && line.includes(from))).toHaveLength(
      31,
    );
    expect((await ask(`${path}.cast`, {}, "203.0.113.8")).headers["x-ratelimit-remaining"]).toBe("29");
    const counted = async () => {
      const told = (await ask("/metrics", { authorization: "Bearer scrape" })).body.toString();
      const count = (status: number) => {
        const line = `http_requests_total{method="GET",route="/a/:file",status="${status}"} `;
        return Number(
          told
            .split("\n")
            .find((one) => one.startsWith(line))
            ?.slice(line.length),
        );
      };
      return [count(200), count(429)];
    };
    const [answered, refused] = (await counted()) as [number, number];
    await ask(`${path}.cast`, {}, "203.0.113.9");
    expect(await counted()).toEqual([answered + 1, refused]);
    await ask(`${path}.cast`, {}, from);
    expect(await counted()).toEqual([answered + 1, refused + 1]);
  });

  test("is not given to who has the content already", async () => {
    const { path } = await publish();
    const { headers } = await ask(`${path}.cast`);
    expect((await ask(`${path}.cast`, { "if-none-match": headers["etag"]! })).status).toBe(304);
    expect((await ask(`${path}.cast`)).status).toBe(200);
    const head = await server.request(`${path}.cast`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("lasts when a recording is watched, unless it says how often", async () => {
    const { path } = await publish();
    await ask(`${path}.cast`);
    const page = await ask(path, { accept: "text/html" });
    await takeFiles();
    const [, token] = /views\?token=([\w.-]+)/.exec(page.body.toString().replaceAll("&amp;", "&"))!;
    expect((await server.request(`${path}/views?token=${token}`, { method: "POST" })).status).toBe(204);
    expect((await ask(`${path}.cast`)).status).toBe(200);
    const views = /<dt>views <\/dt><dd>(\d+)/;
    expect(views.exec(page.body.toString())![1]).toBe("0");
    expect(views.exec((await ask(path, { accept: "text/html" })).body.toString())![1]).toBe("1");
  });

  test("comes to an end by itself", async () => {
    const { path } = await publish();
    await ask(`${path}.cast`);
    await takeFiles();
    expect((await ask(`${path}.cast`)).status).toBe(200);
    server.now += 61_000;
    expect((await ask(`${path}.cast`)).status).toBe(500);
  });
});
