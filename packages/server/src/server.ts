import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type ServerType, serve } from "@hono/node-server";
import { AccountRepository } from "./accounts/repository.js";
import { Sessions } from "./accounts/sessions.js";
import { SignIn } from "./accounts/sign-in.js";
import { createApp } from "./app.js";
import type { Config } from "./config.js";
import { lockDataDir, openDataDir } from "./data-dir.js";
import { Changes } from "./db/changes.js";
import { openDatabase } from "./db/database.js";
import { migrate } from "./db/migrate.js";
import { DerivedFiles } from "./derived.js";
import { openDiskStore } from "./files/disk.js";
import { SessionRepository } from "./live/sessions.js";
import { type LiveTiming, StreamSockets } from "./live/sockets.js";
import { Studio } from "./live/studio.js";
import type { Log } from "./log.js";
import { LogMailer, Outbox } from "./mail/mailer.js";
import { SmtpMailer } from "./mail/smtp.js";
import { sweep } from "./maintenance.js";
import { Metrics, measureProcess } from "./metrics.js";
import { RecordingRepository } from "./recordings/repository.js";
import { RecordingService } from "./recordings/service.js";
import { recordingWorkers } from "./recordings/workers.js";
import { addSample } from "./sample.js";
import { keptSecret } from "./secret.js";
import { StreamRepository } from "./streams/repository.js";
import { StreamService } from "./streams/service.js";

/** A server that is running. */
export interface RunningServer {
  /** The port it listens on. */
  port: number;
  /** Makes whoever opens it first the administrator; `undefined` once there is one. */
  administratorLink: string | undefined;
  /** Finishes what is being answered, then stops. */
  close(): Promise<void>;
}

const HOUR = 3_600_000;
const SWEEP_EVERY = 6 * HOUR;
const EXPIRE_EVERY = HOUR;
const TEND_EVERY = 60_000;
/** How long answers may take to finish once the server is to stop. */
const GRACE = 10_000;

/** Milliseconds that clients may take, so that nobody holds connections for nothing. */
const PATIENCE = {
  /** To send all headers. */
  headers: 20_000,
  /** To send all of a request. */
  request: 300_000,
  /** To ask again on a connection. */
  next: 65_000,
  /** To take anything of an answer. */
  idle: 120_000,
  /** Between looking whether somebody takes longer. */
  check: 5000,
};

/** Opens the data directory, brings its database up to date and listens.
 *
 *  @param options.sample  whether a server without any recording gets one to look at
 *  @throws DataDirError  when the data directory cannot be used, or is by another server; and when the port is taken
 *                        (`code` is `EADDRINUSE`) or the database refuses */
export async function startServer(options: {
  config: Config;
  log: Log;
  version: string;
  clock?: () => number;
  sample?: boolean;
  timing?: LiveTiming;
  patience?: Partial<typeof PATIENCE>;
}): Promise<RunningServer> {
  const { config, log, version, clock = Date.now } = options;
  await openDataDir(config.dataDir);
  const unlock = lockDataDir(config.dataDir);
  const derived = new DerivedFiles(config.cacheDir, clock);
  const changes = new Changes();
  const db = openDatabase(config, changes);
  const workers = recordingWorkers();
  const metrics = new Metrics();
  const measured = measureProcess(metrics);
  workers.measure(metrics);
  const outbox = new Outbox(config.smtp ? new SmtpMailer(config.smtp, config) : new LogMailer(log), log);
  try {
    const secret = config.secret ?? (await keptSecret(config.dataDir));
    const files = await openDiskStore(config.dataDir);
    for (const name of await migrate(db)) log.info("migrated", { name });
    if (options.sample) await addSample({ db, files, workers, config, clock });
    const accounts = new AccountRepository(db);
    const recordings = new RecordingRepository(db);
    const service = new RecordingService(recordings, files, workers, config, clock);
    const studio = new Studio({
      config,
      db,
      files,
      accounts,
      recordings: service,
      allRecordings: recordings,
      clock,
      log,
      progress: options.timing?.progress,
    });
    studio.measure(metrics);
    await studio.open();
    const app = createApp({
      config,
      db,
      changes,
      files,
      derived,
      workers,
      studio,
      outbox,
      clock,
      log,
      metrics,
      secret,
      version,
    });
    const administratorLink = await new SignIn(accounts, outbox, config, clock).administratorLink();
    const { server, port } = await listen(app.fetch, config, { ...PATIENCE, ...options.patience });
    const allStreams = new StreamRepository(db);
    const streams = new StreamService(allStreams, studio, config, secret, clock);
    const sessions = new Sessions(accounts, clock);
    const sockets = new StreamSockets(
      { config, studio, streams, allStreams, sessions, secret, clock, log },
      options.timing,
    );
    sockets.attach(server as Server);
    const chores = [
      repeat(SWEEP_EVERY, log, () =>
        sweep({ files, derived, recordings, streams: new SessionRepository(db), accounts, clock, log }),
      ),
      repeat(EXPIRE_EVERY, log, async () => {
        const { hidden, deleted } = await service.expire();
        if (hidden + deleted > 0) log.info("unclaimed", { hidden, deleted });
      }),
      repeat(TEND_EVERY, log, async () => {
        await streams.tend();
        await studio.tend();
      }),
    ];

    const close = async () => {
      await sockets.close();
      await stop(server);
      await outbox.settled();
      for (const chore of chores) await chore.stop();
      await workers.close();
      await db.destroy();
      measured();
      unlock();
    };
    return { port, administratorLink, close };
  } catch (error) {
    await workers.close();
    await db.destroy();
    measured();
    unlock();
    throw error;
  }
}

/** Does something at once and again and again, never twice at a time. */
function repeat(milliseconds: number, log: Log, work: () => Promise<void>): { stop(): Promise<void> } {
  const run = () => work().catch((error) => log.error("maintenance", { error: String(error) }));
  let running = run();
  const timer = setInterval(() => {
    running = running.then(run);
  }, milliseconds);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function listen(fetch: Parameters<typeof serve>[0]["fetch"], config: Config, patience: typeof PATIENCE) {
  return new Promise<{ server: ServerType; port: number }>((resolve, reject) => {
    const server = serve(
      {
        fetch,
        hostname: config.host,
        port: config.port,
        // We read on ourselves after a refusal; the adapter would end the connection after half a second.
        autoCleanupIncoming: false,
        serverOptions: {
          headersTimeout: patience.headers,
          requestTimeout: patience.request,
          keepAliveTimeout: patience.next,
          connectionsCheckingInterval: patience.check,
        },
      },
      ({ port }: AddressInfo) => resolve({ server, port }),
    );
    if ("setTimeout" in server) server.setTimeout(patience.idle);
    server.once("error", reject);
  });
}

async function stop(server: ServerType): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  if ("closeIdleConnections" in server) server.closeIdleConnections();
  const late = new AbortController();
  await Promise.race([closed, wait(GRACE, undefined, { signal: late.signal, ref: false }).catch(() => {})]);
  late.abort();
  if ("closeAllConnections" in server) server.closeAllConnections();
  await closed;
}
