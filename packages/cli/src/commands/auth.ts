import type { Values } from "../arguments.js";
import type { Environment } from "../config.js";
import { installId } from "../install-id.js";
import { chooseServer } from "../server.js";

/** Runs `auth`: tells how to connect this machine to an account. Nothing is sent. */
export async function auth(values: Values, env: Environment): Promise<number> {
  const server = await chooseServer(values, env);
  const { hostname } = server.url;
  const url = new URL(`/connect/${installId(env)}`, server.url);
  server.keep();
  process.stdout.write(
    `Open the following URL in a web browser to authenticate this CLI with your ${hostname} user account:\n\n${url.href}\n\n` +
      "This will associate all recordings uploaded from this machine with your account (including past uploads), " +
      `and enable public live streaming via ${hostname}.\n`,
  );
  return 0;
}
