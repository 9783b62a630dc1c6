// What Debian's xterm shows of the streams in fixtures/vt is what we show. They are recorded by e2e/terminal-record.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Screen, screenOf } from "../test/screen.js";
import { type Session, trimmed, unescaped } from "../test/session.js";
import { Terminal } from "./index.js";

const folder = fileURLToPath(new URL("../../../fixtures/vt", import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));

describe("control functions", () => {
  const cases: ({ input: string } & Screen)[] = read("functions.json");
  test.each(cases)("$input", ({ input, ...screen }) => {
    const terminal = new Terminal({ cols: 20, rows: 8 });
    terminal.feed(unescaped(input));
    expect(trimmed(screenOf(terminal))).toEqual(screen);
  });
});

const sessions = readdirSync(folder).filter((file) => file.endsWith(".json") && file !== "functions.json");
test.each(sessions)("%s", (file) => {
  const { cols, rows, moments }: Session = read(file);
  const terminal = new Terminal({ cols, rows });
  for (const { input, ...screen } of moments) {
    for (const part of input.split(/(?<=\x1b\[\?3[hl])/)) {
      terminal.feed(part);
      // xterm obeys DECCOLM when it is allowed.
      const { requestedSize } = terminal;
      if (requestedSize && requestedSize.cols !== terminal.cols) terminal.resize(requestedSize.cols, rows);
    }
    expect(trimmed(screenOf(terminal))).toEqual(screen);
  }
});
