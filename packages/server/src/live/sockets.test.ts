import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, otherInstallId } from "../../test/harness.js";
import { type LiveServer, startLiveServer, TestProducer, TestViewer } from "../../test/live.js";
import { userWithMachine } from "../../test/users.js";
import { hashOf, randomToken } from "../token.js";

let server: LiveServer;
beforeAll(async () => {
  server = await startLiveServer(
    {
      STREAM_BURST_LIMIT: "100000",
      STREAM_RATE_LIMIT: "1000",
      STREAM_MESSAGE_LIMIT: "50000",
      STREAM_VIEWER_LIMIT: "3",
    },
    { guessDelay: 0, headerTimeout: 300, heartbeat: 400, progress: 100 },
  );
});
afterAll(() => server.close());

const row = (id: number) => server.db.selectFrom("streams").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isSo()) return;
    await wait(25);
  }
  throw new Error("waited in vain");
}

/** Signs somebody in and gives the header that says so. */
async function cookie(username: string): Promise<Record<string, string>> {
  const user = await server.db
    .selectFrom("users")
    .select("id")
    .where("username", "=", username)
    .executeTakeFirstOrThrow();
  const token = randomToken(32);
  const now = Date.now();
  const session = { user_id: user.id, token_hash: hashOf(token), user_agent: null, created_at: now, used_at: now };
  await server.db.insertInto("sessions").values(session).execute();
  return { cookie: `session=${token}` };
}

