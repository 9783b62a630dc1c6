/** Says how long to hold an event back, from how late it came; both in milliseconds. */
export type BufferTime = (latency: number) => number;

/** What the buffer that adapts itself may be told. Times are milliseconds. */
export interface AdaptiveBuffer {
  /** Level 0; the levels above it are `bufferLevelStep` each, up to `maxBufferLevel`. 50, 100, 50 by default. */
  minBufferTime?: number;
  bufferLevelStep?: number;
  maxBufferLevel?: number;
  /** How long a change of level takes. 500 by default. */
  transitionDuration?: number;
  /** Half-lives of what is remembered of the highest latency, the lowest, and of the buffer that they ask for, when they
   *  rise and when they fall. 100, 10 000, 5000, 100, 1000, 5000 by default. */
  peakHalfLifeUp?: number;
  peakHalfLifeDown?: number;
  floorHalfLifeUp?: number;
  floorHalfLifeDown?: number;
  idealHalfLifeUp?: number;
  idealHalfLifeDown?: number;
  /** Of how many times the latency the buffer is. 1.2 by default. */
  safetyMultiplier?: number;
  /** How long less must be enough before the level falls. 3000 by default. */
  minImprovementDuration?: number;
}

/** A buffer that grows at once when events come late, and shrinks slowly when they do not.
 *
 *  It is a level, so that small changes do not make the stream run unevenly. */
export function adaptiveBuffer(options: AdaptiveBuffer, now = () => performance.now()): BufferTime {
  const { minBufferTime: least = 50, bufferLevelStep: step = 100, maxBufferLevel: most = 50 } = options;
  const { transitionDuration = 500, safetyMultiplier = 1.2, minImprovementDuration = 3000 } = options;
  const peak = average(options.peakHalfLifeUp ?? 100, options.peakHalfLifeDown ?? 10_000);
  const floor = average(options.floorHalfLifeUp ?? 5000, options.floorHalfLifeDown ?? 100);
  const ideal = average(options.idealHalfLifeUp ?? 1000, options.idealHalfLifeDown ?? 5000);
  const duration = (level: number) => (level > 0 ? level * step : least);
  let level = 1;
  let current = duration(level);
  let rate = 0;
  let last = now();
  let lowerSince: number | undefined;
  const move = (to: number) => {
    level = to;
    rate = (duration(level) - current) / transitionDuration;
  };
  return (latency) => {
    const time = now();
    const passed = Math.max(0, time - last);
    last = time;
    const high = peak(latency, passed);
    const wanted = ideal(safetyMultiplier * (2 * high - floor(latency, passed)), passed);
    const target = wanted <= least ? 0 : Math.min(most, Math.max(1, Math.ceil(wanted / step)));
    if (target >= level) lowerSince = undefined;
    if (target > level) move(Math.min(target, level + (latency > current ? 3 : 1)));
    else if (target < level) {
      lowerSince ??= time;
      if (time - lowerSince >= minImprovementDuration) {
        lowerSince = time;
        move(level - 1);
      }
    }
    const end = duration(level);
    current += rate * passed;
    if (rate > 0 ? current > end : current < end) {
      current = end;
      rate = 0;
    }
    return current;
  };
}

/** An exponential moving average that forgets half in one time when it rises, in another when it falls. */
function average(up: number, down: number): (sample: number, passed: number) => number {
  let value: number | undefined;
  return (sample, passed) => {
    value ??= sample;
    value += (1 - 2 ** (-passed / (sample > value ? up : down))) * (sample - value);
    value = Math.max(0, value);
    return value;
  };
}
