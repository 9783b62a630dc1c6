import { createHash } from "node:crypto";
import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LiveServer, startLiveServer, TestProducer, TestViewer, type ToldStream } from "../../test/live.js";

let server: LiveServer;
beforeAll(async () => {
  server = await startLiveServer({ STREAM_RECORDING_SIZE_LIMIT: "200000", STREAM_RATE_LIMIT: "0" });
});
afterAll(() => server.close());

/** The recordings of a stream, as soon as there are so many. */
async function recordings(stream: ToldStream, count = 1) {
  for (let i = 0; i < 400; i++) {
    const rows = await server.db.selectFrom("recordings").selectAll().where("stream_id", "=", stream.id).execute();
    const open = await server.db.selectFrom("stream_sessions").select("id").execute();
    if (rows.length >= count && open.length === 0) return rows;
    await wait(25);
  }
  throw new Error("there are no such recordings");
}

async function content(recording: { secret_token: string }): Promise<string> {
  return (await server.fetch(`/a/${recording.secret_token}.cast`)).text();
}

async function finish(producer: TestProducer): Promise<void> {
  producer.event({ time: 99_000_000, type: "exit", status: 0 });
  await producer.close(1000);
}

async function settled(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400 && !(await isSo()); i++) await wait(25);
}

test("what was on so far has what was typed only if the stream shows it", async () => {
  for (const keystroke_overlay of [true, false]) {
    const stream = await server.stream({ keystroke_overlay });
    const producer = await TestProducer.begin(server, stream);
    producer.output('\u2028[0.001, "i", "no line"]', 1_000_000);
    producer.event({ time: 2_000_000, type: "input", text: "secret\u2028 word" });
    producer.event({ time: 2_300_000, type: "input", text: '"' });
    producer.output("x".repeat(100_000), 3_500_000);
    producer.output("the end", 3_500_000);
    const cast = async () => (await server.fetch(`/s/${stream.token}.cast`)).text();
    await settled(async () => (await cast()).includes("the end"));
    const [, ...events] = (await cast()).trim().split("\n");
    expect(events.map((line) => JSON.parse(line))).toEqual(
      keystroke_overlay
        ? [
            [1, "o", '\u2028[0.001, "i", "no line"]'],
            [1, "i", "secret\u2028 word"],
            [0.3, "i", '"'],
            [1.2, "o", "x".repeat(100_000)],
            [0, "o", "the end"],
          ]
        : [
            // Not even how often something was typed, and when, is told.
            [1, "o", '\u2028[0.001, "i", "no line"]'],
            [2.5, "o", "x".repeat(100_000)],
            [0, "o", "the end"],
          ],
    );
    await finish(producer);
    // Its owner has all of it.
    const [recording] = await recordings(stream);
    expect(await content(recording!)).toContain("secret");
  }
});

test.skipIf(process.platform !== "linux")("asking only whether there is something leaves no file open", async () => {
  const stream = await server.stream();
  const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
  producer.output("x".repeat(190_000), 1000);
  await producer.until(() => producer.acks.at(-1) === 1);
  const open = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(`${server.folder}/files/streams/`);
      } catch {
        return false; // closed meanwhile
      }
    });
  for (let i = 0; i < 3; i++) {
    const headers = { "accept-encoding": i === 0 ? "gzip" : "identity" };
    const answer = await server.fetch(`/s/${stream.token}.cast`, { method: "HEAD", headers });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-asciicast"]);
  }
  await wait(300); // time to read ahead, for who would do that
  await settled(async () => open().length === 0);
  expect(open()).toEqual([]);
  // Who asks for it still gets it.
  expect((await (await server.fetch(`/s/${stream.token}.cast`)).text()).length).toBeGreaterThan(190_000);
  await finish(producer);
});

