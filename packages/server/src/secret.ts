import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The secret that signs tokens, kept in the data directory: made at the first start, readable by its owner only. */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret");
  const secret = (await readFile(path, "utf8").catch(() => make(path))).trim();
  if (secret.length < 32) throw new Error(`${path} is damaged: remove it and a new secret is made at the next start`);
  return secret;
}

/** Makes the file, whole or not at all, and returns what is in it: of two servers that start at once, one makes it. */
async function make(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, randomBytes(48).toString("base64url"), { mode: 0o600, flag: "wx", flush: true });
  try {
    await link(draft, path); // fails when another was first
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return readFile(path, "utf8");
}
