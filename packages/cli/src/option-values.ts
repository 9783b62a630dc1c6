// What options take: the values there are to choose from, and those that have to be read.
import { isIP } from "node:net";

/** The formats that can be written. */
export const FORMATS = ["asciicast-v3", "asciicast-v2", "raw", "txt"] as const;
export type OutputFormat = (typeof FORMATS)[number];

/** The shells that can be taught to complete our command line. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/** A size with one dimension or both, or what is wrong with it. */
export function parseSize(value: string): { cols?: number; rows?: number } | string {
  const at = value.indexOf("x");
  if (at < 0) return "expected COLSxROWS, COLSx or xROWS";
  if (value === "x") return "cannot parse integer from empty string";
  const size: { cols?: number; rows?: number } = {};
  const parts = [["cols", value.slice(0, at)] as const, ["rows", value.slice(at + 1)] as const];
  for (const [dimension, digits] of parts) {
    if (digits === "") continue;
    if (!/^\+?\d+$/.test(digits)) return "invalid digit found in string";
    const number = Number(digits);
    if (number > 65535) return "number too large to fit in target type";
    if (number === 0) return `${dimension} must be at least 1`;
    size[dimension] = number;
  }
  return size;
}

/** An IPv4 address or an IPv6 address in brackets, and a port; undefined when it is none of these. */
export function parseAddress(value: string): { host: string; port: number } | undefined {
  const [, v4, v6, digits] = /^(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(value) ?? [];
  const host = v4 ?? v6 ?? "";
  const port = Number(digits);
  return isIP(host) === (v4 === undefined ? 6 : 4) && port <= 65535 ? { host, port } : undefined;
}

/** Microseconds: of seconds, `minutes:seconds` or `hours:minutes:seconds`; undefined when it is none of these. */
export function parseTime(value: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds] = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)$/.exec(value) ?? [];
  if (seconds === undefined) return undefined;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6);
}

/** What is wrong with a time that an option was given. */
export function checkTime(value: string): string | undefined {
  return parseTime(value) === undefined ? "neither seconds nor MM:SS" : undefined;
}

/** What is wrong with a number that has to be more than 0. */
export function checkPositive(value: string): string | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return "invalid float literal";
  return Number(value) > 0 ? undefined : "must be more than 0";
}