describe("a stream", () => {
  test("becomes a recording of its owner's, with all that was said about it", async () => {
    const stream = await server.stream({
      title: "Release",
      audio_url: "https://example.org/a.ogg",
      term_type: "xterm-256color",
      env: { SHELL: "/bin/bash" },
      visibility: "public",
    });
    const theme = { fg: "#ffffff", bg: "#000000", palette: Array<string>(16).fill("#112233") };
    const producer = await TestProducer.begin(server, stream, { time: 1_000_000, dump: "$ ", theme });
    producer.output("ls\r\n", 1_500_000);
    producer.event({ time: 2_000_000, type: "input", text: "x" });
    producer.event({ time: 2_500_400, type: "marker", label: "chapter" });
    producer.event({ time: 3_000_800, type: "resize", cols: 100, rows: 30 });
    producer.output("é🐢", 3_001_200);
    producer.event({ time: 4_000_000, type: "exit", status: 2 });
    await producer.close(1000);
    const [recording] = await recordings(stream);
    expect(recording).toMatchObject({
      title: "Release",
      audio_url: "https://example.org/a.ogg",
      visibility: "unlisted", // as the owner's recordings are, not as the stream was
      term_cols: 80,
      term_type: "xterm-256color",
      shell: "/bin/bash",
      file_name: "stream.cast",
      version: 3,
    });
    const [header, ...events] = (await content(recording!)).trim().split("\n");
    expect(JSON.parse(header!)).toMatchObject({
      version: 3,
      term: { cols: 80, rows: 24, type: "xterm-256color", theme: { fg: "#ffffff" } },
      title: "Release",
      env: { SHELL: "/bin/bash" },
    });
    expect(events.map((line) => JSON.parse(line))).toEqual([
      [0, "o", "$ "],
      [0.5, "o", "ls\r\n"],
      [0.5, "i", "x"],
      [0.5, "m", "chapter"],
      [0.501, "r", "100x30"],
      [0, "o", "é🐢"],
      [0.999, "x", "2"],
    ]);
    expect(
      createHash("sha256")
        .update(await content(recording!))
        .digest("hex"),
    ).toBe(recording!.content_hash);
  });

  test("is acknowledged only as far as it is stored", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    await producer.until(() => producer.acks.length === 1);
    for (let i = 0; i < 200; i++) producer.output(`${i}\r\n`);
    await producer.until(() => producer.acks.at(-1) === 200);
    expect(producer.acks[0]).toBe(0);
    const piece = await server.db
      .selectFrom("stream_pieces")
      .select(["last_id"])
      .orderBy("last_id", "desc")
      .executeTakeFirstOrThrow();
    expect(piece.last_id).toBe(200);
    await finish(producer);
    await recordings(stream);
  });

  test("whose producer was cut off goes on in the same recording, with nothing missing and nothing twice", async () => {
    const stream = await server.stream();
    let producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    const lines: string[] = [];
    let sent = 0;
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 50; i++) {
        lines.push(`line ${++sent}\r\n`);
        producer.output(lines.at(-1)!, sent * 10_000);
      }
      await wait(round * 250); // some of it stored, some not
      producer.cut();
      const next = await new TestProducer(server, stream, ["v1.alis.ack"]).open();
      await next.until(() => next.acks.length > 0);
      const known = next.acks[0]!;
      next.begin({ lastId: known, time: known * 10_000, ...(known === 0 && { dump: "" }) });
      // It sends everything again that was not acknowledged.
      for (let id = known + 1; id <= sent; id++) next.output(lines[id - 1]!, id * 10_000);
      producer = next;
    }
    await finish(producer);
    const made = await recordings(stream);
    const texts = [];
    for (const recording of made) {
      const [, ...events] = (await content(recording)).trim().split("\n");
      texts.push(...events.map((line) => JSON.parse(line)).filter(([, code]) => code === "o"));
    }
    expect(made).toHaveLength(1);
    expect(texts.map(([, , text]) => text)).toEqual(lines);
  });

  test("whose producer could not send all has the screen, and says what is missing", async () => {
    const stream = await server.stream();
    const first = await TestProducer.begin(server, stream);
    first.output("one\r\n", 1_000_000);
    first.cut();
    const again = await TestProducer.begin(server, stream, {
      lastId: 8,
      time: 9_000_000,
      cols: 90,
      dump: "one\r\ntwo\r\n",
    });
    again.output("three", 10_000_000);
    await finish(again);
    const [recording] = await recordings(stream);
    const [, ...lines] = (await content(recording!)).trim().split("\n");
    expect(lines).toEqual([
      '[1.000, "o", "one\\r\\n"]',
      "# the connection was lost: 7 events are missing here",
      '[8.000, "r", "90x24"]',
      '[0.000, "o", "\\u001bcone\\r\\ntwo\\r\\n"]',
      '[1.000, "o", "three"]',
      '[89.000, "x", "0"]',
    ]);
  });

  test("that begins anew makes another recording", async () => {
    const stream = await server.stream();
    const first = await TestProducer.begin(server, stream);
    first.output("one");
    first.output("two");
    const viewer = await TestViewer.open(server, stream.token);
    await viewer.shows("onetwo");
    first.cut();
    const second = await TestProducer.begin(server, stream, { time: 0 });
    second.output("three");
    await viewer.shows("three");
    await finish(second);
    const made = await recordings(stream, 2);
    expect(await Promise.all(made.map(content))).toEqual([
      expect.stringContaining('"one"'),
      expect.stringContaining('"three"'),
    ]);
    await viewer.close();
  });

  test("that is set live again while its producer is away ends what was", async () => {
    const stream = await server.stream();
    const first = await TestProducer.begin(server, stream);
    const viewer = await TestViewer.open(server, stream.token);
    first.output("one");
    await viewer.shows("one");
    first.cut();
    await wait(100);
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: true });
    expect(await recordings(stream)).toHaveLength(1);
    // Even one that was further than the former one.
    const second = await TestProducer.begin(server, stream, { lastId: 9, time: 5_000_000, dump: "two" });
    await viewer.shows("two");
    await finish(second);
    expect(await recordings(stream, 2)).toHaveLength(2);
    await viewer.close();
  });

  test("without events leaves nothing", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream);
    const viewer = await TestViewer.open(server, stream.token);
    await viewer.until(() => viewer.types.includes("init"));
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: false });
    await producer.closed;
    await settled(async () => (await server.db.selectFrom("stream_sessions").select("id").execute()).length === 0);
    expect(await recordings(stream, 0)).toEqual([]);
    await viewer.close();
  });

  test("that is deleted while it is on leaves its recording", async () => {
    const stream = await server.stream({ title: "Gone" });
    const producer = await TestProducer.begin(server, stream);
    const viewer = await TestViewer.open(server, stream.token);
    producer.output("kept");
    await viewer.shows("kept");
    await server.api("DELETE", `/api/v1/streams/${stream.id}`);
    const kept = () => server.db.selectFrom("recordings").selectAll().where("title", "=", "Gone").execute();
    await settled(async () => (await kept()).length > 0);
    expect(await kept()).toMatchObject([{ stream_id: null }]);
    await producer.closed;
  });

  test("is recorded up to the limit, and goes on", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    const viewer = await TestViewer.open(server, stream.token);
    const line = `${"x".repeat(990)}\r\n`;
    for (let i = 0; i < 300; i++) producer.output(line, i * 1000);
    producer.output("the end", 400_000);
    await viewer.shows("the end");
    await producer.until(() => producer.acks.at(-1) === 301);
    await finish(producer);
    const [recording] = await recordings(stream);
    const text = await content(recording!);
    expect(text.length).toBeLessThan(205_000);
    expect(text.trimEnd().split("\n").at(-1)).toBe(
      "# the recording ends here: 200000 bytes are the limit of this server",
    );
    await viewer.close();
  });

  test("is not recorded when its owner does not want it", async () => {
    await server.db.updateTable("users").set({ stream_recording_enabled: false }).execute();
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    producer.output("lost");
    // What viewers have is all that can be safe.
    await producer.until(() => producer.acks.at(-1) === 1);
    await finish(producer);
    await wait(300);
    expect(await recordings(stream, 0)).toEqual([]);
    await server.db.updateTable("users").set({ stream_recording_enabled: null }).execute();
  });
});

