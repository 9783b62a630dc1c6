import { Viewer } from "@asciinema-ts/alis";
import type { DriverFactory } from "../driver.js";
import { type LiveSource, Stream } from "./stream.js";

/** A stream over a WebSocket, in any of the subprotocols `v1.alis`, `v2.asciicast`, `v3.asciicast` and `raw`. */
export interface WebSocketSource extends LiveSource {
  driver: "websocket";
  /** Milliseconds to wait before connecting for the `attempt`th time in a row, from 0. */
  reconnectDelay?: (attempt: number) => number;
}

/** Makes the driver that plays live streams. */
export function webSocketDriver(source: WebSocketSource): DriverFactory {
  return ({ dispatch, logger }, { audioUrl }) => {
    const stream = new Stream(source, dispatch, logger);
    let viewer: Viewer | undefined;
    let audio: HTMLAudioElement | undefined;
    const mute = (muted: boolean) => {
      if (!audio) return;
      audio.muted = muted;
      dispatch("muted", muted);
    };
    return {
      live: true,
      init: () => dispatch("metadata", { hasAudio: !!audioUrl }),
      play() {
        if (viewer) return true;
        dispatch("play", {});
        viewer = new Viewer(
          source.url,
          {
            message(message) {
              if (message.type === "init") stream.begin(message);
              else if (message.type !== "eot") stream.push(message);
            },
            offline: (reason) => stream.offline(reason),
            lost(reason, delay) {
              logger.warn(`${reason}; connecting again in ${Math.round(delay)} ms`);
              stream.lose();
            },
            ended(reason) {
              viewer = undefined;
              stream.end(reason);
            },
          },
          { reconnectDelay: source.reconnectDelay },
        );
        if (audioUrl) {
          audio = new Audio();
          audio.crossOrigin = "anonymous";
          audio.src = audioUrl;
          audio.play().catch((error) => logger.warn("the sound cannot be played:", error));
        }
        return true;
      },
      stop() {
        viewer?.close();
        stream.stop();
        audio?.pause();
        audio?.removeAttribute("src");
      },
      mute: () => mute(true),
      unmute: () => mute(false),
      getCurrentTime: () => stream.currentTime,
      getTrace: (seconds) => stream.getTrace(seconds),
    };
  };
}