describe("a viewer", () => {
  test("who is there from the start and one who comes late see the same", async () => {
    const stream = await server.stream({ visibility: "public" });
    const early = await TestViewer.open(server, stream.token);
    expect(early.socket.protocol).toBe("v1.alis");
    const producer = await TestProducer.begin(server, stream, { dump: "$ " });
    await early.shows("$");
    producer.output("ls\r\n\x1b[31mred\x1b[0m é世界");
    producer.event({ time: 5000, type: "resize", cols: 100, rows: 30 });
    await early.shows("世界");
    const late = await TestViewer.open(server, stream.token);
    // Public streams are also found by their numbers.
    const byNumber = await TestViewer.open(server, String(stream.id));
    for (const viewer of [late, byNumber]) {
      await viewer.until(() => viewer.types.length > 0);
      expect(viewer.types).toEqual(["init"]);
      expect(viewer.terminal.dump()).toBe(early.terminal.dump());
    }
    producer.output("more");
    producer.event({ time: 9000, type: "marker", label: "here" });
    producer.event({ time: 9000, type: "input", text: "secret" });
    producer.event({ time: 9000, type: "exit", status: 3 });
    await late.until(() => late.types.includes("exit"));
    expect(late.types).toEqual(["init", "output", "marker", "exit"]);
    expect(late.messages.at(-1)).toMatchObject({ status: 3 });
    await producer.close(1000);
    await late.until(() => late.types.includes("eot"));
    for (const viewer of [early, late, byNumber]) await viewer.close();
  });

  test("stays for the next session", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    const first = await TestProducer.begin(server, stream);
    first.output("one");
    await viewer.shows("one");
    first.event({ time: 1, type: "exit", status: 0 });
    await first.close(1000);
    await viewer.until(() => viewer.types.at(-1) === "eot");
    await eventually(async () => !(await row(stream.id)).live);
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: true });
    const second = await TestProducer.begin(server, stream);
    second.output("two");
    await viewer.shows("two");
    expect(viewer.screen).toBe("two");
    second.cut();
    await viewer.close();
  });

  test("sees what is typed only if the owner shows keys", async () => {
    const stream = await server.stream({ keystroke_overlay: true });
    const producer = await TestProducer.begin(server, stream);
    const viewer = await TestViewer.open(server, stream.token);
    await viewer.until(() => viewer.types.includes("init"));
    producer.event({ time: 1, type: "input", text: "x" });
    await viewer.until(() => viewer.types.includes("input"));
    producer.cut();
    await viewer.close();
  });

  test("of a private stream has to be its owner; for all others it is not there", async () => {
    const stream = await server.stream({ visibility: "private" });
    await userWithMachine(server.db, "lin", otherInstallId);
    const missing = { code: 4040, reason: "stream not found" };
    expect(await new TestViewer(server, "x".repeat(16)).closed).toEqual(missing);
    expect(await new TestViewer(server, stream.token).closed).toEqual(missing);
    expect(await new TestViewer(server, String(stream.id)).closed).toEqual(missing);
    expect(await new TestViewer(server, stream.token, ["v1.alis"], await cookie("lin")).closed).toEqual(missing);
    const own = await cookie("mira");
    // What a page of another site asks for is not asked for by the owner.
    const elsewhere = { ...own, origin: "https://evil.example" };
    expect(await new TestViewer(server, stream.token, ["v1.alis"], elsewhere).closed).toEqual(missing);
    const viewer = await TestViewer.open(server, stream.token, { ...own, origin: `http://127.0.0.1:${server.port}` });
    const producer = await TestProducer.begin(server, stream, { dump: "mine" });
    await viewer.shows("mine");
    producer.cut();
    await viewer.close();
  });

  test("is sent away when the stream is made private, and when it is deleted", async () => {
    const stream = await server.stream({ visibility: "unlisted" });
    const guest = await TestViewer.open(server, stream.token);
    const owner = await TestViewer.open(server, stream.token, await cookie("mira"));
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { visibility: "private" });
    expect(await guest.closed).toEqual({ code: 4040, reason: "stream not found" });
    const producer = await TestProducer.begin(server, stream, { dump: "still here" });
    await owner.shows("still here");
    await server.api("DELETE", `/api/v1/streams/${stream.id}`);
    expect(await owner.closed).toEqual({ code: 4040, reason: "stream not found" });
    expect(await producer.closed).toEqual({ code: 4040, reason: "stream not found" });
  });

  test("of an account that must not stream (any more) finds nothing", async () => {
    const stream = await server.stream();
    await server.db.updateTable("users").set({ streaming_enabled: false }).execute();
    expect((await new TestViewer(server, stream.token).closed).code).toBe(4040);
    expect((await new TestProducer(server, stream).closed).code).toBe(4040);
    await server.db.updateTable("users").set({ streaming_enabled: null }).execute();
  });

  test("has to speak ALiS", async () => {
    const stream = await server.stream();
    for (const protocols of [[], ["v2.asciicast"]]) {
      const viewer = new TestViewer(server, stream.token, protocols);
      if (protocols.length === 0) {
        expect(await viewer.closed).toEqual({ code: 1002, reason: "protocol negotiation failed" });
      } else expect((await viewer.closed).code).toBe(1006); // the client gives up: its offer was not taken
    }
  });

  test("comes again later when there are too many", async () => {
    const stream = await server.stream();
    const seated = [];
    for (let i = 0; i < 3; i++) seated.push(await TestViewer.open(server, stream.token));
    expect(await new TestViewer(server, stream.token).closed).toEqual({ code: 1013, reason: "too many viewers" });
    await seated[0]!.close();
    const next = await TestViewer.open(server, stream.token);
    await wait(50);
    expect(next.socket.readyState).toBe(next.socket.OPEN);
    for (const viewer of [...seated, next]) await viewer.close();
  });

  test("has nothing to say", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    viewer.socket.send("hello");
    viewer.socket.send(new Uint8Array(2000));
    expect((await viewer.closed).code).toBe(1009);
  });

  test("that does not read gets the present when it does, and keeps nobody waiting", async () => {
    const big = await startLiveServer({ STREAM_RATE_LIMIT: "0", STREAM_RECORDING: "disabled" });
    const stream = await big.stream();
    const producer = await TestProducer.begin(big, stream);
    const slow = await TestViewer.open(big, stream.token);
    const quick = await TestViewer.open(big, stream.token);
    await slow.until(() => slow.types.includes("init"));
    slow.socket.pause();
    const line = `${"x".repeat(1000)}\r\n`;
    for (let i = 0; i < 20_000; i++) producer.output(line, i);
    producer.output("\x1b[2J\x1b[Hthe end", 30_000);
    await quick.shows("the end");
    // Hundreds of frames are missing at the slow one, which needs none of them.
    slow.socket.resume();
    await slow.shows("the end");
    expect(slow.types.filter((type) => type === "init").length).toBeGreaterThan(1);
    expect(slow.messages.length).toBeLessThan(quick.messages.length);
    expect(slow.terminal.dump()).toBe(quick.terminal.dump());
    await big.close();
  });

  test("that is dead is noticed", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    viewer.socket.pong = () => {};
    // It answers no ping: its socket does not read any more.
    viewer.socket.pause();
    const began = Date.now();
    await eventually(async () => {
      const next = await TestViewer.open(server, stream.token);
      const others = [await TestViewer.open(server, stream.token), new TestViewer(server, stream.token)];
      const full = await Promise.race([others[1]!.closed.then(({ code }) => code), wait(100).then(() => 0)]);
      for (const one of [next, ...others]) await one.close();
      return full !== 1013;
    });
    expect(Date.now() - began).toBeGreaterThan(200);
    viewer.cut();
  });
});

