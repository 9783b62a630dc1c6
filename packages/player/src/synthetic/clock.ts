import type { DriverFactory } from "../driver.js";

/** A clock on the wall: hours and minutes. The terminal is 5x1 unless the options `cols` and `rows` say otherwise. */
export interface ClockSource {
  driver: "clock";
  /** Colours of the theme, 0 to 9; 3, 4 and 9 (the foreground) by default. */
  hourColor?: number;
  minuteColor?: number;
  separatorColor?: number;
}

/** Makes the driver that shows the time of day. */
export function clockDriver({ hourColor = 3, minuteColor = 4, separatorColor = 9 }: ClockSource): DriverFactory {
  return ({ dispatch }, { cols = 5, rows = 1 }) => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const now = () => {
      const date = new Date();
      return [date.getHours(), date.getMinutes()] as const;
    };
    const draw = () => {
      const [hour, minute] = now().map((n) => `${n}`.padStart(2, "0"));
      const [row, col] = [(rows >> 1) + 1, Math.max(1, (cols >> 1) - 1)];
      const colon = `\x1b[3${separatorColor};5m:\x1b[25m`;
      dispatch(
        "output",
        `\x1b[?25l\x1b[${row};${col}H\x1b[1;3${hourColor}m${hour}${colon}\x1b[3${minuteColor}m${minute}`,
      );
    };
    return {
      init() {
        dispatch("reset", { size: { cols, rows } });
        draw();
      },
      play() {
        if (timer) return true;
        dispatch("play", {});
        dispatch("playing", {});
        timer = setInterval(draw, 1000);
        return true;
      },
      stop: () => clearInterval(timer),
      getCurrentTime() {
        const [hour, minute] = now();
        return hour * 60 + minute;
      },
    };
  };
}
