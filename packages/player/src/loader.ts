/** What is loaded when it is first used. */
export type More = typeof import("./more.js");

/** Loads it, once. Rejects with a TypeError when that fails, as `fetch` does; another call tries again.
 *
 *  The script bundle has `script-loader.ts` in place of this. */
export function more(): Promise<More> {
  return import("./more.js").catch((cause) => {
    // Bundlers have errors of their own.
    throw new TypeError(`cannot load a part of the player: ${cause.message}`, { cause });
  });
}
