// A producer cut off for 30 s and a viewer for 10 s: equal screens in the end, no gap in the recording.
import { startLiveServer } from "../test/live.js";
import { cutStream } from "../test/stream-cuts.js";

const server = await startLiveServer({ STREAM_RATE_LIMIT: "0" });
try {
  const events = await cutStream(server, { producer: 30_000, viewer: 10_000, times: 2 });
  console.log(`${events} events, cut off for 30 s and 10 s twice: equal screens, no gap`);
} finally {
  await server.close();
}
