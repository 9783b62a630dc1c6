/** Colours of the terminal that was recorded. Every colour is `#rrggbb` in lower case. */
export interface Theme {
  fg: string;
  bg: string;
  /** Always 16 entries: a file's 8 are doubled when read. */
  palette: string[];
}

/** What a recording says about itself before its first event. The same for all versions of the format. */
export interface Header {
  /** Size at the start of the session. */
  cols: number;
  rows: number;
  /** The terminal's `TERM`. */
  termType?: string;
  /** The terminal's own name and version, as it answers XTVERSION. */
  termVersion?: string;
  theme?: Theme;
  /** When the session started, in whole seconds since 1970. */
  timestamp?: number;
  /** Pauses longer than this are meant to be shortened to it, in microseconds. */
  idleTimeLimit?: number;
  command?: string;
  title?: string;
  env?: Record<string, string>;
  /** Keys that this version does not know, unchanged. */
  other?: Record<string, unknown>;
}
