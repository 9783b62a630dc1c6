import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import type { Values } from "../arguments.js";
import type { Environment } from "../config.js";
import { CliError } from "../error.js";
import { examine } from "../examine.js";
import { visible } from "../messages.js";
import { Progress } from "../progress.js";
import { chooseServer, post, type Reply } from "../server.js";
import { damaged, inflated, openSource, upTo, warnOf } from "../source.js";

/** Runs `upload`: checks a recording, sends it and prints where it is. */
export async function upload(values: Values, env: Environment): Promise<number> {
  const path = values.words[0]!;
  const content = await contentOf(path);
  const server = await chooseServer(values, env);

  const boundary = randomBytes(24).toString("hex");
  const fields = ["title", "description", "visibility"].flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [field(boundary, `name="${name}"`), `${value}\r\n`];
  });
  const filename = content.name.replaceAll(/["\r\n]/g, (char) => encodeURIComponent(char));
  fields.push(field(boundary, `name="file"; filename="${filename}"`, "application/octet-stream"));
  const head = Buffer.from(fields.join(""));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const length = head.length + content.length + tail.length;
  const progress = new Progress("Uploading");
  const onProgress = (sent: number) => (sent === 0 ? progress.clear() : progress.show(sent, length));
  const parts = async function* () {
    yield head;
    yield* content.chunks();
    yield tail;
  };
  const body = { type: `multipart/form-data; boundary=${boundary}`, length, parts };
  const url = new URL("/api/v1/recordings", server.url);
  const reply = await post(url, env, body, onProgress).finally(() => progress.stop());
  server.keep();
  process.stdout.write(`${visible(resultOf(reply, url))}\n`);
  return 0;
}

/** A recording that has been read to its end without fault, as it is sent: plain, and without a torn last line.
 *
 *  @throws CliError */
async function contentOf(path: string) {
  const content = async () => inflated(await openSource(path));
  const { compressed, chunks } = await content();
  const examined = await examine(chunks, "throw").catch((error) => {
    throw error instanceof CliError ? error : damaged(path, error);
  });
  warnOf(examined, path);
  return {
    name: basename(path).replace(compressed ? /\.(gz|zst)$/ : /$/, ""),
    length: examined.end,
    chunks: async function* () {
      yield* upTo(examined.end, (await content()).chunks);
    },
  };
}

function field(boundary: string, disposition: string, type?: string): string {
  const content = type ? `Content-Type: ${type}\r\n` : "";
  return `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${content}\r\n`;
}

/** What to print of a reply.
 *
 *  @throws CliError when it is no success */
function resultOf({ status, body }: Reply, url: URL): string {
  const { message } = body;
  const said = typeof message === "string" && message !== "" ? message : undefined;
  if (status >= 200 && status < 300) {
    if (said !== undefined) return said;
    if (typeof body.url === "string") return body.url;
    throw new CliError(`${url.host} did not say where the recording is`);
  }
  if (said !== undefined) throw new CliError([said, ...detailsOf(body)].join("\n  "));
  if (status === 413) throw new CliError("The recording exceeds the server-configured size limit");
  const kind = status < 500 ? "client" : "server";
  throw new CliError(`HTTP status ${kind} error (${status}) for url (${url.href})`);
}

/** What is wrong with which field, as a server that refuses a recording tells it. */
function detailsOf({ details }: Reply["body"]): string[] {
  if (!Array.isArray(details)) return [];
  return details.map((detail: { field?: unknown; message?: unknown }) => `${detail?.field}: ${detail?.message}`);
}