test.each([
  ["disabled", true, 0],
  ["forced", false, 1],
])("STREAM_RECORDING=%s decides for the owner", async (mode, wanted, count) => {
  const other = await startLiveServer({ STREAM_RECORDING: mode });
  await other.db.updateTable("users").set({ stream_recording_enabled: wanted }).execute();
  const stream = await other.stream();
  const producer = await TestProducer.begin(other, stream);
  producer.output("said");
  await finish(producer);
  const made = () => other.db.selectFrom("recordings").select("id").execute();
  const left = () => other.db.selectFrom("stream_sessions").select("id").execute();
  for (let i = 0; i < 200 && ((await made()).length < count || (await left()).length > 0); i++) await wait(25);
  expect(await made()).toHaveLength(count);
  await other.close();
});

test("what was interrupted is finished at the next start", async () => {
  const other = await startLiveServer();
  const stream = await other.stream({ title: "Interrupted" });
  const producer = await TestProducer.begin(other, stream, {}, ["v1.alis.ack"]);
  producer.output("said");
  await producer.until(() => producer.acks.at(-1) === 1);
  // As if the server had ended while it was ending the stream.
  await other.db.updateTable("streams").set({ live: false }).execute();
  await other.restart();
  const rows = await other.db.selectFrom("recordings").select("title").execute();
  expect(rows).toEqual([{ title: "Interrupted" }]);
  expect(await other.db.selectFrom("stream_sessions").select("id").execute()).toEqual([]);
  await other.close();
});

test("who does not come back after a restart is not waited for longer than the grace period", async () => {
  const other = await startLiveServer({ STREAM_GRACE_PERIOD: "1" });
  const stream = await other.stream();
  const producer = await TestProducer.begin(other, stream);
  producer.output("said");
  await wait(50);
  await other.restart();
  const row = () => other.db.selectFrom("streams").select("live").where("id", "=", stream.id).executeTakeFirst();
  for (let i = 0; i < 200 && (await row())!.live; i++) await wait(25);
  const made = () => other.db.selectFrom("recordings").select("id").execute();
  for (let i = 0; i < 200 && (await made()).length === 0; i++) await wait(25);
  expect(await made()).toHaveLength(1);
  await other.close();
});
