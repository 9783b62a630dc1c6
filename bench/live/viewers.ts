// Viewers that only count, as a process of their own, so that what is measured is the server. They read WebSocket frames
// from bare sockets. Asked over IPC:
//
//   { open: n, port, path, each }   opens so many; `each` many share a path, in which # is their number
//   { expect: n }                   says when so many output frames have come in all, and how many ever since

import { connect, type Socket } from "node:net";

const AT_ONCE = 64;
const sockets: Socket[] = [];
let frames = 0;
let expected = Number.POSITIVE_INFINITY;

function tell(): void {
  if (frames < expected) return;
  expected = Number.POSITIVE_INFINITY;
  process.send!({ frames });
}

const PING = 0x89;
/** An empty answer, masked by zeros. */
const PONG = Uint8Array.of(0x8a, 0x80, 0, 0, 0, 0);

/** Counts the frames of type "o" in what a server sends, and answers its pings. */
function counter(socket: Socket): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes of a payload that are still to come. */
  let skip = 0;
  return (bytes) => {
    let at = Math.min(skip, bytes.length);
    skip -= at;
    let chunk = bytes;
    if (rest.length > 0) {
      chunk = Buffer.concat([rest, bytes]);
      rest = Buffer.alloc(0);
      at = 0;
    }
    while (at < chunk.length) {
      const short = chunk[at + 1];
      const head = short === undefined || short < 126 ? 2 : short === 126 ? 4 : 10;
      if (chunk[at] === PING && short === 0) {
        socket.write(PONG);
        at += head;
        continue;
      }
      if (chunk.length < at + head + 1) {
        rest = chunk.subarray(at);
        return;
      }
      const length = head === 2 ? short! : head === 4 ? chunk.readUInt16BE(at + 2) : chunk.readUInt32BE(at + 6);
      if (length > 0 && chunk[at + head] === 0x6f) frames++;
      at += head + length;
    }
    skip = at - chunk.length;
    tell();
  };
}

async function open(count: number, port: number, path: string, each: number): Promise<void> {
  const one = (n: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.setNoDelay(true);
      socket.on("error", reject);
      socket.write(
        `GET ${path.replace("#", String(Math.floor(n / each)))} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
          "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Protocol: v1.alis\r\n\r\n",
      );
      let header = Buffer.alloc(0);
      const onHeader = (bytes: Buffer) => {
        header = Buffer.concat([header, bytes]);
        const end = header.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!header.toString("latin1").startsWith("HTTP/1.1 101")) {
          reject(new Error(header.toString("latin1")));
          return;
        }
        const count = counter(socket);
        socket.off("data", onHeader);
        socket.on("data", count);
        count(header.subarray(end + 4));
        resolve();
      };
      socket.on("data", onHeader);
    });
  let next = 0;
  const lane = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  process.send!({ opened: sockets.length });
}

process.on("message", (asked: { open: number; port: number; path: string; each: number } | { expect: number }) => {
  if ("open" in asked) {
    open(asked.open, asked.port, asked.path, asked.each).catch((error) => process.send!({ error: String(error) }));
  } else {
    expected = asked.expect;
    tell();
  }
});
