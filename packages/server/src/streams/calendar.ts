/** A calendar of dates, as RFC 5545 has it.
 *
 *  @param times  milliseconds since 1970 */
export function calendar(facts: { title: string; url: string; host: string; now: number; times: number[] }): string {
  const stamp = (time: number) => `${new Date(time).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
  const text = (words: string) => words.replace(/[\\;,]/g, "\\$&").replace(/\s+/g, " ");
  const events = facts.times.flatMap((time) => [
    "BEGIN:VEVENT",
    `UID:${stamp(time)}-${facts.url.split("/").at(-1)}@${facts.host}`,
    `DTSTAMP:${stamp(facts.now)}`,
    `DTSTART:${stamp(time)}`,
    "DURATION:PT1H",
    `SUMMARY:${text(facts.title)}`,
    `URL:${facts.url}`,
    "END:VEVENT",
  ]);
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//asciinema-ts//EN", ...events, "END:VCALENDAR"];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** Lines have 75 bytes at most; what is longer goes on after a space. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  for (const character of line) {
    if (Buffer.byteLength(part + character) > 74) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part].join("\r\n ");
}
