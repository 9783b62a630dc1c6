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

const server = spawn(process.execPath, [join(root, "packages/server/bin/asciinema-server.js"), "--sample"], {
  stdio: "inherit",
  env: { ...process.env, DATA_DIR: process.env["DATA_DIR"] ?? join(root, "data") },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
