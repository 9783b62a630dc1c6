import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mailedLink, signIn, TestBrowser } from "../../test/browser.js";
import { cast, startTestServer, type TestServer } from "../../test/harness.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const account = () => server.db.selectFrom("users").selectAll().executeTakeFirstOrThrow();
const palette = Array(16).fill("#112233").join(":");
const colored = { term: { cols: 80, rows: 24, theme: { fg: "#abcdef", bg: "#fedcba", palette } } };

/** The theme that the player is told, and the background of the picture. */
async function shown(path: string) {
  const html = await (await server.request(path, { headers: { accept: "text/html" } })).text();
  const setup = /data-player="([^"]*)"/.exec(html)![1]!.replaceAll("&quot;", '"');
  const { theme, terminalFontFamily, boldIsBright } = (JSON.parse(setup) as { options: Record<string, unknown> })
    .options;
  const svg = await (await server.request(`${path}.svg`)).text();
  return { theme, terminalFontFamily, boldIsBright, background: /<rect [^>]*fill="(#\w+)"/.exec(svg)![1] };
}

describe("how terminals look", () => {
  const add = async (of: TestBrowser, header: Record<string, unknown> = {}) => {
    await of.open("/record");
    return (await of.attach("/record", cast(header), { visibility: "public" })).path;
  };

  test("is the recorded colours or asciinema's until somebody chooses", async () => {
    const mira = await signIn(server, "mira");
    expect(await shown(await add(mira))).toMatchObject({ theme: "asciinema", background: "#121314" });
    expect(await shown(await add(mira, colored))).toMatchObject({ theme: "auto/asciinema", background: "#fedcba" });
  });

  test("is what the account says, for all that it has and will have", async () => {
    const mira = await signIn(server, "mira");
    const [plain, own] = [await add(mira), await add(mira, colored)];
    await mira.open("/user/edit");
    const chosen = { term_theme_name: "nord", term_font_family: "Fira Code", term_bold_is_bright: "on" };
    expect((await mira.submit("/user/terminal", chosen)).text).toContain("Saved.");
    expect(await shown(plain)).toMatchObject({ theme: "nord", background: "#2e3440", boldIsBright: false });
    expect((await shown(plain)).terminalFontFamily).toBe('"Fira Code", var(--mono)');
    expect(await shown(own)).toMatchObject({ theme: "auto/nord", background: "#fedcba" });
    expect(await shown(await add(mira))).toMatchObject({ theme: "nord", boldIsBright: true });
    // Without recorded colours first.
    await mira.open("/user/edit");
    const fields = new URLSearchParams({ _token: /name="_token" value="([^"]*)"/.exec(mira.page.html)![1]! });
    fields.set("term_theme_name", "nord");
    await mira.post("/user/terminal", fields);
    expect(await shown(own)).toMatchObject({ theme: "nord", background: "#2e3440", terminalFontFamily: undefined });
  });

  test("is what a recording says before that", async () => {
    const mira = await signIn(server, "mira");
    const [plain, own] = [await add(mira), await add(mira, colored)];
    await server.db.updateTable("users").set({ term_theme_name: "nord", term_theme_prefer_original: false }).execute();
    await mira.open(`${plain}/edit`);
    expect(mira.page.html).not.toContain('value="original"');
    await mira.submit(`${plain}/edit`, { term_theme_name: "dracula" });
    expect(await shown(plain)).toMatchObject({ theme: "dracula", background: "#282a36" });
    await mira.open(`${own}/edit`);
    expect(mira.page.html).toContain('value="original"');
    await mira.submit(`${own}/edit`, { term_theme_name: "original" });
    expect(await shown(own)).toMatchObject({ theme: "auto/nord", background: "#fedcba" });
  });

  test("is one of those that there are", async () => {
    const mira = await signIn(server, "mira");
    await mira.open("/user/edit");
    const refused = await mira.submit("/user/terminal", { term_theme_name: "neon", term_font_family: "Comic Sans" });
    expect(refused.status).toBe(422);
    expect((await account()).term_theme_name).toBeNull();
  });
});

describe("where somebody is", () => {
  test("is what their browser says when they first sign in", async () => {
    const browser = new TestBrowser(server);
    await browser.open("/login/new");
    await browser.submit("/login", { identity: "mira@example.org" });
    await browser.open(await mailedLink(server));
    await browser.submit("/session", { username: "mira", timezone: "Europe/Warsaw" });
    expect((await account()).timezone).toBe("Europe/Warsaw");
    await browser.open("/user/edit");
    await browser.submit("/user", { timezone: "America/New_York" });
    expect((await account()).timezone).toBe("America/New_York");
    await signIn(server, "mira");
    expect((await account()).timezone).toBe("America/New_York");
    await browser.open("/user/edit");
    expect((await browser.submit("/user", { timezone: "Moon/Base" })).status).toBe(422);
  });

  test("is not known when a browser says nonsense", async () => {
    const browser = new TestBrowser(server);
    await browser.open("/login/new");
    await browser.submit("/login", { identity: "mira@example.org" });
    await browser.open(await mailedLink(server));
    await browser.submit("/session", { username: "mira", timezone: "Nowhere" });
    expect((await account()).timezone).toBeNull();
  });
});

describe("light or dark", () => {
  test("is chosen on any page, without script, and kept", async () => {
    const guest = new TestBrowser(server);
    expect((await guest.open("/about?a=1")).html).not.toContain("data-scheme");
    await guest.submit("/scheme", { scheme: "dark" });
    expect(guest.page.path).toBe("/about?a=1");
    expect(guest.page.html).toContain('<html lang="en" data-scheme="dark">');
    expect((await guest.open("/")).html).toContain('data-scheme="dark"');
    expect((await guest.open("/a/99")).html).toContain('data-scheme="dark"');
    await guest.submit("/scheme", { scheme: "system" });
    expect((await guest.open("/")).html).not.toContain("data-scheme");
  });

  test("leads nowhere else and is set by nobody else", async () => {
    const guest = new TestBrowser(server);
    for (const to of ["//evil.example", "/\\evil.example", "https://evil.example", "/ok\r\nx: y", ""]) {
      expect((await guest.post("/scheme", { scheme: "dark", to })).path).toBe("/");
    }
    const answer = await guest.post("/scheme", { scheme: "light", to: "/" }, { origin: "https://evil.example" });
    expect(answer.status).toBe(403);
    expect(guest.cookies.get("scheme")).toBe("dark");
  });
});
