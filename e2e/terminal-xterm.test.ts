// We and a real xterm side by side: generated streams about control functions, and dumps, which others read too.
// Skipped where xterm or Xvfb is not installed; what was found this way is in fixtures/vt, which needs neither.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Terminal } from "../packages/vt/src/index.js";
import { screenOf } from "../packages/vt/test/screen.js";
import { sequences, TOPIC_NAMES } from "../packages/vt/test/sequences.js";
import { missing, Xterm } from "../packages/vt/test/xterm.js";

const COLS = 20;
const ROWS = 8;
const absent = missing();
if (absent !== undefined) console.log(`Nothing is compared with xterm: ${absent}`);

describe.skipIf(absent !== undefined)("beside xterm", () => {
  let xterm: Xterm;
  beforeAll(async () => {
    xterm = await Xterm.start({ cols: COLS, rows: ROWS });
  });
  afterAll(() => xterm?.stop());

  /** Whole numbers that are the same in every run. */
  const generator = (seed: number) => (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return Math.floor(((seed >>> 8) / 2 ** 24) * below);
  };

  test.each(TOPIC_NAMES)("shows the same of streams about %s", async (topic) => {
    const random = generator(topic.length);
    for (let n = 0; n < 40; n++) {
      const input = sequences(topic, 12, random).join("");
      const terminal = new Terminal({ cols: COLS, rows: ROWS });
      terminal.feed(input);
      expect({ input, ...screenOf(terminal) }).toEqual({ input, ...(await xterm.show(input)) });
    }
  });

  test.each(TOPIC_NAMES)("is shown by xterm from its dump after streams about %s", async (topic) => {
    const random = generator(topic.length + 100);
    for (let n = 0; n < 20; n++) {
      const terminal = new Terminal({ cols: COLS, rows: ROWS });
      const input = sequences(topic, 12, random).join("");
      terminal.feed(input);
      const dump = terminal.dump();
      expect({ input, dump, ...(await xterm.show(dump)) }).toEqual({ input, dump, ...screenOf(terminal) });
    }
  });
});
