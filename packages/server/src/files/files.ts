import type { Readable } from "node:stream";

/** Keeps the content of recordings under keys such as `recordings/2026/11/21/q8…cast.gz`. */
export interface FileStore {
  /** A path on this machine for a file that is still being written. Nothing lies there yet. */
  draft(): string;

  /** Moves a finished draft into the store. When this resolves the content survives a power cut; when it rejects,
   *  nothing is stored under the key. */
  put(key: string, draft: string): Promise<void>;

  /** The content, as it was put.
   *
   *  @throws FileMissing  before the first byte, when there is no such key */
  read(key: string): Promise<Readable>;

  /** A path on this machine where the content can be read, for work in other threads. It must not be written to.
   *
   *  @throws FileMissing */
  local(key: string): Promise<string>;

  /** Removes a file; a missing one is no error. */
  delete(key: string): Promise<void>;

  /** All files, and when each was put, in milliseconds since 1970. */
  list(): AsyncIterable<{ key: string; modified: number }>;

  /** Removes drafts that nobody has written to since a time (milliseconds since 1970): their writers are gone. */
  discardDrafts(before: number): Promise<number>;
}

/** There is no file under a key. */
export class FileMissing extends Error {
  override readonly name = "FileMissing";
  constructor(readonly key: string) {
    super(`no file ${key} in the store`);
  }
}

/** Whether a text can be a key: names of letters, digits, `.`, `_` and `-`, joined by slashes, none starting with a dot. */
export function isKey(text: string): boolean {
  return /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(text) && text.length <= 512;
}
