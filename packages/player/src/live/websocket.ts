import { type Decode, numbering, Receiver, SubprotocolDecoder } from "@asciinema-ts/alis";
import type { DriverFactory } from "../driver.js";
import { AsciicastReader } from "../recording/asciicast.js";
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
    let viewer: Receiver | undefined;
    let audio: HTMLAudioElement | undefined;
    const disconnect = () => {
      viewer?.close();
      viewer = undefined;
      audio?.pause();
      audio?.removeAttribute("src");
    };
    const mute = (muted: boolean) => {
      if (!audio) return;
      audio.muted = muted;
      dispatch("muted", muted);
    };
    return {
      live: true,
      init: () => dispatch("metadata", { hasAudio: !!audioUrl }),
      play() {
        if (viewer && !stream.idle) return true;
        disconnect();
        dispatch("play", {});
        viewer = new Receiver(
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
          (subprotocol) => new SubprotocolDecoder("viewer", decodeCast, { subprotocol }),
          { reconnectDelay: source.reconnectDelay },
        );
        if (audioUrl) {
          const muted = audio?.muted ?? false;
          audio = new Audio();
          audio.muted = muted;
          audio.crossOrigin = "anonymous";
          audio.src = audioUrl;
          audio.play().catch((error) => logger.warn("the sound cannot be played:", error));
        }
        return true;
      },
      // Nothing has to be kept meanwhile: whoever connects gets the present screen.
      pause() {
        if (!viewer) return true;
        disconnect();
        stream.pause();
        return true;
      },
      stop() {
        disconnect();
        stream.stop();
      },
      mute: () => mute(true),
      unmute: () => mute(false),
      getCurrentTime: () => stream.currentTime,
      getTrace: (seconds) => stream.getTrace(seconds),
    };
  };
}

/** The lines of an asciicast, whole ones in each message. What is broken is skipped. */
function decodeCast(): Decode {
  const reader = new AsciicastReader(() => {});
  const number = numbering();
  let begun = false;
  return (message) => {
    const events = reader.push(`${typeof message === "string" ? message : new TextDecoder().decode(message)}\n`);
    const { head } = reader;
    const messages = events.map((event) =>
      number(
        event.type === "other" && event.code === "x"
          ? { time: event.time, type: "exit", status: Number(event.data) }
          : event,
      ),
    );
    if (begun || !head) return messages;
    begun = true;
    return [
      { type: "init", lastId: 0, time: 0, cols: head.cols, rows: head.rows, theme: head.theme, dump: "" },
      ...messages,
    ];
  };
}
