import type { Log } from "../log.js";

/** A message to one person. */
export interface Mail {
  to: string;
  subject: string;
  /** Plain text. */
  text: string;
}

/** Brings messages to people. */
export interface Mailer {
  /** @throws when the message cannot be delivered */
  send(mail: Mail): Promise<void>;
  /** Whether messages end up in the log, for the operator to pass on. */
  readonly logs: boolean;
}

/** Writes messages into the log, for servers that send none. */
export class LogMailer implements Mailer {
  readonly logs = true;

  constructor(private readonly log: Log) {}

  async send({ to, subject, text }: Mail): Promise<void> {
    const [link] = /^https?:\/\/\S+$/m.exec(text) ?? [];
    this.log.info("mail", { to, subject, link });
  }
}

/** Sends messages after the answer that they belong to: how long it takes tells nobody whether there was one. */
export class Outbox {
  private readonly sending = new Set<Promise<void>>();

  constructor(
    private readonly mailer: Mailer,
    private readonly log: Log,
  ) {}

  /** Whether messages end up in the log. */
  get logs(): boolean {
    return this.mailer.logs;
  }

  /** Works out and sends a message, or none. What goes wrong is logged. */
  post(write: () => Promise<Mail | undefined>): void {
    const work = (async () => {
      try {
        const mail = await write();
        if (mail) await this.mailer.send(mail);
      } catch (error) {
        this.log.error("mail not sent", { error: error instanceof Error ? error.message : String(error) });
      }
    })();
    this.sending.add(work);
    void work.finally(() => this.sending.delete(work));
  }

  /** Waits until everything that was posted is sent. */
  async settled(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending);
  }
}
