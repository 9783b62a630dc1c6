// npm start: a server with its embedded defaults and a sample recording, from a fresh clone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

try {
  install();
  await build();
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exit(1);
}

const port = process.env["PORT"] ?? "4000";
const address = `http://localhost:${port}`;
const server = spawn(process.execPath, [join(root, "packages/server/bin/asciinema-server.js"), "--sample"], {
  stdio: "inherit",
  env: { ...process.env, DATA_DIR: process.env["DATA_DIR"] ?? join(root, "data") },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("spawn", () => void greet());
server.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));

/** Says what to do next, as soon as the server answers. */
async function greet() {
  while (server.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (server.exitCode !== null) return;
  console.log(`
Watch the sample recording:  ${address}
In another terminal, in this folder:
  npx asciinema rec demo.cast          record a session; exit or Ctrl-D ends it
  npx asciinema play demo.cast         replay it
  ASCIINEMA_SERVER_URL=${address} npx asciinema upload demo.cast
Ctrl-C stops the server.
`);
}
