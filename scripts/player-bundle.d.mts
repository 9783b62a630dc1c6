/** The scripts of which the player consists in a page, by the files they are known as. */
export const scripts: Record<
  "asciinema-player.min.js" | "asciinema-player-more.min.js" | "asciinema-player.all.min.js",
  unknown
>;

export interface Bundle {
  script: string;
  /** The files that went into it. */
  modules: string[];
}

export function bundleScript(name: keyof typeof scripts, minify?: boolean): Promise<Bundle>;
export function bundleModule(): Promise<Bundle>;
