import type { SeekLocation } from "../driver.js";

const SECOND = 1_000_000;
const jumps: Record<string, [seconds: number, share: number]> = {
  "<<": [-5, 0],
  ">>": [5, 0],
  "<<<": [0, -0.1],
  ">>>": [0, 0.1],
};

/** How long a recording is, as far as it has been read, and where its markers are. Times are microseconds. */
export interface Extent {
  readonly complete: boolean;
  readonly duration: number;
  readonly markers: readonly { time: number; label: string }[];
}

/** Where a seek leads, in microseconds, or `undefined` while too little has been read to know.
 *
 *  @param now      the position, in microseconds
 *  @param playing  a marker that has just been passed is not the previous one then
 *  @throws Error   `invalid seek target`, `invalid marker index` */
export function locate(where: SeekLocation, now: number, timeline: Extent, playing: boolean): number | undefined {
  const { complete, duration, markers } = timeline;
  const within = (time: number) => {
    const target = Math.max(0, Math.round(time));
    if (complete) return Math.min(target, duration);
    return target <= duration ? target : undefined;
  };
  if (typeof where === "number" && Number.isFinite(where)) return within(where * SECOND);
  if (typeof where === "string") {
    const jump = jumps[where];
    if (jump) {
      if (jump[1] !== 0 && !complete) return undefined;
      return within(now + jump[0] * SECOND + jump[1] * duration);
    }
    const share = where.endsWith("%") && where.length > 1 ? Number(where.slice(0, -1)) : Number.NaN;
    if (Number.isFinite(share)) return complete ? within((share / 100) * duration) : undefined;
  }
  if (typeof where === "object" && where !== null && "marker" in where) {
    const { marker } = where;
    if (marker === "prev") {
      const before = markers.filter(({ time }) => time < now);
      const last = before.at(-1);
      return (last && playing && now - last.time < SECOND ? before.at(-2) : last)?.time ?? 0;
    }
    if (marker === "next") {
      const after = markers.find(({ time }) => time > now);
      return after?.time ?? (complete ? duration : undefined);
    }
    if (Number.isInteger(marker) && marker >= 0) {
      const target = markers[marker];
      if (target) return target.time;
      if (!complete) return undefined;
      throw new Error(`invalid marker index: ${marker}`);
    }
  }
  throw new Error(`invalid seek target: ${JSON.stringify(where)}`);
}
