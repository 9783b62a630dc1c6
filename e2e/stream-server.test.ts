// The command and the server together: streams are made, found, watched, recorded, and whole after cuts.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bundle, run, scratch } from "../packages/cli/test/command.js";
import { installId } from "../packages/server/test/harness.js";
import { type LiveServer, startLiveServer, TestViewer } from "../packages/server/test/live.js";
import { cutStream } from "./cuts.js";

describe("asciinema stream -r", () => {
  const home = scratch();
  let server: LiveServer;
  let script: string;
  beforeAll(async () => {
    server = await startLiveServer({ STREAM_RECORDING: "forced", DEFAULT_LIVE_STREAM_LIMIT: "1" });
    // From now on it knows its port, and tells it in addresses.
    await server.restart();
    script = await bundle();
    mkdirSync(join(home, ".local/state/asciinema"), { recursive: true });
    writeFileSync(join(home, ".local/state/asciinema/install-id"), installId);
  });
  afterAll(() => server.close());

  const stream = (args: readonly string[]) =>
    run(script, ["stream", "--headless", "--server-url", `http://127.0.0.1:${server.port}`, ...args], { home });
  const recordings = async () =>
    (await server.db.selectFrom("recordings").select(["secret_token", "title"]).orderBy("id").execute()) as {
      secret_token: string;
      title: string | null;
    }[];
  const patient = { timeout: 30_000, interval: 50 };

  it("makes a stream, is watched, and leaves a recording; then goes on with the same stream by its ID", async () => {
    const gate = join(home, "gate");
    const done = stream([
      "-r",
      "-t",
      "A title",
      "-c",
      `echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; echo over`,
    ]);
    const row = await vi.waitFor(async () => {
      const [row] = await server.db.selectFrom("streams").selectAll().where("live", "=", true).execute();
      return row!.public_token;
    }, patient);
    const viewer = await TestViewer.open(server, row);
    await viewer.shows("begun");
    // One at a time is allowed here.
    expect((await stream(["-r", "-c", "echo not run"])).stderr).toMatch(/^Error: .*live stream/i);
    writeFileSync(gate, "");
    const { status, stdout, stderr } = await done;
    expect([status, stderr]).toEqual([0, ""]);
    const url = /Live streaming at (\S+)/.exec(stdout)![1]!;
    expect(url.endsWith(row)).toBe(true);
    await viewer.until(() => viewer.types.includes("eot"));
    expect(viewer.screen).toBe("begun\nover");
    await vi.waitFor(async () => expect(await recordings()).toMatchObject([{ title: "A title" }]), patient);

    const again = await stream(["-r", row.slice(0, 8), "-c", "echo again"]);
    expect([again.status, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toContain(`Live streaming at ${url}\n`);
    await vi.waitFor(async () => expect(await recordings()).toHaveLength(2), patient);
    const cast = await (await server.fetch(`/a/${(await recordings())[1]!.secret_token}.cast`)).text();
    expect(cast).toContain('"again\\r\\n"');
  });

  it("needs a machine that is connected to an account", async () => {
    const stranger = scratch();
    const args = ["stream", "--headless", "--server-url", `http://127.0.0.1:${server.port}`, "-r", "-c", "true"];
    expect((await run(script, args, { home: stranger })).stderr).toBe(
      "Error: this CLI hasn't been authenticated with 127.0.0.1 - run `asciinema auth` first\n",
    );
  });
});

it("a stream whose producer and viewer are cut off for two seconds is whole: on the screen and in the recording", async () => {
  expect(await cutStream(scratch(), { producer: 2000, viewer: 2000 })).toBeGreaterThan(200);
}, 120_000);
