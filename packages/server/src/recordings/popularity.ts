const DAY = 86_400_000;
/** After so many milliseconds a view counts half. */
const HALF_LIFE = 7 * DAY;
/** A score that has sunk below that of one view after so long counts for nothing. */
const FORGOTTEN = 90 * DAY;

/** A recording's popularity after one more view.
 *
 *  The score of a recording is the sum of its views, each halved for every week of its age. All scores shrink by the same
 *  factor as time passes, so their order does not change by itself; what is kept is therefore the logarithm of the score
 *  that a recording would have had in 1970, log₂ Σ 2^(time of view ÷ half-life), which stays as it is until the next view.
 *
 *  @param before  what it was; `null` before the first view
 *  @param now     milliseconds since 1970 */
export function popularityAfterView(before: number | null, now: number): number {
  const view = now / HALF_LIFE;
  if (before === null) return view;
  const [larger, smaller] = before > view ? [before, view] : [view, before];
  return larger + Math.log2(1 + 2 ** (smaller - larger));
}

/** What a popularity has to be above to count at a time. */
export function leastPopularity(now: number): number {
  return (now - FORGOTTEN) / HALF_LIFE;
}