describe("a producer", () => {
  test("needs a token that this server gave, of a stream that is live", async () => {
    const stream = await server.stream({ live: false });
    const missing = { code: 4040, reason: "stream not found" };
    expect(await new TestProducer(server, stream).closed).toEqual(missing);
    const forged = `${stream.ws_producer_url.slice(0, -1)}0`;
    const other = stream.ws_producer_url.endsWith("0") ? `${stream.ws_producer_url.slice(0, -1)}1` : forged;
    expect(await new TestProducer(server, { ...stream, ws_producer_url: other }).closed).toEqual(missing);
    const short = { ...stream, ws_producer_url: stream.ws_producer_url.slice(0, -40) };
    expect(await new TestProducer(server, short).closed).toEqual(missing);
  });

  test("may ask for any of the languages, and gets the first that is known", async () => {
    const stream = await server.stream();
    for (const [offered, chosen] of [
      [["v1.alis.ack", "v1.alis"], "v1.alis.ack"],
      [["v9.alis", "raw"], "raw"],
      [["v3.asciicast", "v1.alis"], "v3.asciicast"],
      [["v2.asciicast"], "v2.asciicast"],
    ] as const) {
      const producer = await new TestProducer(server, stream, [...offered]).open();
      expect(producer.socket.protocol).toBe(chosen);
      producer.cut();
    }
    expect(await new TestProducer(server, stream, ["v9.alis"]).refused).toBe(400);
  });

  test("must not offer nothing and say nothing", async () => {
    const producer = new TestProducer(server, await server.stream(), []);
    expect(await producer.closed).toEqual({ code: 4101, reason: "header timeout" });
  });

  test.each([
    ["0x24", { cols: 0, rows: 24 }],
    ["721x24", { cols: 721, rows: 24 }],
    ["80x201", { cols: 80, rows: 201 }],
  ])("must not have a terminal of %s", async (size, init) => {
    const producer = await TestProducer.begin(server, await server.stream(), init);
    expect(await producer.closed).toEqual({ code: 4003, reason: `invalid terminal size (${size})` });
    const resized = await TestProducer.begin(server, await server.stream());
    resized.event({ time: 1, type: "resize", ...init });
    expect((await resized.closed).code).toBe(4003);
  });

  test.each([
    ["no magic", (producer: TestProducer) => producer.raw(Uint8Array.of(1, 2, 3))],
    [
      "a torn frame",
      (producer: TestProducer) => {
        producer.raw(Buffer.from("ALiS\x01", "latin1"));
        producer.init();
        producer.raw(Uint8Array.of(0x6f, 1));
      },
    ],
    [
      "an unknown frame",
      (producer: TestProducer) => {
        producer.raw(Buffer.from("ALiS\x01", "latin1"));
        producer.raw(Uint8Array.of(0x7a, 1, 1));
      },
    ],
    ["text", (producer: TestProducer) => producer.raw("hello")],
  ])("must keep to what was agreed: %s", async (_, say) => {
    const producer = await new TestProducer(server, await server.stream()).open();
    say(producer);
    expect(await producer.closed).toEqual({ code: 4005, reason: "message parsing error" });
  });

  test("must not send more than its share", async () => {
    const producer = await TestProducer.begin(server, await server.stream());
    for (let i = 0; i < 12; i++) producer.output("x".repeat(10_000));
    expect(await producer.closed).toEqual({ code: 4004, reason: "bandwidth exceeded" });
  });

  test("must not send larger messages than are taken", async () => {
    const producer = await TestProducer.begin(server, await server.stream());
    producer.output("x".repeat(60_000));
    expect((await producer.closed).code).toBe(1009);
  });

  test("that comes later has the stream", async () => {
    const stream = await server.stream();
    const first = await TestProducer.begin(server, stream);
    const viewer = await TestViewer.open(server, stream.token);
    first.output("first");
    await viewer.shows("first");
    const second = await TestProducer.begin(server, stream, { dump: "second" });
    expect(await first.closed).toEqual({ code: 4002, reason: "ownership lost" });
    await viewer.shows("second");
    await eventually(async () => (await row(stream.id)).epoch > 1);
    second.cut();
    await viewer.close();
  });

  test("is told when its stream is ended elsewhere", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream);
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: false });
    expect(await producer.closed).toEqual({ code: 1000, reason: "stream ended" });
  });

  test("that was cut off finds everything as it was", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    const producer = await TestProducer.begin(server, stream);
    producer.output("before\r\n");
    await viewer.shows("before");
    producer.cut();
    const again = await TestProducer.begin(server, stream, { lastId: 1, time: 5000, dump: "before\r\n" });
    again.output("after", 6000);
    await viewer.shows("after");
    expect(viewer.types).not.toContain("eot");
    // One that has missed something is believed.
    again.cut();
    const last = await TestProducer.begin(server, stream, { lastId: 9, time: 9000, dump: "all new" });
    await viewer.shows("all new");
    expect(viewer.screen).toBe("all new");
    last.cut();
    await viewer.close();
  });

  test("is waited for only so long", async () => {
    const stream = await server.stream();
    await server.db.updateTable("streams").set({ grace_period: 1 }).where("id", "=", stream.id).execute();
    const viewer = await TestViewer.open(server, stream.token);
    const producer = await TestProducer.begin(server, stream);
    await viewer.until(() => viewer.types.includes("init"));
    producer.cut();
    await viewer.until(() => viewer.types.includes("eot"));
    await eventually(async () => !(await row(stream.id)).live);
    expect((await new TestProducer(server, stream).closed).code).toBe(4040);
    await viewer.close();
  });

  test.each([
    ["v1.alis, exit and goodbye", "v1.alis", true, 1000, true],
    ["v1.alis, goodbye without exit", "v1.alis", false, 1000, false],
    ["v1.alis, exit without goodbye", "v1.alis", true, undefined, false],
    ["raw, goodbye", "raw", false, 1000, true],
    ["v3.asciicast, goodbye without code", "v3.asciicast", false, 1005, true],
    ["raw, no goodbye", "raw", false, undefined, false],
  ])("%s: the stream ends at once or waits", async (_, protocol, exit, code, ends) => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    let producer: TestProducer;
    if (protocol === "v1.alis") {
      producer = await TestProducer.begin(server, stream);
      if (exit) producer.event({ time: 1, type: "exit", status: 0 });
    } else {
      producer = await new TestProducer(server, stream, [protocol]).open();
      producer.raw(protocol === "raw" ? "hi" : '{"version":3,"term":{"cols":80,"rows":24}}');
    }
    await viewer.until(() => viewer.types.includes("init"));
    if (code === undefined) producer.cut();
    else await producer.close(code === 1005 ? undefined : code);
    if (ends) await viewer.until(() => viewer.types.includes("eot"));
    else await wait(300);
    expect(viewer.types.includes("eot")).toBe(ends);
    await viewer.close();
  });

  test("can end a session and begin another", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    const producer = await TestProducer.begin(server, stream, { dump: "one" });
    await viewer.shows("one");
    producer.send({ type: "eot", time: 100, id: 1 });
    await viewer.until(() => viewer.types.includes("eot"));
    await eventually(async () => !(await row(stream.id)).live);
    producer.init({ dump: "two" });
    await viewer.shows("two");
    await eventually(async () => (await row(stream.id)).live);
    producer.cut();
    await viewer.close();
  });

  test.each([
    ["v2.asciicast", ['{"version":2,"width":70,"height":20}', '[0.5,"o","h\\u00e9llo"]']],
    ["v3.asciicast", ['{"version":3,"term":{"cols":70,"rows":20}}', "# note", '[0.5,"o","h\\u00e9llo"]']],
    ["raw", ["\x1b[8;20;70t", "héllo"]],
  ])("can speak %s, whether it says so or not", async (protocol, lines) => {
    for (const protocols of [[protocol], []]) {
      const stream = await server.stream();
      const viewer = await TestViewer.open(server, stream.token);
      const producer = await new TestProducer(server, stream, protocols).open();
      for (const line of lines) producer.raw(line);
      await viewer.shows("héllo");
      expect([viewer.terminal.cols, viewer.terminal.rows]).toEqual([70, 20]);
      await eventually(async () => (await row(stream.id)).protocol === protocol);
      await producer.close(1000);
      await viewer.close();
    }
  });

  test("of raw output may cut characters anywhere", async () => {
    const stream = await server.stream();
    const viewer = await TestViewer.open(server, stream.token);
    const producer = await new TestProducer(server, stream, ["raw"]).open();
    producer.raw("> ");
    for (const byte of Buffer.from("żółw 🐢!")) producer.raw(Uint8Array.of(byte));
    await viewer.shows("> żółw 🐢!");
    await producer.close(1000);
    await viewer.close();
  });
});

