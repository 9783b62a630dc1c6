import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Acknowledger, decodeAck, encodeAck } from "./ack.js";
import { AlisError } from "./error.js";

describe("the frame", () => {
  it.each([
    [0, [0x06, 0x00]],
    [300, [0x06, 0xac, 0x02]],
  ])("of %d", (id, bytes) => {
    expect([...encodeAck(id)]).toEqual(bytes);
    expect(decodeAck(Uint8Array.from(bytes))).toBe(id);
  });

  it("of another type is nobody's, one that is cut short an error", () => {
    expect(decodeAck(Uint8Array.of(0x07, 0x01))).toBeUndefined();
    expect(() => decodeAck(Uint8Array.of(0x06, 0x80))).toThrow(AlisError);
    expect(() => decodeAck(Uint8Array.of())).toThrow(AlisError);
  });
});

describe("a server's acknowledgements", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function acknowledger(lastId: number) {
    const told: (number | undefined)[] = [];
    return { told, ack: new Acknowledger((frame) => told.push(decodeAck(frame)), lastId) };
  }

  it("begin with what is known, and go on at most four times a second with the newest", () => {
    const { ack, told } = acknowledger(7);
    for (const id of [8, 9, 10]) ack.stored(id);
    expect(told).toEqual([7]);
    vi.advanceTimersByTime(250);
    expect(told).toEqual([7, 10]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([7, 10]);
    ack.stored(11);
    ack.stored(12);
    expect(told).toEqual([7, 10, 11]);
    vi.advanceTimersByTime(250);
    expect(told).toEqual([7, 10, 11, 12]);
  });

  it("end with the connection", () => {
    const { ack, told } = acknowledger(0);
    ack.stored(1);
    ack.close();
    ack.stored(2);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([0]);
  });
});
