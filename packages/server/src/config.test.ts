import { describe, expect, test } from "vitest";
import { readConfig } from "./config.js";

describe("readConfig", () => {
  test("needs nothing", () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 4000,
      url: "http://localhost:4000",
      uploadSizeLimit: 8_000_000,
      uploadAuthRequired: false,
      defaultRecordingVisibility: "unlisted",
    });
    expect(config.dataDir).toBe(`${process.cwd()}/data`);
    expect(config.cacheDir).toBe(`${process.cwd()}/data/cache`);
  });

  test.each([
    [{ PORT: "8080" }, "http://localhost:8080"],
    [{ URL_HOST: "casts.example.org", URL_SCHEME: "https" }, "https://casts.example.org"],
    [{ URL_HOST: "casts.example.org", PORT: "4000" }, "http://casts.example.org"],
    [{ URL_HOST: "casts.example.org", URL_PORT: "8443", URL_SCHEME: "https" }, "https://casts.example.org:8443"],
    [{ URL_PORT: "80" }, "http://localhost"],
  ])("%j is reached at %s", (env, url) => {
    expect(readConfig(env).url).toBe(url);
  });

  test("listens on this machine only unless told", () => {
    expect(readConfig({ BIND_ALL: "1" }).host).toBe("0.0.0.0");
    expect(readConfig({ BIND_ALL: "no" }).host).toBe("127.0.0.1");
    expect(readConfig({ HOST: "::1", BIND_ALL: "yes" }).host).toBe("::1");
  });

  test("reads the address of a database, and how many connections to it", () => {
    const config = (env: Record<string, string>) => {
      const { databaseUrl, databasePoolSize } = readConfig(env);
      return [databaseUrl, databasePoolSize];
    };
    expect(config({})).toEqual([undefined, 10]);
    expect(config({ DATABASE_URL: "postgres://u:p@h/n?ssl=true&pool_size=5" })).toEqual([
      "postgres://u:p@h/n?ssl=true",
      5,
    ]);
    expect(config({ DATABASE_URL: "postgresql://h/n", DB_POOL_SIZE: "3" })).toEqual(["postgresql://h/n", 3]);
  });

  test.each([
    ["", undefined],
    ["7", { hide: undefined, delete: 7 }],
    ["7, 30", { hide: 7, delete: 30 }],
  ])("keeps what nobody claims as %j says", (value, limits) => {
    expect(readConfig({ UNCLAIMED_RECORDING_TTL: value }).unclaimed).toEqual(limits);
  });

  test("sends mail through the server that is named", () => {
    expect(readConfig({ SMTP_PORT: "25" }).smtp).toBeUndefined();
    expect(readConfig({ SMTP_HOST: "mail.example.org" })).toMatchObject({
      smtp: { port: 587, auth: "if_available", tls: "if_available", verifyHost: true, verifyCert: true, retries: 1 },
      mailFrom: "hello@localhost",
      mailReplyTo: "admin@localhost",
    });
    const env = { SMTP_HOST: "x", SMTP_ALLOWED_TLS_VERSIONS: "tlsv1.3, TLSv1.2", SMTP_FROM_ADDRESS: "a@b.example" };
    expect(readConfig(env)).toMatchObject({ smtp: { tlsVersions: ["TLSv1.2", "TLSv1.3"] }, mailFrom: "a@b.example" });
  });

  test("takes an empty variable as not set", () => {
    expect(readConfig({ PORT: "", UPLOAD_AUTH_REQUIRED: " " }).port).toBe(4000);
  });

  test.each([
    [{ PORT: "80a" }, /PORT is "80a": a whole number from 0 to 65535/],
    [{ PORT: "65536" }, /PORT/],
    [{ UPLOAD_SIZE_LIMIT: "8MB" }, /UPLOAD_SIZE_LIMIT is "8MB": a whole number 1 or more/],
    [{ UPLOAD_AUTH_REQUIRED: "maybe" }, /UPLOAD_AUTH_REQUIRED is "maybe"/],
    [{ DEFAULT_RECORDING_VISIBILITY: "secret" }, /public, unlisted, private are possible/],
    [{ URL_SCHEME: "ftp" }, /URL_SCHEME/],
    [{ URL_HOST: "https://casts.example.org" }, /URL_HOST/],
    [{ URL_HOST: "casts.example.org/sub" }, /URL_HOST/],
    [{ SECRET_KEY_BASE: "short" }, /SECRET_KEY_BASE is too short/],
    [{ DATABASE_URL: "mysql://root:secret@x/y" }, /^DATABASE_URL cannot be used: [^s]*postgres:(?!.*secret)/],
    [{ PREVIEW_FONTS: "/no/such.ttf" }, /PREVIEW_FONTS has "\/no\/such.ttf": ENOENT/],
    [{ PREVIEW_FONTS: import.meta.filename }, /PREVIEW_FONTS has ".*": not a TrueType font/],
    [{ UNCLAIMED_RECORDING_TTL: "7d" }, /UNCLAIMED_RECORDING_TTL is "7d"/],
    [{ UNCLAIMED_RECORDING_TTL: "30,7" }, /hidden before they are deleted/],
    [{ DATABASE_URL: "nonsense" }, /DATABASE_URL/],
    [{ DATABASE_URL: "postgres://x/y?pool_size=many" }, /DATABASE_URL/],
    [{ SMTP_HOST: "x", SMTP_TLS: "maybe" }, /always, if_available, never are possible/],
    [{ SMTP_HOST: "x", SMTP_ALLOWED_TLS_VERSIONS: "tlsv1.2,sslv3" }, /SMTP_ALLOWED_TLS_VERSIONS has "sslv3"/],
    [{ SMTP_HOST: "x", SMTP_AUTH: "always" }, /there is no SMTP_USERNAME/],
  ])("refuses %j", (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });
});
