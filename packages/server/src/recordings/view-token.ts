import { createHmac, timingSafeEqual } from "node:crypto";

const LIFETIME = 24 * 3600 * 1000;

/** Shows that a page was opened before a view of it is counted. It says which recording and until when. */
export function viewToken(secret: string, recordingId: number, now: number): string {
  const content = `${recordingId}.${now + LIFETIME}`;
  return `${content}.${sign(secret, content)}`;
}

/** Whether a token was made for this recording and still counts. */
export function isViewToken(secret: string, token: string, recordingId: number, now: number): boolean {
  const [id, until, signature, ...more] = token.split(".");
  if (id !== String(recordingId) || until === undefined || signature === undefined || more.length > 0) return false;
  const expected = Buffer.from(sign(secret, `${id}.${until}`));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected) && Number(until) > now;
}

function sign(secret: string, content: string): string {
  return createHmac("sha256", secret).update(`view-count ${content}`).digest("base64url");
}