test("a stream that has just ended can begin again at once", async () => {
  const stream = await server.stream();
  for (let round = 0; round < 15; round++) {
    const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    producer.output(`round ${round}`);
    producer.event({ time: 1, type: "exit", status: 0 });
    await producer.close(1000);
    await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: true });
  }
  expect((await row(stream.id)).live).toBe(true);
});

test("whatever producers send, the server goes on", async () => {
  const stream = await server.stream();
  const number = fc.oneof(fc.nat(300), fc.constantFrom(0x7f, 0x80, 0xff, 2 ** 31));
  const init = Buffer.from("01000050180000", "hex");
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.constantFrom(0x01, 0x04, 0x69, 0x6d, 0x6f, 0x72, 0x78), fc.array(number, { maxLength: 9 }))
      .map(([type, numbers]) => Uint8Array.from([type, ...numbers.map((one) => one & 0xff)])),
    fc.constant(init),
  );
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '{"version":3,"term":{"cols":80,"rows":24}}',
      '[1,"o","x"]',
      '[1,"r","9x9"]',
      "[",
      "null",
      "\x1b[8;0;0t",
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("v1.alis.ack", "v1.alis", "v2.asciicast", "v3.asciicast", "raw", undefined),
      fc.array(fc.oneof(frame, line), { maxLength: 8 }),
      async (protocol, messages) => {
        const producer = await new TestProducer(server, stream, protocol ? [protocol] : []).open();
        if (protocol?.startsWith("v1")) {
          producer.raw(Buffer.from("ALiS\x01", "latin1"));
          producer.raw(init);
        }
        for (const message of messages) producer.raw(message);
        producer.socket.close(1000);
        const { code } = await producer.closed;
        expect([1000, 1005, 1006, 4003, 4005]).toContain(code);
        await server.api("PATCH", `/api/v1/streams/${stream.id}`, { live: true });
      },
    ),
    { numRuns: 60 },
  );
  expect(server.logged.filter((one) => one.includes("producer failed") || one.includes("not stored"))).toEqual([]);
});

