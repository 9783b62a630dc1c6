import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cast, otherInstallId, startTestServer, type TestServer } from "../../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Uploaded {
  id: number;
  token: string;
  content: string;
}

async function add(visibility: string, header: Record<string, unknown> = {}, events?: string[]): Promise<Uploaded> {
  const content = cast(header, events);
  const { id } = (await (await server.upload(content, { fields: { visibility } })).json()) as { id: number };
  const row = await server.db
    .selectFrom("recordings")
    .select("secret_token")
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return { id, token: row.secret_token, content };
}

const get = (path: string, headers: Record<string, string> = {}) => server.request(path, { headers });
const page = (path: string) => get(path, { accept: "text/html" });

describe("addresses", () => {
  const forms = ["", ".cast", ".json", ".txt", ".svg", ".png", ".gif", ".js", "/iframe", "/segments/index.json"];
  test.each(forms)("an archived one is gone: %s", async (form) => {
    const { id, token } = await add("public");
    const hidden = await add("private");
    await server.db.updateTable("recordings").set({ archived_at: 1 }).where("id", "in", [id, hidden.id]).execute();
    expect((await page(`/a/${id}${form}`)).status).toBe(410);
    expect((await page(`/a/${token}${form}`)).status).toBe(410);
    expect((await page(`/a/${hidden.token}${form}`)).status).toBe(404);
  });

  test("pages elsewhere show a note in the place of its picture", async () => {
    const { id } = await add("public", { title: "secret" });
    await server.db.updateTable("recordings").set({ archived_at: 1 }).where("id", "=", id).execute();
    for (const ending of [".svg", ".svg?f=t", ".png"]) {
      const answer = await get(`/a/${id}${ending}`, { accept: "image/avif,image/webp,*/*;q=0.8" });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([410, "image/svg+xml; charset=utf-8"]);
      expect(answer.headers.get("content-security-policy")).toContain("sandbox");
      const picture = await answer.text();
      expect(picture).toContain(">This recording has been removed.</text>");
      expect(picture).not.toContain("secret");
    }
  });

  test("say that they depend on who asks, where they do", async () => {
    const { id } = await add("public");
    const vary = async (ending: string, accept: string) =>
      ((await get(`/a/${id}${ending}`, { accept })).headers.get("vary") ?? "").split(", ").sort();
    expect(await vary("", "text/html")).toEqual(["accept", "accept-encoding", "cookie"]);
    expect(await vary("", "image/avif,image/webp,image/svg+xml,*/*;q=0.8")).toEqual(["accept", "accept-encoding"]);
    expect(await vary("", "image/png")).toEqual(["accept"]);
    expect(await vary("", "application/x-asciicast")).toEqual(["accept", "accept-encoding"]);
    expect(await vary(".svg", "text/html")).toEqual(["accept-encoding"]);
    await server.db.updateTable("recordings").set({ archived_at: 1 }).where("id", "=", id).execute();
    expect(await vary("", "image/avif,image/webp,image/svg+xml,*/*;q=0.8")).toEqual(["accept"]);
  });

  test("that end in .gif say how to make one", async () => {
    const { id, token } = await add("public", { title: "Demo <1>" });
    const html = await (await page(`/a/${id}.gif`)).text();
    expect(html).toContain(`agg http://casts.example.org/a/${id}.cast demo.gif`);
    expect(html).toContain("<b>Demo &lt;1&gt;</b>");
    expect((await get(`/a/${token}.gif`)).headers.get("content-type")).toMatch(/^text\/html/);
  });

  test.each([
    "/a/0",
    "/a/00000000000000000000001",
    "/a/1.exe",
    "/a/1.cast.cast",
    "/a/1%00",
    "/a/AAAA",
    "/a/é",
    "/a/1/nonsense",
    "/a/",
  ])("%s is not found", async (path) => {
    expect((await page(path)).status).toBe(404);
  });

  test("a redirect to the canonical address keeps what the link asks for", async () => {
    const { id, token } = await add("public");
    expect((await page(`/a/${token}?t=1:05&speed=2`)).headers.get("location")).toBe(`/a/${id}?t=1:05&speed=2`);
  });
});

