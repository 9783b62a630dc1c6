import { type FieldError, Refusal } from "../refusal.js";

const USERNAME = /^[a-z0-9][a-z0-9-]{0,14}[a-z0-9]$/i;
const EMAIL = /^[a-z0-9._%+-]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/;
const NAME_LENGTH = 64;

/** A user name as it is stored, or what is wrong with it. */
export function username(text: string): string | FieldError {
  const value = text.trim().replace(/^~/, "");
  if (USERNAME.test(value)) return value;
  return { field: "username", message: "2 to 16 letters, digits and hyphens, no hyphen at the ends." };
}

/** An address as it is stored, in lower case, or what is wrong with it. */
export function email(text: string): string | FieldError {
  const value = text.trim().toLowerCase();
  if (value.length <= 254 && EMAIL.test(value)) return value;
  return { field: "email", message: "That is not a whole e-mail address." };
}

/** What a person is called, `null` for nothing, or what is wrong with it. */
export function personName(text: string): string | null | FieldError {
  const value = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim();
  if ([...value].length <= NAME_LENGTH) return value || null;
  return { field: "name", message: `${NAME_LENGTH} characters at most.` };
}

/** A user name or an address that somebody wants to sign in with.
 *
 *  @throws Refusal  validation_failed */
export function identity(text: string): { username: string } | { email: string } {
  const value = text.trim();
  const parsed = value.includes("@") ? email(value) : username(value);
  if (typeof parsed === "string") return value.includes("@") ? { email: parsed } : { username: parsed };
  throw invalid([{ ...parsed, field: "identity" }]);
}

/** The refusal of a form. */
export function invalid(details: FieldError[]): Refusal {
  return new Refusal("validation_failed", "Not saved", { details });
}

/** The first and last of an address, so that who looks over a shoulder does not get it: `m…@example.org`. */
export function masked(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}…${address.slice(at)}`;
}