describe("sockets", () => {
  test("are upgraded only where there are some", async () => {
    for (const path of ["/ws/s/abc", "/ws/S/abc"]) {
      const answer = await server.fetch(path);
      expect([answer.status, await answer.text()]).toEqual([400, ""]);
    }
    const stream = { url: "", ws_producer_url: `ws://x/ws/x/${"a".repeat(16)}`, id: 1, live: true, token: "" };
    expect(await new TestProducer(server, stream).refused).toBe(404);
  });

  test("are not opened too often", async () => {
    const far = { "x-forwarded-for": "203.0.113.7" };
    const stream = await server.stream();
    const refused: number[] = [];
    for (let i = 0; i < 60 && refused.length === 0; i++) {
      const viewer = new TestViewer(server, stream.token, ["v1.alis"], far);
      const status = await Promise.race([viewer.refused, viewer.open().then(() => 101)]);
      if (status !== 101) refused.push(status);
      else await viewer.close();
    }
    expect(refused).toEqual([429]);
  });

  test("say that the server will be back, where everything goes on", async () => {
    const stream = await server.stream();
    const producer = await TestProducer.begin(server, stream, {}, ["v1.alis.ack"]);
    const viewer = await TestViewer.open(server, stream.token);
    producer.output("kept");
    await viewer.shows("kept");
    await server.restart();
    const closed = { code: 1012, reason: "server restarts" };
    expect([await producer.closed, await viewer.closed]).toEqual([closed, closed]);
    expect(producer.acks.at(-1)).toBe(1);
    // The screen is there before the producer is.
    const back = await TestViewer.open(server, stream.token);
    await back.shows("kept");
    const again = await TestProducer.begin(server, stream, { lastId: 1, time: 1 }, ["v1.alis.ack"]);
    again.output(" and continued", 2000);
    await back.shows("kept and continued");
    expect(again.acks[0]).toBe(1);
    expect(back.types).toEqual(["init", "output"]);
    again.cut();
    await back.close();
  });
});

