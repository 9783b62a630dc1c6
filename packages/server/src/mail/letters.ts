import type { Mail } from "./mailer.js";

/** Who a letter comes from, and how to get there. */
interface Sender {
  /** Host and port, for people. */
  host: string;
}

const once = "The link works once, for an hour. If you did not ask for it, do nothing.";

/** To somebody who wants to sign in. */
export function signInLetter({ host }: Sender, to: string, link: string): Mail {
  return letter(to, `Sign in to ${host}`, ["Open this link to sign in:", link, once]);
}

/** To an address that has no account yet. */
export function signUpLetter({ host }: Sender, to: string, link: string): Mail {
  return letter(to, `Welcome to ${host}`, [`Open this link to make your account on ${host}:`, link, once]);
}

/** To the address that an account is to have. */
export function changeLetter({ host }: Sender, to: string, name: string, link: string): Mail {
  return letter(to, `Change of address on ${host}`, [
    `Open this link to make this the address of ${name} on ${host}. You have to be signed in there.`,
    link,
    once,
  ]);
}

/** To an address that somebody wanted for an account although it has one. */
export function takenLetter({ host }: Sender, to: string): Mail {
  return letter(to, `Change of address on ${host}`, [
    `Somebody wanted to use this address for another account on ${host}. It belongs to yours, so nothing was changed.`,
  ]);
}

/** To the address that an account had. */
export function changedLetter({ host }: Sender, to: string, name: string, by: string): Mail {
  return letter(to, `Your address on ${host} was changed`, [
    `The address of ${name} on ${host} is now ${by}. If you did not do this, answer this letter.`,
  ]);
}

function letter(to: string, subject: string, paragraphs: string[]): Mail {
  return { to, subject, text: `${paragraphs.join("\n\n")}\n` };
}
