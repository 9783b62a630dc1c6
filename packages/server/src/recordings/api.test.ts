import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { basic, cast, form, installId, otherInstallId, type TestServer } from "../../test/harness.js";
import { describeServers } from "../../test/servers.js";

const zstdContent = cast({}, Array(40).fill('[0.05, "o", "zstd"]'));
const zstdSample = readFileSync(new URL("../../test/sample.cast.zst.base64", import.meta.url), "utf8");
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

describeServers("the interface for commands", (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  /** Everything that lies in the data directory as content or on its way there. */
  function stored(): string[] {
    return ["files", "drafts"].flatMap((name) =>
      readdirSync(join(server.folder, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    );
  }

  const uploaded = async (...parameters: Parameters<TestServer["upload"]>) => {
    const answer = await server.upload(...parameters);
    expect(answer.status).toBe(201);
    return (await answer.json()) as Record<string, string> & { id: number };
  };

  describe("an upload", () => {
    test("is answered with where the recording is", async () => {
      const answer = await server.upload(cast({ title: "Demo" }));
      expect(answer.status).toBe(201);
      const body = (await answer.json()) as Record<string, unknown>;
      const url = String(body["url"]);
      expect(url).toMatch(/^http:\/\/casts\.example\.org\/a\/[A-Za-z0-9]{22}$/);
      expect(answer.headers.get("location")).toBe(url);
      expect(body).toEqual({
        id: expect.any(Number),
        url,
        file_url: `${url}.cast`,
        audio_url: null,
        title: "Demo",
        description: null,
        visibility: "unlisted",
        message: `View the recording at:\n\n    ${url}\n`,
      });
    });

    test("is stored byte for byte", async () => {
      // Odd white space, comments, unknown keys: all of it is the owner's.
      const content = `{ "version": 3, "term": {"cols": 80, "rows": 24},  "x-own": 1 }\n# note\n\n[0.5,"o", "h\\u00e9"]\n[1, "?", "x"]`;
      const { url } = await uploaded(content);
      for (const ending of ["cast", "json"]) {
        const answer = await server.request(`${new URL(url!).pathname}.${ending}`);
        expect(answer.headers.get("content-type")).toBe("application/x-asciicast");
        expect(await answer.text()).toBe(content);
      }
    });

    test("may come from asciinema 2", async () => {
      const content = '{"version": 2, "width": 80, "height": 24}\n[0.5, "o", "x"]\n';
      const answer = await server.upload(content, {
        path: "/api/asciicasts",
        field: "asciicast",
        fileName: "ascii.cast",
      });
      expect(answer.status).toBe(201);
      expect(answer.headers.get("location")).toMatch(/\/a\/[A-Za-z0-9]{22}$/);
    });

    test("may be v1 on one line; its file is called .json", async () => {
      const { file_url } = await uploaded('{"version":1,"width":80,"height":24,"stdout":[[0.5,"x"]]}');
      expect(file_url).toMatch(/\.json$/);
    });

    test.each([
      ["gzip", (text: string) => gzipSync(text)],
      ["zstd", () => Buffer.from(zstdSample, "base64")],
    ])("may be compressed with %s", async (name, pack) => {
      const content = name === "zstd" ? zstdContent : cast();
      const { url } = await uploaded(pack(content), { fileName: "demo.cast.gz" });
      expect(await (await server.request(`${new URL(url!).pathname}.cast`)).text()).toBe(content);
    });

    test("keeps what is whole of a file whose last line was torn off", async () => {
      const whole = cast();
      const { url, message } = await uploaded(`${whole}[0.1, "o", "to`);
      expect(message).toContain("Line 5 of the file was not complete");
      expect(await (await server.request(`${new URL(url!).pathname}.cast`)).text()).toBe(whole);
    });

    test("torn anywhere is taken up to its last whole event, or refused", async () => {
      const whole = cast({}, ['[0.5, "o", "é\\r\\n"]', '[1.0, "o", "b"]']);
      const bytes = Buffer.from(whole);
      for (let cut = 40; cut < bytes.length; cut += 7) {
        const answer = await server.upload(bytes.subarray(0, cut));
        if (answer.status === 422) continue;
        const { url } = (await answer.json()) as { url: string };
        const kept = await (await server.request(`${new URL(url).pathname}.cast`)).text();
        expect(whole.startsWith(kept)).toBe(true);
        for (const line of kept.trimEnd().split("\n")) JSON.parse(line);
      }
    });

    test("takes settings along, which win over the file's header", async () => {
      const fields = {
        title: "Mine",
        description: "**why**",
        visibility: "public",
        speed: "2",
        id: "7",
        user_id: "99",
      };
      const body = await uploaded(cast({ title: "File's" }), { fields });
      expect(body).toMatchObject({ title: "Mine", description: "**why**", visibility: "public" });
      expect(body["url"]).toBe(`http://casts.example.org/a/${body.id}`);
      expect(body.id).not.toBe(7);
      const row = await server.db
        .selectFrom("recordings")
        .selectAll()
        .where("id", "=", body.id)
        .executeTakeFirstOrThrow();
      expect(row.speed).toBe(2);
      expect(row.user_id).not.toBe(99);
    });

    test("truncates what the file says at its limits, without control characters", async () => {
      const title = `a\u001b[31m\n${"x".repeat(300)}`;
      const body = await uploaded(cast({ title, command: "y".repeat(300), env: { SHELL: "/bin/zsh", TERM: null } }));
      expect(body["title"]).toBe(`a [31m ${"x".repeat(121)}`);
      const row = await server.db
        .selectFrom("recordings")
        .selectAll()
        .where("id", "=", body.id)
        .executeTakeFirstOrThrow();
      expect(row.command).toHaveLength(255);
      expect(row.shell).toBe("/bin/zsh");
    });

    test("counts its length with pauses shortened as the header asks", async () => {
      const { id } = await uploaded(
        cast({ idle_time_limit: 2 }, ['[0.5, "o", "a"]', '[100, "o", "b"]', '[1, "x", "0"]']),
      );
      const row = await server.db.selectFrom("recordings").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      expect(row.duration).toBe(3_500_000);
      expect(row.trace).toMatch(/^[0-9a-f]{64}$/);
      expect(row.trace).toContain("f");
    });

    test("keeps the last part of its file name", async () => {
      const { id } = await uploaded(cast(), { fileName: "C:\\casts\\../demo.cast" });
      const row = await server.db.selectFrom("recordings").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      expect(row.file_name).toBe("demo.cast");
      expect(row.file_key).toMatch(/^recordings\/2026\/11\/21\/[A-Za-z0-9]{22}\.cast\.gz$/);
    });
  });

  describe("a refused upload leaves nothing behind:", () => {
    let before: string[];
    let rows: number;
    const count = async () => (await server.db.selectFrom("recordings").select("id").execute()).length;
    beforeEach(async () => {
      before = stored();
      rows = await count();
    });

    const refused = async (answer: Response, status: number, body: Record<string, unknown>) => {
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status, body });
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(stored()).toEqual(before);
      expect(await count()).toBe(rows);
    };
    const invalid = (message: unknown) => ({ type: "validation_failed", message });
    const looks = "This doesn't look like a valid asciicast file";

    test.each([
      ["an empty file", "", expect.stringContaining(looks)],
      ["a picture", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), expect.stringContaining(looks)],
      ["text", "just text\n", expect.stringMatching(/^This doesn't look like a valid asciicast file: (?!not a)/)],
      ["JSON without a version", '{"a": 1}\n', expect.stringContaining(looks)],
      ["version 9", '{"version": 9}\n', "asciicast v9 is not supported"],
      ["a header alone", cast({}, []), "This recording has no events"],
      [
        "a broken line in the middle",
        cast({}, ['[0.5, "o", "a"]', "[0.5, o]", '[1, "o", "b"]']),
        expect.stringMatching(/: line 3: /),
      ],
      [
        "broken gzip",
        Buffer.concat([gzipSync(cast()).subarray(0, 40), Buffer.alloc(40, 7)]),
        expect.stringContaining("gzip"),
      ],
      ["broken zstd", Buffer.concat([zstdMagic, Buffer.alloc(30, 0x0c)]), expect.stringContaining("zstd")],
      [
        "zstd that would need 128 MB to unpack",
        Buffer.concat([zstdMagic, Buffer.from([0, 17 << 3]), Buffer.alloc(30)]),
        expect.stringContaining("too much memory"),
      ],
      [
        "the same behind a harmless frame",
        Buffer.concat([Buffer.from(zstdSample, "base64"), zstdMagic, Buffer.from([0, 17 << 3]), Buffer.alloc(30)]),
        expect.stringContaining("too much memory"),
      ],
      [
        "a v1 file that ends early",
        '{"version":1,"width":80,"height":24,"stdout":[[0.5,"x"],[1,"y',
        expect.stringContaining("ends early"),
      ],
      [
        "a resize beyond the limit",
        cast({}, ['[0.5, "o", "a"]', '[0.5, "r", "9999x20"]']),
        `${looks}: at 1 s the terminal becomes 9999x20; 720x200 is the limit`,
      ],
    ])("%s", async (_, content, message) => {
      await refused(await server.upload(content), 422, invalid(message));
    });

    test("a terminal that is too large", async () => {
      await refused(await server.upload(cast({ term: { cols: 721, rows: 201 } })), 422, {
        type: "validation_failed",
        message: "Validation failed",
        details: [
          { field: "term_cols", message: "must be less than or equal to 720" },
          { field: "term_rows", message: "must be less than or equal to 200" },
        ],
      });
    });

    test("settings that do not fit", async () => {
      const fields = { visibility: "secret", title: "x".repeat(129) };
      await refused(await server.upload(cast(), { fields }), 422, {
        type: "validation_failed",
        message: "Validation failed",
        details: [
          { field: "visibility", message: "is invalid" },
          { field: "title", message: "should be at most 128 character(s)" },
        ],
      });
    });

    const unauthenticated = (message: string) => ({ type: "unauthenticated", message });
    test.each([
      [undefined, "Missing installation ID"],
      ["Bearer x", "Missing installation ID"],
      ["Basic %%%", "Missing installation ID"],
      [`Basic ${btoa(installId)}`, "Missing installation ID"],
      [`Basic ${btoa(`a:b:${installId}`)}`, "Missing installation ID"],
      [basic("nonsense"), "Invalid installation ID"],
      [basic(installId.toUpperCase()), "Invalid installation ID"],
    ])("authorization %j", async (authorization, message) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const answer = await server.request("/api/v1/recordings", { method: "POST", headers, body: form(cast()) });
      expect(answer.headers.get("www-authenticate")).toContain("Basic");
      await refused(answer, 401, unauthenticated(message));
    });

    test("an install id that was revoked", async () => {
      const id = "aaaaaaaa-89ab-cdef-0123-456789abcdef";
      await server.upload(cast(), { installId: id });
      before = stored();
      rows = await count();
      await server.db.updateTable("clis").set({ revoked_at: 1 }).where("revoked_at", "is", null).execute();
      try {
        await refused(
          await server.upload(cast(), { installId: id }),
          401,
          unauthenticated("This installation ID has been revoked"),
        );
      } finally {
        await server.db.updateTable("clis").set({ revoked_at: null }).execute();
      }
    });

    test.each([
      ["no file", () => form(cast(), { field: "other" }), /no file in the field "file"/],
      ["the file as a plain field", () => new URLSearchParams({ file: "x" }), /multipart/],
      ["no body", () => null, /multipart/],
    ])("%s", async (_, body, message) => {
      const answer = await server.request("/api/v1/recordings", {
        method: "POST",
        headers: { authorization: basic(installId) },
        body: body(),
      });
      await refused(answer, 400, { type: "bad_request", message: expect.stringMatching(message) });
    });

    test("a form that breaks off", async () => {
      const whole = new Uint8Array(await new Response(form(cast())).arrayBuffer());
      const type = new Response(form(cast())).headers.get("content-type")!;
      const boundary = Buffer.from(whole).toString("latin1").split("\r\n")[0]!.slice(2);
      const answer = await server.request("/api/v1/recordings", {
        method: "POST",
        headers: {
          authorization: basic(installId),
          "content-type": type.replace(/boundary=.*/, `boundary=${boundary}`),
        },
        body: whole.subarray(0, whole.length - 60),
      });
      await refused(answer, 400, { type: "bad_request", message: expect.stringContaining("Broken form") });
    });

    test("an answer that cannot be JSON", async () => {
      await refused(await server.upload(cast(), { headers: { accept: "text/html" } }), 406, {
        type: "not_acceptable",
        message: "Only JSON can be answered here",
      });
    });

    test("a file larger than the limit, however its length is told", async () => {
      const small = await start({ uploadSizeLimit: 2_000_000 });
      try {
        const large = cast({}, Array(120_000).fill('[0.001, "o", "xxxxxxxx"]'));
        const body = {
          type: "content_too_large",
          message: "The recording exceeds the server-configured size limit (2 MB)",
        };
        const answer = await small.upload(large, { headers: { "content-length": String(large.length + 300) } });
        expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 413, body });
        const chunked = await small.upload(large);
        expect({ status: chunked.status, body: await chunked.json() }).toEqual({ status: 413, body });
        // Small as sent, large unpacked.
        const bomb = gzipSync(cast({}, Array(1_000_000).fill('[0.001, "o", "xxxxxxxx"]')));
        expect(bomb.length).toBeLessThan(2_000_000);
        const unpacked = await small.upload(bomb);
        expect(unpacked.status).toBe(413);
        expect(readdirSync(join(small.folder, "drafts"))).toEqual([]);
      } finally {
        await small.close();
      }
    });

    test("lines that would have to be in memory at once, beyond 16 MB", async () => {
      const mega = "x".repeat(1024 * 1024);
      const line = (size: number) =>
        cast({}, ['[0.5, "o", "a"]', `[0.1, "o", "${mega.repeat(size)}"]`, '[1, "o", "b"]']);
      const fits = await server.upload(gzipSync(line(15)));
      expect(fits.status).toBe(201);
      before = stored();
      rows = await count();
      await refused(await server.upload(gzipSync(line(17))), 422, invalid(`${looks}: line 3 is longer than 16 MB`));
      await refused(
        await server.upload(gzipSync(line(17).split("\n")[2]!.replace("[", "{"))),
        422,
        invalid(`${looks}: line 1 is longer than 16 MB`),
      );
      const stdout = Array.from({ length: 17 }, () => [0.5, mega]);
      const one = JSON.stringify({ version: 1, width: 80, height: 24, duration: 1, stdout }, null, 1);
      const message = `${looks}: its header, or all of a version 1, is longer than 16 MB`;
      await refused(await server.upload(gzipSync(one)), 422, invalid(message));
    });

    test("any bytes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string()), async (content) => {
          const answer = await server.upload(content);
          expect(answer.status).toBe(422);
        }),
        { numRuns: 30 },
      );
      expect(stored()).toEqual(before);
    });
  });

  describe("limits for those without an account", () => {
    test("uploads can be refused to them", async () => {
      const strict = await start({ uploadAuthRequired: true });
      try {
        const answer = await strict.upload(cast());
        expect(answer.status).toBe(401);
        expect(await answer.json()).toEqual({ type: "account_required", message: "This action requires an account" });
        expect(await strict.db.selectFrom("users").selectAll().execute()).toEqual([]);
      } finally {
        await strict.close();
      }
    });

    test("the number of recordings is kept, also against uploads at the same moment", async () => {
      const strict = await start({ unregisteredUploadCountLimit: 2 });
      try {
        const answers = await Promise.all([1, 2, 3, 4].map(() => strict.upload(cast())));
        expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 403, 403]);
        const refused = answers.find((answer) => answer.status === 403)!;
        expect(await refused.json()).toEqual({
          type: "upload_limit_reached",
          message: "Unregistered upload limit reached (2 recordings)",
        });
        expect(readdirSync(join(strict.folder, "drafts"))).toEqual([]);
        expect((await strict.upload(cast(), { installId: otherInstallId })).status).toBe(201);
      } finally {
        await strict.close();
      }
    });
  });

  test("an unknown machine gets a placeholder, known by the hash of its id only", async () => {
    const id = "bbbbbbbb-0000-4000-8000-000000000001";
    await Promise.all([1, 2].map(() => server.upload(cast(), { installId: id, username: "a-very-long-user-name" })));
    const users = await server.db
      .selectFrom("users")
      .selectAll()
      .where("temporary_username", "=", "a-very-long-user")
      .execute();
    expect(users).toHaveLength(1);
    const clis = await server.db.selectFrom("clis").selectAll().where("user_id", "=", users[0]!.id).execute();
    expect(clis).toHaveLength(1);
    expect(clis[0]!.token_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(clis)).not.toContain(id);
    expect(server.logged.join("")).not.toContain(id);
  });

  describe("an owner", () => {
    const send = (method: string, id: string | number, body?: unknown, as = installId, type = "application/json") =>
      server.request(`/api/v1/recordings/${id}`, {
        method,
        headers: { authorization: basic(as), "content-type": type },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });

    test.each(["PUT", "PATCH"])("changes a recording by %s, addressed by number or token", async (method) => {
      const { id, url } = await uploaded(cast());
      const answer = await send(method, id, { title: "New", visibility: "public", markers: "1 - a" });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({
        id,
        title: "New",
        visibility: "public",
        url: `http://casts.example.org/a/${id}`,
      });
      const token = new URL(url!).pathname.split("/").at(-1)!;
      const back = await send(
        method,
        token,
        "title=&visibility=private",
        installId,
        "application/x-www-form-urlencoded",
      );
      expect(await back.json()).toMatchObject({ title: null, visibility: "private", url });
    });

    test("deletes a recording, its file too", async () => {
      const { id, url } = await uploaded(cast());
      const { file_key } = await server.db
        .selectFrom("recordings")
        .select("file_key")
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      const answer = await send("DELETE", id);
      expect(answer.status).toBe(204);
      expect(await answer.text()).toBe("");
      await expect(server.files.local(file_key)).rejects.toThrow(/no file/);
      expect((await server.request(new URL(url!).pathname)).status).toBe(404);
      expect((await send("DELETE", id)).status).toBe(404);
    });

    test("is told which settings do not fit", async () => {
      const { id } = await uploaded(cast());
      const answer = await send("PATCH", id, { speed: 0 });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toEqual({
        type: "validation_failed",
        message: "Validation failed",
        details: [{ field: "speed", message: "must be greater than 0" }],
      });
    });

    test.each([
      ["not JSON", "{"],
      ["an array", "[]"],
      ["nothing", ""],
    ])("is told that %s is no body", async (_, body) => {
      const { id } = await uploaded(cast());
      expect((await send("PATCH", id, body)).status).toBe(400);
    });

    test("is told that a body is too large", async () => {
      const { id } = await uploaded(cast());
      expect((await send("PATCH", id, { title: "x".repeat(100_000) })).status).toBe(413);
    });

    test("is the only one: others are told that there is no such recording, and leave no trace", async () => {
      const { id, url } = await uploaded(cast(), { fields: { visibility: "public" } });
      await uploaded(cast(), { installId: otherInstallId });
      const missing = { type: "not_found", message: "Recording not found" };
      for (const method of ["PUT", "PATCH", "DELETE"]) {
        for (const address of [id, new URL(url!).pathname.split("/").at(-1)!, 999_999, "x", "A".repeat(22)]) {
          const answer = await send(method, address, {}, otherInstallId);
          expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 404, body: missing });
        }
        const users = (await server.db.selectFrom("users").selectAll().execute()).length;
        const unknown = await send(method, id, {}, "cccccccc-0000-4000-8000-000000000001");
        expect(unknown.status).toBe(401);
        expect(await unknown.json()).toEqual({ type: "account_required", message: "This action requires an account" });
        expect((await server.db.selectFrom("users").selectAll().execute()).length).toBe(users);
      }
      expect((await server.request(new URL(url!).pathname)).status).toBe(200);
    });
  });

  test("uploads are limited per address; this machine is not", async () => {
    const from = "203.0.113.77";
    const attempt = () => server.request("/api/v1/recordings", { method: "POST", body: form(cast()), from });
    for (let i = 0; i < 10; i++) expect((await attempt()).status).toBe(401);
    const answer = await attempt();
    expect(answer.status).toBe(429);
    expect(answer.headers.get("x-ratelimit-limit")).toBe("10");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ type: "too_many_requests" });
    server.now += 60_000;
    expect((await attempt()).status).toBe(401);
  });

  test("what is not there is JSON too", async () => {
    const answer = await server.request("/api/v1/nonsense");
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ type: "not_found", message: "Resource not found" });
  });
});
