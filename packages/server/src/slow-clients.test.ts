import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorization, cast, upload } from "../test/process.js";
import { readConfig } from "./config.js";
import { type RunningServer, startServer } from "./server.js";

const HEADERS = 300;
const REQUEST = 600;
const IDLE = 500;

let folder: string;
let server: RunningServer;
let url: string;
let path: string;

const content = cast("long", 120_000);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asciinema-slow-"));
  const log = { info() {}, warn() {}, error: console.error };
  const config = { ...readConfig({ DATA_DIR: folder }), port: 0 };
  // An upload of this size may take longer than these limits leave.
  const usual = await startServer({ config, log, version: "0.0.0" });
  path = (await upload(`http://127.0.0.1:${usual.port}`, content)).path;
  await usual.close();
  const patience = { headers: HEADERS, request: REQUEST, idle: IDLE, check: 50 };
  server = await startServer({ config, log, version: "0.0.0", patience });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends a byte at a time for as long as the server listens, and returns what it answered and after how long. */
async function drip(start: string, byte: string): Promise<{ answer: string; milliseconds: number }> {
  const socket = await open();
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk));
  socket.on("error", () => {}); // a byte that came too late
  const begun = performance.now();
  socket.write(start);
  const dripping = setInterval(() => socket.write(byte), 30);
  await once(socket, "close");
  clearInterval(dripping);
  return { answer, milliseconds: performance.now() - begun };
}

async function open(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

const head = "POST /api/v1/recordings HTTP/1.1\r\nhost: localhost\r\n";

test("who never comes to the end of the headers is sent away, and keeps nobody else waiting", async () => {
  const slow = Array.from({ length: 100 }, () => drip(`${head}x-slow: `, "a"));
  await wait(HEADERS / 2);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  for (const { answer, milliseconds } of await Promise.all(slow)) {
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(milliseconds).toBeGreaterThanOrEqual(HEADERS);
  }
});

test("who never comes to the end of an upload is sent away, and nothing of it stays", async () => {
  const form = 'content-disposition: form-data; name="file"; filename="a.cast"\r\n\r\n';
  const headers = `authorization: ${authorization}\r\ncontent-type: multipart/form-data; boundary=b\r\n`;
  const body = `${head}${headers}content-length: 100000\r\n\r\n--b\r\n${form}`;
  const slow = Array.from({ length: 20 }, () => drip(body, '{"version": 3'));
  await expect.poll(() => readdirSync(join(folder, "drafts")).length, { timeout: 10_000 }).toBe(20);
  for (const { answer, milliseconds } of await Promise.all(slow)) {
    expect(answer).toMatch(/^(HTTP\/1.1 408 |$)/);
    expect(milliseconds).toBeGreaterThanOrEqual(REQUEST);
  }
  await expect.poll(() => readdirSync(join(folder, "drafts")), { timeout: 10_000 }).toEqual([]);
});

test("who does not take an answer is cut off, and who takes it slowly gets all of it", async () => {
  const ask = async () => {
    const socket = await open();
    // Several in a row: together they are more than what the system keeps for a connection.
    for (let i = 0; i < 8; i++) socket.write(`GET ${path}.cast HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    return socket;
  };
  const deaf = await ask();
  deaf.on("error", () => {});
  deaf.pause();
  const slow = await ask();
  let taken = 0;
  slow.on("data", (chunk) => {
    taken += chunk.length;
    slow.pause();
    setTimeout(() => slow.resume(), 1);
  });
  const begun = performance.now();
  while (taken < 8 * content.length) {
    expect(slow.destroyed).toBe(false);
    await wait(20);
  }
  expect(performance.now() - begun).toBeGreaterThan(IDLE);
  slow.destroy();
  // It notices when it looks what there is for it.
  await wait(2 * IDLE);
  deaf.resume();
  let rest = 0;
  deaf.on("data", (chunk) => (rest += chunk.length));
  await once(deaf, "close");
  expect(rest).toBeLessThan(8 * content.length);
});
