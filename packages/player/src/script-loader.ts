// In place of `loader.ts` in the script bundle: a script cannot import, but add another script to the page.
import type { More } from "./loader.js";

/** Of the player; what is loaded must be of the same. */
declare const VERSION: string;

const FILE = "asciinema-player-more.min.js";
const own = document.currentScript as HTMLScriptElement | null;
let loading: Promise<More> | undefined;

/** Where the other script leaves what it holds. */
export const place = `${FILE} ${VERSION}`;

/** Loads the other script, unless the page has: from beside this one, or from where `data-more` of its element says. */
export function more(): Promise<More> {
  loading ??= new Promise<More>((resolve, reject) => {
    const held = () => (globalThis as unknown as Record<string, More | undefined>)[place];
    if (held()) return resolve(held()!);
    const url = own?.dataset["more"] ?? new URL(FILE, own?.src || document.baseURI).href;
    const settle = () => {
      element.remove();
      if (held()) return resolve(held()!);
      loading = undefined;
      reject(new TypeError(`cannot load ${url}: ${FILE} of the same version belongs beside the player's script`));
    };
    const element = Object.assign(document.createElement("script"), {
      src: url,
      nonce: own?.nonce ?? "",
      crossOrigin: own?.crossOrigin ?? null,
      onload: settle,
      onerror: settle,
    });
    document.head.append(element);
  });
  return loading;
}
