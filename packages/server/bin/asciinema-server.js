#!/usr/bin/env node
import { existsSync } from "node:fs";

const script = new URL("../dist/bundle/main.js", import.meta.url);
if (!existsSync(script)) {
  console.error("asciinema-server is not built yet: run npm start or npm run build in its folder first");
  process.exit(1);
}
await import(script.href);
