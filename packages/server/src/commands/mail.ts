import { email } from "../accounts/identity.js";
import { type Call, CommandError } from "../commands.js";
import { SmtpMailer } from "../mail/smtp.js";

/** Sends a message to see whether it arrives. */
export async function sendTestEmail({ config, args, terminal }: Call): Promise<number> {
  if (!config.smtp)
    throw new CommandError("SMTP_HOST is not set: this server sends no mail, it writes links into its log");
  const to = email(args[0]!);
  if (typeof to !== "string") throw new CommandError(`${args[0]} is not a whole e-mail address`);
  const { host } = new URL(config.url);
  const text = `This is a test of the mail server that ${host} sends through. It works.\n`;
  try {
    await new SmtpMailer(config.smtp, config).send({ to, subject: `Test email from ${host}`, text });
  } catch (error) {
    throw new CommandError(`${config.smtp.host}:${config.smtp.port} did not take it: ${(error as Error).message}`);
  }
  terminal.out(`${config.smtp.host}:${config.smtp.port} took a message to ${to}, from ${config.mailFrom}\n`);
  return 0;
}
