import { type Events, eventNames } from "./driver.js";
import type { Logger } from "./options.js";
import type { Player } from "./player.js";

/** What a page does when something happens. */
export type Listener = (this: Player, data: never) => void;

/** Who listens to what. */
export class Listeners {
  #byName = new Map(eventNames.map((name) => [name as string, new Set<Listener>()]));

  constructor(private readonly logger: Logger) {}

  /** Those who listen to an event.
   *
   *  @throws TypeError  when there is no such event */
  of(name: string): Set<Listener> {
    const listeners = this.#byName.get(name);
    if (!listeners) throw new TypeError(`unknown event: ${name}`);
    return listeners;
  }

  /** Whether anybody does; drivers of a page's own may report anything. */
  has(name: string): boolean {
    return !!this.#byName.get(name)?.size;
  }

  /** Tells all of them; one that throws does not keep it from the others. */
  tell(player: Player, name: keyof Events, data: unknown): void {
    for (const listener of [...this.of(name)]) {
      try {
        listener.call(player, data as never);
      } catch (error) {
        this.logger.error(`a listener for ${name} failed:`, error);
        reportError(error);
      }
    }
  }
}
