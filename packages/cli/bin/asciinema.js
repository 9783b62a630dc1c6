#!/usr/bin/env node
const script = require("node:path").join(__dirname, "../dist/bundle/asciinema.cjs");
try {
  require.resolve(script);
} catch {
  console.error("asciinema is not built yet: run npm run build in its folder first");
  process.exit(1);
}
require(script);
