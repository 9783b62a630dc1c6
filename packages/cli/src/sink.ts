// Where the bytes of a file go: into the file, or through a compressor.
import { close, fsync, write } from "node:fs";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { CliError } from "./error.js";

const writeFile = promisify(write);
const syncFile = promisify(fsync);
const closeFile = promisify(close);

/** One thing is asked of it at a time. Every method throws the system's error. */
export interface Sink {
  /** The memory may be used again when it resolves. */
  write(data: Uint8Array): Promise<void>;
  /** Makes readers of the file see everything written; without it they always do. */
  flush?(): Promise<void>;
  /** Writes what belongs to the end. */
  end?(): Promise<void>;
  /** Makes what the file holds last. Pipes and devices cannot do that, and need not. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** How a file is compressed: as one gzip member, or as one zstd frame. */
export type Compression = "gzip" | "zstd";

/** A sink into an open file.
 *
 *  @throws CliError when it is to compress in a way that this Node cannot */
export function sinkInto(fd: number, compression: Compression | undefined): Sink {
  return compression === undefined ? plain(fd) : compressed(fd, compression);
}

/** How a file of this name is to be compressed. */
export function compressionOf(name: string): Compression | undefined {
  if (/\.gz$/i.test(name)) return "gzip";
  return /\.zst$/i.test(name) ? "zstd" : undefined;
}

function plain(fd: number): Sink {
  return {
    write: async (data) => {
      for (let offset = 0; offset < data.length; ) {
        const { bytesWritten } = await writeFile(fd, data, offset, data.length - offset, null);
        offset += bytesWritten;
      }
    },
    sync: () => syncFile(fd).catch(() => {}),
    close: () => closeFile(fd),
  };
}

function compressed(fd: number, kind: Compression): Sink {
  const file = plain(fd);
  const stream = compressor(kind);
  let ready: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => ready.push(chunk));
  /** Waits for a step of the compressor, and writes what came out of it. */
  const step = async (work: (done: (error?: Error | null) => void) => void) => {
    await new Promise<void>((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
    const chunks = ready;
    ready = [];
    for (const chunk of chunks) await file.write(chunk);
  };
  return {
    ...file,
    write: (data) => step((done) => stream.write(data, done)),
    flush: () => step((done) => stream.flush(kind === "gzip" ? zlib.constants.Z_SYNC_FLUSH : ZSTD_FLUSH, () => done())),
    end: () => step((done) => stream.once("end", () => done()).end()),
  };
}

const ZSTD_FLUSH = 1;

function compressor(kind: Compression): zlib.Gzip {
  if (kind === "gzip") return zlib.createGzip();
  // Since Node 22.15; the types are those of the oldest Node that is supported.
  const { createZstdCompress } = zlib as { createZstdCompress?: () => zlib.Gzip };
  if (!createZstdCompress) throw new CliError("this Node can't write zstd: use a name in .gz, or Node 22.15 or newer");
  return createZstdCompress();
}
