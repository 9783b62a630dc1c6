import { reconnectDelay } from "@asciinema-ts/alis";
import type { DriverFactory } from "../driver.js";
import { toEvent } from "../recording/asciicast.js";
import { type LiveSource, Stream } from "./stream.js";

/** A stream of server-sent events. */
export interface EventSourceSource extends LiveSource {
  driver: "eventsource";
}

/** Makes the driver that plays server-sent events.
 *
 *  Messages are JSON: `{ cols, rows, time?, init? }` (or `width`, `height`) begins, `[seconds, code, data]` is an event,
 *  `{ state: "offline" }` says that nothing is on. An event called `done` ends it. */
export function eventSourceDriver(source: EventSourceSource): DriverFactory {
  return ({ dispatch, logger }) => {
    const stream = new Stream(source, dispatch, logger);
    let events: EventSource | undefined;
    let again: ReturnType<typeof setTimeout>;
    let attempt = 0;
    const disconnect = () => {
      clearTimeout(again);
      events?.close();
      events = undefined;
    };
    const connect = () => {
      events = new EventSource(source.url);
      events.onopen = () => {
        attempt = 0;
        stream.open();
      };
      events.onerror = () => {
        stream.lose();
        // The browser connects again by itself, unless the server's answer was not that of a stream.
        if (events!.readyState === EventSource.CLOSED) again = setTimeout(connect, reconnectDelay(attempt++));
      };
      events.onmessage = ({ data }) => {
        try {
          receive(JSON.parse(data));
        } catch (error) {
          logger.warn("a message was passed over:", error);
        }
      };
      events.addEventListener("done", () => {
        events!.close();
        events = undefined;
        stream.end();
      });
    };
    // biome-ignore lint/suspicious/noExplicitAny: what a server sends
    const receive = (message: any) => {
      const cols = message.cols ?? message.width;
      const event = message[0] >= 0 && toEvent(Math.round(message[0] * 1e6), message[1], message[2]);
      if (event) stream.push(event);
      else if (message.state === "offline") stream.offline("Stream offline");
      else if (cols !== undefined) {
        const { rows = message.height, time = 0, init: dump } = message;
        stream.begin({ cols, rows, time: time * 1e6, dump });
      }
    };
    return {
      live: true,
      play() {
        if (events && !stream.idle) return true;
        disconnect();
        dispatch("play", {});
        connect();
        return true;
      },
      pause() {
        if (!events) return true;
        disconnect();
        stream.pause();
        return true;
      },
      stop() {
        disconnect();
        stream.stop();
      },
      getCurrentTime: () => stream.currentTime,
      getTrace: (seconds) => stream.getTrace(seconds),
    };
  };
}
