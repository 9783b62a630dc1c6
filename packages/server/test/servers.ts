import { afterAll, beforeAll, describe } from "vitest";
import { startTestServer, type TestServer } from "./harness.js";
import { hasPostgres, startPostgres, type TestPostgres } from "./postgres.js";

/** Starts a server with settings, as `startTestServer` does. */
export type Starter = (...settings: Parameters<typeof startTestServer>) => Promise<TestServer>;

/** Runs a suite on servers over every database that they work with. */
export function describeServers(name: string, suite: (start: Starter) => void): void {
  describe(`${name} on SQLite`, () => suite(startTestServer));

  // In a run on another Node for its SQLite's sake, PostgreSQL would only be tested twice.
  describe.skipIf(!hasPostgres || process.env["ONLY_SQLITE"])(`${name} on PostgreSQL`, () => {
    let postgres: TestPostgres;
    beforeAll(async () => {
      postgres = await startPostgres();
    });
    afterAll(() => postgres.stop());
    suite(async (settings) => startTestServer({ ...settings, databaseUrl: await postgres.database() }));
  });
}
