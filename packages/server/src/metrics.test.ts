import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cast, installId, startTestServer, type TestServer } from "../test/harness.js";
import { Metrics, measureProcess } from "./metrics.js";

describe("Metrics", () => {
  test("are written as Prometheus reads them", () => {
    const metrics = new Metrics();
    const requests = metrics.counter("requests_total", "Requests.");
    requests.add({ route: "/a/:id", status: "200" });
    requests.add({ route: "/a/:id", status: "200" }, 2);
    requests.add({ route: 'odd "\\\n', status: "200" });
    metrics.gauge("waiting", "Waiting.", () => 3);
    const seconds = metrics.histogram("seconds", "Time.", [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe({ route: "/" }, value);
    expect(metrics.text()).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{route="/a/:id",status="200"} 3
requests_total{route="odd \\"\\\\\\n",status="200"} 1
# HELP waiting Waiting.
# TYPE waiting gauge
waiting 3
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{route="/",le="0.1"} 2
seconds_bucket{route="/",le="1"} 3
seconds_bucket{route="/",le="+Inf"} 4
seconds_sum{route="/"} 7.65
seconds_count{route="/"} 4
`);
  });

  test("of the process are numbers that fit", () => {
    const metrics = new Metrics();
    const end = measureProcess(metrics);
    const values = Object.fromEntries(
      [...metrics.text().matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
    end();
    expect(values["process_resident_memory_bytes"]).toBeGreaterThan(10e6);
    expect(values["process_cpu_seconds_total"]).toBeGreaterThan(0);
    expect(values["process_start_time_seconds"]).toBeLessThanOrEqual(Date.now() / 1000);
    expect(values["nodejs_eventloop_lag_p99_seconds"]).toBeGreaterThanOrEqual(0);
  });
});

describe("/metrics", () => {
  let local: TestServer;
  let named: TestServer;
  let tokened: TestServer;
  beforeAll(async () => {
    local = await startTestServer({ url: "http://localhost:4000" });
    named = await startTestServer();
    tokened = await startTestServer({ metricsToken: "a token that scrapes" });
  });
  afterAll(async () => {
    for (const server of [local, named, tokened]) await server.close();
  });

  test("count requests by the pattern of their address, and hold nothing that was asked for", async () => {
    const { url } = (await (await local.upload(cast())).json()) as { url: string };
    const { pathname } = new URL(url);
    await local.request(pathname);
    await local.request(`/connect/${installId}`);
    await local.request("/no/such?secret=1");
    await local.request("/", { method: "BREW" });
    const answer = await local.request("/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(text).toContain('http_requests_total{method="POST",route="/api/v1/recordings",status="201"} 1\n');
    expect(text).toMatch(/http_requests_total\{method="GET",route="\/a\/:\w+",status="200"\} 1\n/);
    expect(text).toContain('http_requests_total{method="GET",route="none",status="404"} 1\n');
    expect(text).toContain('method="other"');
    expect(text).toMatch(/http_request_duration_seconds_count\{route="\/api\/v1\/recordings"\} 1\n/);
    for (const secret of [pathname.slice(3), installId, "secret", "such"]) expect(text).not.toContain(secret);
  });

  test("are for this machine alone, and not through a proxy on it", async () => {
    const ask = async (server: TestServer, from: string, headers: Record<string, string> = {}) =>
      (await server.request("/metrics", { from, headers })).status;
    expect(await ask(local, "127.0.0.1")).toBe(200);
    expect(await ask(local, "::1")).toBe(200);
    expect(await ask(local, "::ffff:127.0.0.1")).toBe(200);
    expect(await ask(local, "203.0.113.5")).toBe(404);
    for (const header of ["x-forwarded-for", "forwarded", "x-real-ip", "via"]) {
      expect(await ask(local, "127.0.0.1", { [header]: "127.0.0.1" })).toBe(404);
    }
    // Known by a name, it stands behind a proxy, which may tell nothing.
    expect(await ask(named, "127.0.0.1")).toBe(404);
  });

  test("are for whoever has the token, if there is one", async () => {
    const ask = async (authorization?: string) =>
      (await tokened.request("/metrics", { from: "203.0.113.5", headers: authorization ? { authorization } : {} }))
        .status;
    expect(await ask("Bearer a token that scrapes")).toBe(200);
    for (const wrong of [undefined, "Bearer", "Bearer a token that scrape", "Basic a token that scrapes"]) {
      expect(await ask(wrong)).toBe(404);
    }
    expect((await tokened.request("/metrics")).status).toBe(404);
  });
});