test("a stream of somebody who removes their account ends at once", async () => {
  const own = "aaaaaaaa-1111-2222-3333-444444444444";
  await userWithMachine(server.db, "tam", own);
  const made = await server.api("POST", "/api/v1/streams", { live: true }, own);
  const told = (await made.json()) as { id: number; url: string; ws_producer_url: string };
  const stream = { ...told, live: true, token: told.url.split("/").at(-1)! };
  const producer = await TestProducer.begin(server, stream, { dump: "mine" });
  const viewer = await TestViewer.open(server, stream.token);
  await viewer.shows("mine");
  const headers = { ...(await cookie("tam")), "content-type": "application/x-www-form-urlencoded" };
  const form = await (await server.fetch("/user/delete", { headers: { ...headers, accept: "text/html" } })).text();
  const _token = /name="_token" value="([^"]*)"/.exec(form)![1]!;
  const body = new URLSearchParams({ _token, username: "tam" }).toString();
  const deleted = await server.fetch("/user/delete", { method: "POST", headers, body, redirect: "manual" });
  expect(deleted.status).toBe(303);
  expect((await producer.closed).code).toBe(4040);
  expect((await viewer.closed).code).toBe(4040);
});

test("who watches is counted", async () => {
  const stream = await server.stream();
  const producer = await TestProducer.begin(server, stream);
  const viewers = [await TestViewer.open(server, stream.token), await TestViewer.open(server, stream.token)];
  await eventually(async () => (await row(stream.id)).current_viewer_count === 2);
  await viewers[0]!.close();
  await eventually(async () => (await row(stream.id)).current_viewer_count === 1);
  expect(await row(stream.id)).toMatchObject({ peak_viewer_count: 2, live: true, term_cols: 80 });
  const metrics = await (await server.fetch("/metrics")).text();
  expect(metrics).toMatch(/^streams_live [1-9]/m);
  expect(metrics).toMatch(/^stream_viewers [1-9]/m);
  producer.event({ time: 1, type: "exit", status: 0 });
  await producer.close(1000);
  await eventually(async () => !(await row(stream.id)).live);
  expect(await row(stream.id)).toMatchObject({ current_viewer_count: 0, peak_viewer_count: 2 });
  await viewers[1]!.close();
});

// Rebuilt from a description of what asciinema 3.1.0 was seen to send: the command itself does not run here.
test("the official command's API calls lead to its socket", async () => {
  const { port } = server;
  const headers = { authorization: basic("01234567-89ab-cdef-0123-456789abcdef"), accept: "application/json" };
  const body = JSON.stringify({
    live: true,
    title: "T",
    term_type: null,
    term_version: null,
    shell: "/bin/sh",
    env: {},
  });
  const made = await fetch(`http://127.0.0.1:${port}/api/v1/streams`, { method: "POST", headers, body });
  const { ws_producer_url, url } = (await made.json()) as { ws_producer_url: string; url: string };
  const stream = { id: 0, url, ws_producer_url, live: true, token: url.split("/").at(-1)! };
  const producer = await new TestProducer(server, stream, ["v1.alis"]).open();
  const viewer = await TestViewer.open(server, stream.token);
  producer.raw(Uint8Array.from(Buffer.from("414c695301", "hex")));
  producer.raw(Uint8Array.from(Buffer.from("01000050180000", "hex")));
  producer.raw(Buffer.concat([Buffer.from("6f01a51f05", "hex"), Buffer.from("hello")]));
  await viewer.shows("hello");
  producer.raw(Buffer.from("7803d10300", "hex"));
  producer.socket.close(1000, "ended");
  await viewer.until(() => viewer.types.at(-1) === "eot");
  await viewer.close();
});
