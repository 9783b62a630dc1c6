import { Terminal } from "@asciinema-ts/vt";
import { expect } from "vitest";
import type { Dispatch, Events } from "../src/driver.js";

/** What a driver in a test leads to: every event, the screen that the player shows, and the one that whoever listens to
 *  its events could. */
export function screens(size: { cols: number; rows: number }) {
  let terminal = new Terminal(size);
  let told = new Terminal(size);
  const log: [keyof Events, unknown][] = [];
  const dispatch: Dispatch = (name, payload, instead) => {
    log.push([name, payload]);
    told = shown(told, name, payload);
    if (typeof instead === "object") terminal.restore(instead);
    else if (instead !== "nothing") terminal = shown(terminal, name, payload);
  };
  const all = (name: keyof Events) => log.filter(([of]) => of === name).map(([, payload]) => payload);
  /** The state of both, which have to be the same. */
  const dump = () => {
    expect(told.dump()).toBe(terminal.dump());
    return terminal.dump();
  };
  const text = () => {
    dump();
    return terminal.text().join("\n").trimEnd();
  };
  return { dispatch, log, all, dump, text };
}

function shown(terminal: Terminal, name: keyof Events, payload: unknown): Terminal {
  if (name === "output") terminal.feed(payload as string);
  if (name === "resize") terminal.resize((payload as Events["resize"]).cols, (payload as Events["resize"]).rows);
  if (name !== "reset") return terminal;
  const { size, init } = payload as Events["reset"];
  const replaced = new Terminal(size);
  replaced.feed(init ?? "");
  return replaced;
}
