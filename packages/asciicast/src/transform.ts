// Transforms take events and give events. Each takes either shape and gives the same one back:
//
//   an iterable of events              for whoever has them at hand
//   an async iterable of batches       for whoever reads them as they come, as from Recording.events()
//
// They keep the order and the batches, and read no further ahead than what they are asked for.

import { milliseconds } from "./encoder.js";
import type { Event } from "./event.js";
import type { Header } from "./header.js";

/** Shortens pauses: no event follows the one before it by more than the limit. Events of every type count.
 *
 *  @param limit  in microseconds, 0 or more
 *  @throws {RangeError} when the limit is negative or not a number */
export function limitIdleTime(events: Iterable<Event>, limit: number): Iterable<Event>;
export function limitIdleTime(events: AsyncIterable<Event[]>, limit: number): AsyncIterable<Event[]>;
export function limitIdleTime(events: Source, limit: number): Source {
  if (!(limit >= 0)) throw new RangeError(`the idle time limit must be 0 or more, not ${limit}`);
  return retime(events, () => {
    let previous = 0;
    let cut = 0;
    return (time) => {
      cut += Math.max(0, time - previous - limit);
      previous = time;
      return time - cut;
    };
  });
}

/** Divides every time by a factor: 2 is twice as fast.
 *
 *  @throws {RangeError} when the factor is not a positive finite number */
export function accelerate(events: Iterable<Event>, factor: number): Iterable<Event>;
export function accelerate(events: AsyncIterable<Event[]>, factor: number): AsyncIterable<Event[]>;
export function accelerate(events: Source, factor: number): Source {
  if (!(factor > 0 && factor < Infinity)) throw new RangeError(`the speed must be more than 0, not ${factor}`);
  return retime(events, () => (time) => Math.round(time / factor));
}

/** Rounds every time to a whole millisecond, halves up, as writing asciicast v3 does. No event moves by more than 0.5 ms. */
export function quantize(events: Iterable<Event>): Iterable<Event>;
export function quantize(events: AsyncIterable<Event[]>): AsyncIterable<Event[]>;
export function quantize(events: Source): Source {
  return retime(events, () => (time) => milliseconds(time) * 1000);
}

/** Joins sessions into one: each begins at the time of the last event before it.
 *
 *  The header of the result is that of the first. Where another size begins, a resize is put in.
 *
 *  @param recordings  one or more, read one after another */
export async function* concatenate(
  recordings: Iterable<{ readonly header: Pick<Header, "cols" | "rows">; events(): AsyncIterable<Event[]> }>,
): AsyncGenerator<Event[]> {
  let base = 0;
  let size: Pick<Header, "cols" | "rows"> | undefined;
  for (const recording of recordings) {
    const { header } = recording;
    if (size && (size.cols !== header.cols || size.rows !== header.rows)) {
      yield [{ time: base, type: "resize", cols: header.cols, rows: header.rows }];
    }
    size = header;
    let last = base;
    for await (const batch of recording.events()) {
      for (const event of batch) if (event.type === "resize") size = event;
      const moved = batch.map((event) => ({ ...event, time: base + event.time }));
      last = moved.at(-1)?.time ?? last;
      yield moved;
    }
    base = last;
  }
}

type Source = Iterable<Event> | AsyncIterable<Event[]>;

/** @param start  gives the function from old to new times for one reading, which may remember the times before */
function retime(events: Source, start: () => (time: number) => number): Source {
  if (Symbol.asyncIterator in events) {
    return {
      async *[Symbol.asyncIterator]() {
        const move = start();
        for await (const batch of events) yield batch.map((event) => ({ ...event, time: move(event.time) }));
      },
    };
  }
  return {
    *[Symbol.iterator]() {
      const move = start();
      for (const event of events) yield { ...event, time: move(event.time) };
    },
  };
}
