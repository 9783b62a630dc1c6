import { expect, test } from "vitest";
import { startLiveServer } from "../../test/live.js";
import { cutStream } from "../../test/stream-cuts.js";

test("a producer and a viewer that are cut off for two seconds see the same in the end, and nothing is missing", async () => {
  const server = await startLiveServer({ STREAM_RATE_LIMIT: "0" });
  try {
    expect(await cutStream(server, { producer: 2000, viewer: 2000, times: 2 })).toBeGreaterThan(100);
  } finally {
    await server.close();
  }
});
