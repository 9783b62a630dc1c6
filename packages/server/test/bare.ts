// The framework alone: answers with bytes from memory, as large as what the server is asked for.
import { serve } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
const bodies = new Map<number, Uint8Array<ArrayBuffer>>();
app.get("/:size", (c) => {
  const size = Number(c.req.param("size"));
  let body = bodies.get(size);
  if (!body) {
    body = new Uint8Array(size).fill(120);
    bodies.set(size, body);
  }
  return c.body(body, 200, { "content-type": "text/plain", "content-length": String(size) });
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  process.stdout.write(`${port}\n`);
});
