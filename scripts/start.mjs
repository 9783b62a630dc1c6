// npm start: a server with its embedded defaults and a sample recording, from a fresh clone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { install } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

if (process.argv.includes("--help")) {
  console.log(
    "npm start: installs, builds, and serves http://localhost:4000 with a sample recording; see docs/self-hosting.md",
  );
  process.exit();
}

try {
  install();
  await build();
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exit(1);
}

const server = spawn(process.execPath, [join(root, "packages/server/bin/asciinema-server.js"), "--sample"], {
  stdio: ["inherit", "pipe", "inherit"],
  env: { ...process.env, DATA_DIR: process.env["DATA_DIR"] ?? join(root, "data") },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
// npm passes a signal to the shell between us, which ends without passing it on.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && server.kill("SIGTERM"), 500).unref();
server.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
server.stdout.setEncoding("utf8");
server.stdout.on("data", greet);

let said = "";

/** Passes on what the server says, and adds what to do next once it has said that it listens. */
function greet(text) {
  process.stdout.write(text);
  said += text;
  const address = said.match(/^asciinema-server \S+ on (\S+), /m)?.[1];
  if (!address) return;
  server.stdout.off("data", greet);
  server.stdout.on("data", (more) => process.stdout.write(more));
  console.log(`
Watch the sample recording:  ${address}
In another terminal, in this folder:
  npx asciinema rec demo.cast          record a session; exit or Ctrl-D ends it
  npx asciinema play demo.cast         replay it
  ASCIINEMA_SERVER_URL=${address} npx asciinema upload demo.cast
Ctrl-C stops the server.
`);
}
