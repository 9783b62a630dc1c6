/** A named moment: seconds, label. The form in which the player takes them. */
export type MarkerTime = [seconds: number, label: string];

/** Reads markers as an owner writes them, one per line: `12.5` or `12.5 - label`.
 *
 *  @returns the markers in order of time, or the one-based line that does not fit */
export function markerTimes(text: string): MarkerTime[] | { line: number } {
  const markers: MarkerTime[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const match = /^\s*(\d+(?:\.\d+)?)(?:\s+-\s+(.*\S))?\s*$/.exec(line);
    const label = match?.[2] ?? "";
    if (!match || label.length >= 100) return { line: index + 1 };
    markers.push([Number(match[1]), label]);
  }
  return markers.sort(([a], [b]) => a - b);
}
