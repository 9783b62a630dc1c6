import { setTimeout as wait } from "node:timers/promises";
import type { Config, SmtpConfig } from "../config.js";
import type { Mail, Mailer } from "./mailer.js";

/** Sends messages through the configured SMTP server. */
export class SmtpMailer implements Mailer {
  readonly logs = false;

  constructor(
    private readonly smtp: SmtpConfig,
    private readonly config: Pick<Config, "mailFrom" | "mailReplyTo">,
  ) {}

  async send(mail: Mail): Promise<void> {
    const { smtp } = this;
    const transport = await transportTo(smtp);
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          await transport.sendMail({
            from: { name: "asciinema", address: this.config.mailFrom },
            replyTo: this.config.mailReplyTo,
            to: { name: "", address: mail.to },
            subject: mail.subject,
            text: mail.text,
            headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", Precedence: "bulk" },
          });
          return;
        } catch (error) {
          // A server that says no for good (5xx) would say it again.
          const { responseCode = 0 } = error as { responseCode?: number };
          if (attempt >= smtp.retries || responseCode >= 500) throw error;
          await wait(1000 * 2 ** attempt);
        }
      }
    } finally {
      transport.close();
    }
  }
}

/** Signs in to an SMTP server and goes away again, as the configuration says.
 *
 *  @throws what stands in the way */
export async function verifySmtp(smtp: SmtpConfig): Promise<void> {
  const transport = await transportTo(smtp);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

async function transportTo(smtp: SmtpConfig) {
  const { createTransport } = await import("nodemailer");
  return createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.port === 465,
    ignoreTLS: smtp.tls === "never",
    requireTLS: smtp.tls === "always",
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
    tls: {
      rejectUnauthorized: smtp.verifyCert,
      ...(!smtp.verifyHost && { checkServerIdentity: () => undefined }),
      ...(smtp.tlsVersions && { minVersion: smtp.tlsVersions.at(0)!, maxVersion: smtp.tlsVersions.at(-1)! }),
    },
    ...(smtp.auth !== "never" &&
      smtp.username !== undefined && {
        auth: { user: smtp.username, pass: smtp.password ?? "" },
      }),
    // Nothing of a message is ever read from this machine's files or fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
