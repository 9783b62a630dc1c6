import type { DriverFactory } from "./driver.js";
import { eventSourceDriver } from "./live/event-source.js";
import { webSocketDriver } from "./live/websocket.js";
import type { OtherSource } from "./source.js";
import { benchmarkDriver } from "./synthetic/benchmark.js";
import { clockDriver } from "./synthetic/clock.js";
import { randomDriver } from "./synthetic/random.js";

/** Finds what plays a source that is no recording. */
export function driverFor(source: OtherSource): DriverFactory {
  switch (source.driver) {
    case "websocket":
      return webSocketDriver(source);
    case "eventsource":
      return eventSourceDriver(source);
    case "clock":
      return clockDriver(source);
    case "random":
      return randomDriver();
    case "benchmark":
      return benchmarkDriver(source);
  }
}
