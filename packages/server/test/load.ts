import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What came of asking for one thing again and again. */
export interface Load {
  requests: number;
  seconds: number;
  /** Milliseconds of each request, ascending. */
  times: number[];
  /** Bytes of one answer's body. */
  bytes: number;
}

/** Asks a server on this machine over so many connections, one request at a time on each, all kept open.
 *
 *  @param next     what to ask for next; `undefined` ends it
 *  @param headers  lines, each with its line end
 *  @throws for an answer other than 200 */
export async function load(
  port: number,
  next: () => string | undefined,
  options: { connections: number; headers?: string },
): Promise<Load> {
  const { connections, headers = "" } = options;
  const times: number[] = [];
  let bytes = 0;
  const start = performance.now();
  const one = async () => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    await once(socket, "connect");
    const answers = new Answers(socket);
    try {
      for (let at = next(); at !== undefined; at = next()) {
        const asked = performance.now();
        socket.write(`GET ${at} HTTP/1.1\r\nhost: localhost:${port}\r\n${headers}\r\n`);
        const answer = await answers.next();
        times.push(performance.now() - asked);
        if (answer.status !== 200) throw new Error(`${at} is answered with ${answer.status}`);
        bytes = answer.bytes;
      }
    } finally {
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  return {
    requests: times.length,
    seconds: (performance.now() - start) / 1000,
    times: times.sort((a, b) => a - b),
    bytes,
  };
}

/** Reads the answers on one connection just far enough to know where each ends. */
class Answers {
  private buffer: Buffer = Buffer.alloc(0);
  private waiting: { resolve(answer: { status: number; bytes: number }): void; reject(error: Error): void } | undefined;

  constructor(socket: Socket) {
    socket.on("data", (chunk) => {
      this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
      this.look();
    });
    socket.on("error", (error) => this.waiting?.reject(error));
    socket.on("close", () => this.waiting?.reject(new Error("the connection was closed")));
  }

  next(): Promise<{ status: number; bytes: number }> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.look();
    });
  }

  private look(): void {
    const head = this.buffer.indexOf("\r\n\r\n");
    if (head < 0 || !this.waiting) return;
    const text = this.buffer.toString("latin1", 0, head).toLowerCase();
    const length = /\r\ncontent-length: (\d+)/.exec(text)?.[1];
    const found =
      length === undefined ? this.chunked(head + 4) : { end: head + 4 + Number(length), bytes: Number(length) };
    if (!found || this.buffer.length < found.end) return;
    this.buffer = this.buffer.subarray(found.end);
    const { resolve } = this.waiting;
    this.waiting = undefined;
    resolve({ status: Number(text.slice(9, 12)), bytes: found.bytes });
  }

  private chunked(from: number): { end: number; bytes: number } | undefined {
    let bytes = 0;
    for (let at = from; ; ) {
      const line = this.buffer.indexOf("\r\n", at);
      if (line < 0) return undefined;
      const size = Number.parseInt(this.buffer.toString("latin1", at, line), 16);
      if (size === 0) return { end: line + 4, bytes };
      bytes += size;
      at = line + 2 + size + 2;
      if (at > this.buffer.length) return undefined;
    }
  }
}
