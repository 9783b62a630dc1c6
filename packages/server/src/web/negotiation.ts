/** The types of an `Accept` header, best first; those that are refused (q=0) are left out. */
function accepted(header: string): { name: string; quality: number }[] {
  return header
    .split(",")
    .map((entry) => {
      const [name = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
      const quality = q === undefined ? 1 : /^(0(\.\d*)?|1(\.0*)?)$/.test(q) ? Number(q) : 0;
      return { name, quality };
    })
    .filter(({ name, quality }) => name !== "" && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** Whether a request's `Accept` header lets JSON be the answer. A missing one accepts everything. */
export function acceptsJson(header: string | undefined): boolean {
  return (
    header === undefined || accepted(header).some(({ name }) => /^(\*\/\*|application\/(\*|json|.*\+json))$/.test(name))
  );
}

/** What a request wants a recording as, by its `Accept` header. */
export function preferredForm(header: string | undefined): "html" | "cast" | "txt" | "svg" | "png" {
  for (const { name } of accepted(header ?? "")) {
    if (/^(\*\/\*|text\/(html|\*)|application\/xhtml\+xml)$/.test(name)) return "html";
    if (/^application\/(x-asciicast|asciicast\+json|json|\*)$/.test(name)) return "cast";
    if (name === "text/plain") return "txt";
    if (name === "image/png") return "png";
    if (/^image\/(svg\+xml|\*)$/.test(name)) return "svg";
  }
  return "html";
}

/** Whether an answer may be compressed with gzip. */
export function acceptsGzip(header: string | undefined): boolean {
  return accepted(header ?? "").some(({ name }) => name === "gzip" || name === "x-gzip");
}

/** Whether an `If-None-Match` header names an entity tag, weakly compared. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
