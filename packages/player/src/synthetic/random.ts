import type { DriverFactory } from "../driver.js";

/** Makes the driver that types anything for ever. */
export function randomDriver(): DriverFactory {
  return ({ dispatch }, { speed }) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      timer = setTimeout(
        () => {
          next();
          dispatch("output", String.fromCharCode(32 + Math.random() * 95));
        },
        5 ** (Math.random() * 4) / speed,
      );
    };
    return {
      play() {
        if (timer) return true;
        dispatch("play", {});
        dispatch("playing", {});
        next();
        return true;
      },
      stop: () => clearTimeout(timer),
      setSpeed: (to) => {
        speed = to;
      },
    };
  };
}