describe("the recording's file", () => {
  test("comes as it was uploaded, compressed for those who take it", async () => {
    const { id, content } = await add("public");
    const plain = await get(`/a/${id}.cast`);
    expect(plain.status).toBe(200);
    expect(plain.headers.get("content-type")).toBe("application/x-asciicast");
    expect(plain.headers.get("access-control-allow-origin")).toBe("*");
    expect(plain.headers.get("vary")).toBe("accept-encoding");
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe(content);

    const packed = await get(`/a/${id}.json`, { "accept-encoding": "gzip, zstd" });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    const bytes = Buffer.from(await packed.arrayBuffer());
    expect(Number(packed.headers.get("content-length"))).toBe(bytes.length);
    expect(gunzipSync(bytes).toString()).toBe(content);
    expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"));
  });

  test("is not sent again to those who have it", async () => {
    const { id } = await add("public");
    for (const headers of [{}, { "accept-encoding": "gzip" }]) {
      const etag = (await get(`/a/${id}.cast`, headers)).headers.get("etag")!;
      for (const tag of [etag, `W/${etag}`, "*", `"other", ${etag}`]) {
        const again = await get(`/a/${id}.cast`, { ...headers, "if-none-match": tag });
        expect(again.status).toBe(304);
        expect(await again.text()).toBe("");
        expect(again.headers.get("etag")).toBe(etag);
      }
      expect((await get(`/a/${id}.cast`, { ...headers, "if-none-match": '"other"' })).status).toBe(200);
    }
  });

  test("can be downloaded under a name", async () => {
    const { id } = await add("public");
    const answer = await get(`/a/${id}.cast?dl=1`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${id}.cast"`);
    expect((await get(`/a/${id}.cast`)).headers.get("content-disposition")).toBeNull();
  });

  test("is what a command gets at the page's address", async () => {
    const { id, content } = await add("public");
    expect(await (await get(`/a/${id}`, { accept: "application/x-asciicast" })).text()).toBe(content);
  });

  test("is not sent for a question about it", async () => {
    const { id } = await add("public");
    const answer = await server.request(`/a/${id}.cast`, { method: "HEAD" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("etag")).toBeTruthy();
    expect(await answer.text()).toBe("");
  });
});

test("the transcript is text without control characters, as a file", async () => {
  const { id } = await add("public", {}, ['[0.1, "o", "\\u001b[31mred\\u001b[0m\\r\\n"]', '[0.1, "o", "next"]']);
  const answer = await get(`/a/${id}.txt`);
  expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${id}.txt"`);
  expect(await answer.text()).toBe("red\nnext\n");
});

describe("the page", () => {
  test("has the player's parts, chapters, transcript and what others need to find the file", async () => {
    const { id } = await add("public", { title: "Demo <1>", env: { SHELL: "/bin/zsh" } });
    const html = await (await page(`/a/${id}`)).text();
    expect(html).toContain("<title>Demo &lt;1&gt; - asciinema-ts</title>");
    expect(html).toContain(
      `<link rel="alternate" type="application/x-asciicast" href="http://casts.example.org/a/${id}.cast"`,
    );
    expect(html).toMatch(/<script src="\/assets\/asciinema-player\.min-[0-9a-f]{16}\.js" data-more="[^"]*" defer/);
    expect(html).toContain('<meta property="og:title" content="Demo &lt;1&gt;"/>');
    expect(html).toContain('<a href="?t=1.5" data-seek="1.5"><time>0:01</time><span>middle</span></a>');
    expect(html).toContain("<span>hello</span>");
    expect(html).toContain("<dd>zsh</dd>");
    expect(html).toContain(`src="/a/${id}.svg?v=`);
    expect(html).not.toContain("noindex");
  });

  test("hands what its address asks for to the player", async () => {
    const { id } = await add("public");
    const setup = await setupOf(`/a/${id}?t=0:01&speed=2&theme=nord&junk=1`);
    expect(setup).toMatchObject({ src: `/a/${id}.cast`, cols: 80, rows: 24 });
    expect(setup.options).toMatchObject({ startAt: 1, autoplay: true, speed: 2, theme: "nord" });
    expect(setup.options).not.toHaveProperty("junk");
  });

  test("hands its owner's settings to the player", async () => {
    const { id } = await add("public");
    await server.db
      .updateTable("recordings")
      .set({ speed: 1.5, markers: "1 - one", idle_time_limit: 2, keystroke_overlay: true, snapshot_at: 1 })
      .where("id", "=", id)
      .execute();
    const { options } = await setupOf(`/a/${id}`);
    expect(options).toMatchObject({
      speed: 1.5,
      markers: [[1, "one"]],
      idleTimeLimit: 2,
      keystrokeOverlay: true,
      poster: "npt:1",
      theme: "asciinema",
    });
  });

  test("links moments by their recorded time and seeks to the played one", async () => {
    const { id } = await add("public", { idle_time_limit: 1 }, ['[60, "o", "late\\r\\n"]', '[5, "m", "later"]']);
    const html = await (await page(`/a/${id}`)).text();
    expect(html).toContain('<a href="?t=65" data-seek="2"><time>0:02</time><span>later</span></a>');
    expect(html).toContain('<a href="?t=60" data-seek="1">');
  });

  test("of an unlisted recording is kept from search engines and from those it links to", async () => {
    const { token } = await add("unlisted");
    const answer = await page(`/a/${token}`);
    expect(await answer.text()).toContain('<meta name="robots" content="noindex, nofollow"/>');
    expect(answer.headers.get("referrer-policy")).toBe("origin");
  });

  test("shows what to paste, for the options of its address, without script", async () => {
    const { id } = await add("public", { title: "a [b] c" });
    const html = await (await page(`/a/${id}?share=1&t=1:05&loop=1`)).text();
    expect(html).toContain(`http://casts.example.org/a/${id}?t=65&amp;loop=1`);
    expect(html).toContain("data-start-at=&quot;65&quot;");
    expect(html).toContain(`[![a \\[b\\] c](http://casts.example.org/a/${id}.svg)]`);
    expect(html).not.toMatch(/id="share" popover/);
  });

  async function setupOf(path: string) {
    const html = await (await page(path)).text();
    const attribute = /data-player="([^"]*)"/.exec(html)![1]!;
    return JSON.parse(attribute.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&")) as {
      options: Record<string, unknown>;
    };
  }
});

