import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { readConfig } from "../config.js";
import { signInLetter } from "./letters.js";
import { LogMailer, type Mail, Outbox } from "./mailer.js";
import { SmtpMailer } from "./smtp.js";

const servers: SMTPServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** What an SMTP server got. */
interface Received {
  from: string;
  to: string[];
  content: string;
  user: unknown;
  secure: boolean;
}

/** Starts an SMTP server that accepts the user `asciinema` with the password `secret`. */
async function start(options: SMTPServerOptions = {}): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth(auth, _, done) {
      if (auth.username === "asciinema" && auth.password === "secret") done(null, { user: auth.username });
      else done(new Error("no"));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          content: Buffer.concat(chunks).toString("utf8"),
          user: session.user,
          secure: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {}); // a client that goes away in the middle
  servers.push(server);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return { port: (listening.address() as AddressInfo).port, received };
}

function mailer(port: number, env: Record<string, string> = {}): SmtpMailer {
  const config = readConfig({
    URL_HOST: "casts.example.org",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(port),
    SMTP_RETRIES: "0",
    ...env,
  });
  return new SmtpMailer(config.smtp!, config);
}

const mail = signInLetter(
  { host: "casts.example.org" },
  "mira@example.org",
  "https://casts.example.org/session/new?t=x",
);

test("delivers a message that programs do not answer", async () => {
  const { port, received } = await start();
  await mailer(port, { MAIL_REPLY_TO_ADDRESS: "help@example.org" }).send(mail);
  expect(received).toHaveLength(1);
  const [{ from, to, content, secure }] = received as [Received];
  expect([from, to, secure]).toEqual(["hello@casts.example.org", ["mira@example.org"], false]);
  for (const line of [
    /^From: asciinema <hello@casts\.example\.org>$/m,
    /^Reply-To: help@example\.org$/m,
    /^To: (<)?mira@example\.org(>)?$/m,
    /^Subject: Sign in to casts\.example\.org$/m,
    /^Date: \w/m,
    /^Message-ID: </m,
    /^Auto-Submitted: auto-generated$/m,
    /^Precedence: bulk$/m,
    /^Content-Type: text\/plain; charset=utf-8$/m,
    /^https:\/\/casts\.example\.org\/session\/new\?t=x$/m,
  ]) {
    expect(content.replaceAll("\r\n", "\n")).toMatch(line);
  }
});

test("signs in with the user name that is set, and says when it is refused", async () => {
  const { port, received } = await start({ authOptional: false });
  await mailer(port, { SMTP_USERNAME: "asciinema", SMTP_PASSWORD: "secret" }).send(mail);
  expect(received[0]!.user).toBe("asciinema");
  await expect(mailer(port, { SMTP_USERNAME: "asciinema", SMTP_PASSWORD: "wrong" }).send(mail)).rejects.toThrow(/535/);
  await expect(mailer(port).send(mail)).rejects.toThrow(/530/);
  expect(received).toHaveLength(1);
});

test("turns to encryption where it is offered, and checks who is there", async () => {
  // smtp-server brings a certificate for localhost that nobody has signed.
  const { port, received } = await start({ disabledCommands: [] });
  await expect(mailer(port).send(mail)).rejects.toThrow(/certificate|altnames/i);
  expect(received).toEqual([]);
  const trusting = { SMTP_TLS_VERIFY_CERT: "0", SMTP_TLS_VERIFY_HOST: "0" };
  await mailer(port, { ...trusting, SMTP_TLS: "always", SMTP_ALLOWED_TLS_VERSIONS: "tlsv1.2,tlsv1.3" }).send(mail);
  expect(received[0]!.secure).toBe(true);
  await mailer(port, { SMTP_TLS: "never" }).send(mail);
  expect(received[1]!.secure).toBe(false);
});

test("does not go without encryption when it has to be", async () => {
  const { port, received } = await start();
  await expect(mailer(port, { SMTP_TLS: "always" }).send(mail)).rejects.toThrow(/STARTTLS/i);
  expect(received).toEqual([]);
});

test("tries again what was refused for now, not what was refused for good", async () => {
  let attempts = 0;
  const refuse = (responseCode: number, times: number): SMTPServerOptions => ({
    onRcptTo(_address, _session, done) {
      attempts++;
      done(attempts <= times ? Object.assign(new Error("no"), { responseCode }) : undefined);
    },
  });
  const busy = await start(refuse(450, 1));
  await mailer(busy.port, { SMTP_RETRIES: "1" }).send(mail);
  expect([attempts, busy.received.length]).toEqual([2, 1]);
  attempts = 0;
  const closed = await start(refuse(550, 9));
  await expect(mailer(closed.port, { SMTP_RETRIES: "3" }).send(mail)).rejects.toThrow(/550/);
  expect(attempts).toBe(1);
});

test("a name in a message cannot add headers", async () => {
  const { port, received } = await start();
  const hostile: Mail = { to: "mira@example.org", subject: "x\r\nBcc: evil@example.org", text: "." };
  await mailer(port).send(hostile);
  expect(received[0]!.to).toEqual(["mira@example.org"]);
  expect(received[0]!.content).not.toMatch(/^Bcc:/im);
});

test("the outbox answers at once, logs what fails, and can be waited for", async () => {
  const lines: string[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (event: string, facts?: object) => void lines.push(`${event} ${JSON.stringify(facts)}`),
  };
  const { port, received } = await start();
  const outbox = new Outbox(mailer(port), log);
  outbox.post(async () => mail);
  outbox.post(async () => undefined);
  expect(received).toEqual([]);
  await outbox.settled();
  expect(received).toHaveLength(1);
  const broken = new Outbox(mailer(1), log);
  broken.post(async () => mail);
  await broken.settled();
  expect(lines).toEqual([expect.stringMatching(/^mail not sent .*ECONNREFUSED/)]);
  expect(lines.join()).not.toContain("t=x");
  expect(new Outbox(new LogMailer(log), log).logs).toBe(true);
});
