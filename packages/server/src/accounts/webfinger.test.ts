import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../test/browser.js";
import { startTestServer, type TestServer } from "../../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await signIn(server, "Mira");
});
afterAll(() => server.close());

const ask = (resource: string) => server.request(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);

test("an account leads to its page, whatever the case", async () => {
  for (const resource of [
    "acct:Mira@casts.example.org",
    "acct:mira@CASTS.example.org",
    "ACCT:MIRA@casts.example.org",
  ]) {
    const answer = await ask(resource);
    expect(answer.headers.get("content-type")).toBe("application/jrd+json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(await answer.json()).toEqual({
      subject: "acct:Mira@casts.example.org",
      aliases: ["http://casts.example.org/~Mira"],
      links: [
        {
          rel: "http://webfinger.net/rel/profile-page",
          type: "text/html",
          href: "http://casts.example.org/~Mira",
        },
      ],
    });
  }
});

test.each([
  "acct:leo@casts.example.org",
  "acct:mira@example.org",
  "acct:mira@example.org@casts.example.org",
  "mira@casts.example.org",
  "http://casts.example.org/~mira",
  "",
])("%j leads nowhere", async (resource) => {
  expect((await ask(resource)).status).toBe(404);
});

test("what is asked for has to be said", async () => {
  expect((await server.request("/.well-known/webfinger")).status).toBe(400);
});
