// In place of `loader.ts` in the script bundle: a script cannot import, but add another script to the page.
import type { More } from "./loader.js";

/** Tells one build of the player from all others; what is loaded must be of the same. */
declare const BUILD: string;

const FILE = "asciinema-player-more.min.js";
const own = document.currentScript as HTMLScriptElement | null;
let loading: Promise<More> | undefined;

/** Where the other script leaves what it holds. */
export const place = `${FILE} ${BUILD}`;

/** Loads the other script, unless the page has: from beside this one, or from where `data-more` of its element says. */
export function more(): Promise<More> {
  loading ??= new Promise<More>((resolve, reject) => {
    const held = () => (globalThis as unknown as Record<string, More | undefined>)[place];
    if (held()) return resolve(held()!);
    const url = address();
    const settle = () => {
      element.remove();
      if (held()) return resolve(held()!);
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
  }).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Where it should be; what tells versions of the first apart in its address tells those of the other.
 *
 *  @throws Error  when the first is in the page itself, or in another place without files beside it */
function address(): string {
  const { src = "", dataset } = own ?? {};
  if (dataset?.["more"]) return dataset["more"];
  try {
    return new URL(FILE + (/\?[^#]*/.exec(src) ?? ""), src || document.baseURI).href;
  } catch {
    throw new Error(`${FILE} cannot be found from here: use asciinema-player.all.min.js`);
  }
}
