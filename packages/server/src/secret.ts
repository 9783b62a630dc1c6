import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The secret that signs tokens, kept in the data directory: made at the first start, readable by its owner only. */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, "secret");
  try {
    // Fails when the file is there, so that two servers starting at once agree on one secret.
    await writeFile(path, randomBytes(48).toString("base64url"), { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = (await readFile(path, "utf8")).trim();
  if (secret.length < 32) throw new Error(`${path} is damaged: remove it and a new secret is made at the next start`);
  return secret;
}
