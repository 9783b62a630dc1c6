import { tracePath } from "@asciinema-ts/render";
import type { FC } from "hono/jsx";
import type { Site } from "./site.js";

/** One of the symbols of `icons.svg`. It says nothing by itself: a word or a label stands beside it. */
export const Icon: FC<{ site: Site; name: string }> = ({ site, name }) => (
  <svg class="icon" aria-hidden="true">
    <use href={`${site.asset("icons.svg")}#${name}`} />
  </svg>
);

/** How much a recording printed over time.
 *
 *  @param levels  one hexadecimal digit per bar, 0 to f */
export const Trace: FC<{ levels: string }> = ({ levels }) => (
  <svg class="trace" viewBox={`0 0 ${levels.length} 16`} preserveAspectRatio="none" aria-hidden="true">
    <path d={tracePath([...levels].map((level) => Number.parseInt(level, 16) / 15))} />
  </svg>
);

/** A command to be typed or copied. */
export const Command: FC<{ text: string; plain?: boolean; name?: string }> = ({ text, plain, name }) => (
  <div class={plain ? "cmd raw" : "cmd"}>
    <code tabindex={0} data-out={name}>
      {text}
    </code>
  </div>
);

/** When something was, in words; the exact moment is behind it. */
export const Ago: FC<{ site: Site; time: number }> = ({ site, time }) => {
  const exact = new Date(time).toISOString();
  return (
    <time datetime={exact} title={`${exact.slice(0, 16).replace("T", " ")} UTC`}>
      {age(site.now() - time)}
    </time>
  );
};

/** A day, in words. */
export const Day: FC<{ time: number }> = ({ time }) => {
  const date = new Date(time);
  const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return <time datetime={date.toISOString()}>{words}</time>;
};

/** A length in microseconds as `0:42` or `1:02:03`. */
export function clockTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const two = (number: number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A number with commas between thousands. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days < 7) return `${days} d ago`;
  if (days < 30) return `${Math.floor(days / 7)} w ago`;
  return days < 365 ? `${Math.floor(days / 30)} mo ago` : `${Math.floor(days / 365)} y ago`;
}
