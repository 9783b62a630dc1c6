import type { Site } from "../web/site.js";
import { escaped } from "./oembed.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, titleOf } from "./service.js";

/** A list of public recordings for feed readers.
 *
 *  @param path  of the page that the feed is of
 *  @see RFC 4287 */
export function atomFeed(
  site: Site,
  title: string,
  path: string,
  recordings: { recording: ListedRecording; picture: Picture }[],
): string {
  const entries = recordings.map(({ recording, picture }) => {
    const url = `${site.url}/a/${addressOf(recording)}`;
    const description = `<a href="${escaped(url)}"><img src="${escaped(`${url}.svg?v=${picture.key}`)}" width="${picture.width}" height="${picture.height}" alt=""></a>`;
    const author = recording.author
      ? `<author><name>${escaped(recording.author)}</name>${
          recording.author_username ? `<uri>${escaped(`${site.url}/~${recording.author_username}`)}</uri>` : ""
        }</author>`
      : "<author><name>unknown</name></author>";
    return (
      `<entry><id>${escaped(url)}</id><title>${escaped(titleOf(recording))}</title><link href="${escaped(url)}"/>` +
      `<published>${date(recording.created_at)}</published><updated>${date(recording.updated_at)}</updated>${author}` +
      `<content type="html">${escaped(description)}</content></entry>`
    );
  });
  const newest = Math.max(0, ...recordings.map(({ recording }) => recording.updated_at));
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${escaped(site.url + path)}</id><title>${escaped(title)}</title><link href="${escaped(site.url + path)}"/><updated>${date(newest)}</updated>${entries.join("")}</feed>
`;
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
