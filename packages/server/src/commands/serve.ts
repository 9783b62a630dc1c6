import type { Call } from "../commands.js";
import { createLog, together } from "../log.js";
import { startServer } from "../server.js";

/** Runs the server until it is told to stop. */
export async function serve({ config, flags, version, terminal }: Call): Promise<number> {
  const log = createLog(together(terminal.err), Date.now, terminal.pretty);
  const server = await startServer({ config, log, version, sample: flags.has("--sample") });
  const where = config.url.endsWith(`:${config.port}`) ? config.url : `${config.url} (port ${server.port})`;
  terminal.out(`asciinema-server ${version} on ${where}, data in ${config.dataDir}\n`);
  if (server.administratorLink) {
    terminal.out(`There is no administrator yet; this link, which works once, makes one:\n`);
    terminal.out(`  ${server.administratorLink}\n`);
  }
  await terminal.stopped();
  await server.close();
  return 0;
}
