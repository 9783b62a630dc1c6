import { html } from "hono/html";

/** What pages elsewhere show in the place of the picture of a recording that was removed. */
export async function gonePicture(message: string): Promise<string> {
  const [heading, why] = message.split(". ");
  const text = (y: number, size: number, words: string | undefined) =>
    words ? html`<text x="347" y="${y}" font-size="${size}">${words}.</text>` : "";
  return String(
    await html`<svg xmlns="http://www.w3.org/2000/svg" width="694" height="478" viewBox="0 0 694 478" role="img" aria-label="${message}"><rect width="694" height="478" rx="6" fill="#121314"/><g fill="#cccccc" font-family="sans-serif" text-anchor="middle">${text(234, 20, heading)}${text(262, 13, why)}</g></svg>`,
  );
}