describe("inside other pages", () => {
  test("the frame may stand anywhere, the page nowhere", async () => {
    const { id } = await add("public");
    expect((await page(`/a/${id}/iframe`)).headers.get("content-security-policy")).toContain("frame-ancestors *");
    expect((await page(`/a/${id}`)).headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    const missing = await page("/a/999999/iframe");
    expect(missing.headers.get("content-security-policy")).toContain("frame-ancestors *");
    expect(await missing.text()).not.toContain("<nav");
  });

  test("the embed script is the same for every recording", async () => {
    const [one, other] = [await add("public"), await add("unlisted")];
    const answer = await get(`/a/${one.id}.js`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/javascript/);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=60");
    expect(await answer.text()).toBe(await (await get(`/a/${other.token}.js`)).text());
  });

  test("oEmbed describes a frame, no larger than asked", async () => {
    const { id } = await add("public", { title: 'a "b" & <c>' });
    const url = encodeURIComponent(`http://casts.example.org/a/${id}`);
    const answer = (await (await get(`/oembed?url=${url}`)).json()) as Record<string, unknown>;
    expect(answer).toMatchObject({
      type: "rich",
      version: "1.0",
      title: 'a "b" & <c>',
      author_name: "mira",
      width: 694,
      height: 566,
    });
    expect(answer["html"]).toContain(`<iframe src="http://casts.example.org/a/${id}/iframe" width="694" height="566"`);
    expect(answer).toMatchObject({ thumbnail_url: expect.stringContaining(".png?f=c"), thumbnail_width: 1200 });
    const small = (await (await get(`/oembed?url=${url}&maxwidth=300&maxheight=900`)).json()) as Record<string, number>;
    expect(small["width"]).toBe(300);
    expect(small["height"]).toBeLessThan(566);
    expect(small).not.toHaveProperty("thumbnail_url");
    const xml = await get(`/oembed?url=${url}&format=xml`);
    expect(xml.headers.get("content-type")).toMatch(/^text\/xml/);
    expect(await xml.text()).toContain("<title>a &quot;b&quot; &amp; &lt;c&gt;</title><author_name>mira</author_name>");
  });

  test.each([
    ["/oembed", 400],
    ["/oembed?url=http://casts.example.org/", 400],
    ["/oembed?url=http://casts.example.org/a/1/2", 400],
    ["/oembed?url=http://[", 400],
    ["/oembed?url=/a/999999", 404],
    ["/oembed?url=/a/999999&maxwidth=wide", 400],
  ])("%s is answered with %i", async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});

describe("a view", () => {
  const tokenOf = async (id: number) => /token=([\w.-]+)/.exec(await (await page(`/a/${id}`)).text())![1]!;
  const count = (id: number, token: string, cookie = "") =>
    server.request(`/a/${id}/views?token=${token}`, { method: "POST", headers: cookie ? { cookie } : {} });
  const views = async (id: number) =>
    (
      await server.db
        .selectFrom("recording_stats")
        .select("total_views")
        .where("recording_id", "=", id)
        .executeTakeFirst()
    )?.total_views ?? 0;

  test("is counted once per visitor and day", async () => {
    const { id } = await add("public");
    const token = await tokenOf(id);
    const answer = await count(id, token);
    expect(answer.status).toBe(204);
    expect(answer.headers.get("set-cookie")).toBe(`a${id}=1; Max-Age=86400; Path=/a/; HttpOnly; SameSite=Lax`);
    expect((await count(id, token, `x=1; a${id}=1`)).status).toBe(204);
    expect(await views(id)).toBe(1);
    await count(id, token);
    expect(await views(id)).toBe(2);
    expect(await (await page(`/a/${id}`)).text()).toContain("<dt>views </dt><dd>2</dd>");
  });

  test("is not counted without a page having been opened for it", async () => {
    const [one, other] = [await add("public"), await add("public")];
    const token = await tokenOf(one.id);
    const forged = token.replace(/^\d+/, String(other.id));
    for (const wrong of [token, forged, "x", "1.2.3", `${other.id}.99999999999999.AAAA`]) {
      expect((await count(other.id, wrong)).status).toBe(204);
    }
    expect(await views(other.id)).toBe(0);
    server.now += 25 * 3_600_000;
    await count(one.id, token);
    expect(await views(one.id)).toBe(0);
    expect((await server.request(`/a/${one.id}/views`, { method: "POST" })).status).toBe(400);
    expect((await count(999_999, token)).status).toBe(404);
  });
});

describe("lists", () => {
  test("show what is public, newest first, page by page", async () => {
    const own = await startTestServer();
    try {
      const publish = async (title: string, visibility: string) =>
        expect((await own.upload(cast({ title }), { fields: { visibility }, installId: otherInstallId })).status).toBe(
          201,
        );
      const text = async (path: string) => (await own.request(path, { headers: { accept: "text/html" } })).text();
      expect(await text("/")).toContain("Nothing here yet");
      expect(await text("/explore/recordings/recent")).toContain("Nothing here yet");
      for (let i = 1; i <= 17; i++) await publish(`number ${i}.`, "public");
      await publish("not listed", "unlisted");
      await publish("not shown", "private");

      const home = await text("/");
      const titles = [...home.matchAll(/>(number \d+\.)</g)].map((match) => match[1]);
      expect(titles.slice(0, 3)).toEqual(["number 17.", "number 16.", "number 15."]);
      expect(titles).toHaveLength(11);
      expect(home).not.toContain("not listed");
      expect(home).not.toContain("not shown");

      const first = await text("/explore/recordings/recent");
      const second = await text("/explore/recordings/recent?page=2");
      expect(first.match(/<article/g)).toHaveLength(15);
      expect(second.match(/<article/g)).toHaveLength(2);
      expect(first).toContain('<a href="/explore/recordings/recent?page=2" rel="next"');
      expect(second).toContain('<a href="/explore/recordings/recent" rel="prev"');
      for (const wrong of ["0", "3", "-1", "x", "1.5", "99999999999"]) {
        expect((await own.request(`/explore/recordings/recent?page=${wrong}`)).status).toBe(404);
      }
      for (const old of ["/explore", "/explore/public"]) {
        expect((await own.request(old)).headers.get("location")).toBe("/explore/recordings/recent");
      }
    } finally {
      await own.close();
    }
  });
});

describe("nothing that people write becomes markup:", () => {
  const hostile = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "'-alert(1)-'",
    "javascript:alert(1)",
    "</textarea></svg></style><svg onload=alert(1)>",
    "\u2028<!--",
    "{{7*7}}",
    "&lt;script&gt;",
  ];
  const allowed =
    /^(!doctype|html|head|meta|title|link|script|body|a|header|div|svg|use|button|nav|main|section|img|noscript|p|span|h[1-6]|b|time|dl|dt|dd|ol|ul|li|code|pre|details|summary|form|input|label|footer|article|path|em|strong|blockquote|hr|br|table|thead|tbody|tr|th|td|s)$/;

  const drawn = /^(svg|title|rect|g|path|text|tspan|clippath)$/;

  /** Tags and attributes that our own pages and pictures are not made of. */
  function foreign(markup: string, tags: RegExp): string[] {
    const found = markup.matchAll(/<(!?[a-z][\w-]*)((?:\s+[^\s=>"'/]+(?:="[^"]*")?)*)\s*\/?>/gi);
    return [...found].flatMap((match) => {
      const bad = tags.test(match[1]!.toLowerCase()) ? [] : [match[0]];
      for (const [whole, name, value = ""] of match[2]!.matchAll(/\s([^\s=>"'/]+)(?:="([^"]*)")?/g)) {
        const address = /^(href|src|action|formaction|data|poster|xlink:href)$/i.test(name!);
        if (/^on|^style$/i.test(name!)) bad.push(whole);
        if (address && !/^($|\/|\?|#|https?:\/\/|mailto:)/i.test(value)) bad.push(whole);
      }
      return bad;
    });
  }

  async function check(title: string, description: string, output: string) {
    const events = [`[0.1, "o", ${JSON.stringify(`${output}\r\n`)}]`, `[0.1, "m", ${JSON.stringify(output)}]`];
    const fields = {
      visibility: "public",
      description: description.slice(0, 1000),
      audio_url: "https://x.example/a.mp3",
    };
    const answer = await server.upload(cast({ title, command: title, env: { SHELL: output, TERM: title } }, events), {
      fields,
      username: title.replaceAll(":", ""),
    });
    const { id } = (await answer.json()) as { id: number };
    for (const path of [`/a/${id}`, `/a/${id}/iframe`, "/", "/explore/recordings/recent"]) {
      const answer = await page(`${path}?t=${encodeURIComponent(output)}&theme=${encodeURIComponent(title)}`);
      const html = await answer.text();
      expect(foreign(html, allowed)).toEqual([]);
      expect(html.match(/<script\b/g)!.length).toBeLessThanOrEqual(2);
      expect(html.match(/<script\b[^>]*>[^<]/g)).toBeNull();
      const policy = answer.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain("unsafe");
    }
    const svg = await (await get(`/a/${id}.svg`)).text();
    expect(foreign(svg, drawn)).toEqual([]);
    const xml = await (await get(`/oembed?url=/a/${id}&format=xml`)).text();
    expect(xml.match(/</g)!.length).toBe(
      xml.match(
        /<\??\/?(xml|oembed|type|version|title|author_name|provider_name|provider_url|thumbnail_\w+|html|width|height)\b/g,
      )!.length,
    );
    await server.db.deleteFrom("recordings").where("id", "=", id).execute();
  }

  test.each(hostile)("%j", async (text) => {
    await check(text, text, text);
    await check(text, `[x](${text})`, `\u001b]8;;${text}\u001b\\link\u001b]8;;\u001b\\`);
    await check(text, `![x](${text} "${text}") <${text}>`, text);
  });

  test("whatever it is", async () => {
    const word = fc.oneof(
      fc.constantFrom(
        "<",
        ">",
        '"',
        "'",
        "&",
        "</",
        "<script",
        "onerror=",
        "javascript:",
        "[x](",
        ")",
        "`",
        "```\n",
        "\n\n",
        "# ",
      ),
      fc.string({ unit: "grapheme", maxLength: 5 }),
    );
    const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(""));
    await fc.assert(
      fc.asyncProperty(text, text, text, (title, description, output) => check(title, description, output)),
      { numRuns: 12 },
    );
  });
});
