import type { SeekLocation } from "../driver.js";

/** What the controls can ask of the player, and what they show of it. Times are seconds. */
export interface Commands {
  readonly isPausable: boolean;
  readonly isSeekable: boolean;
  /** It plays what happens now. */
  readonly isLive: boolean;
  readonly speed: number;
  toggle(): void;
  seek(where: SeekLocation): Promise<unknown>;
  step(n: number): void;
  setSpeed(speed: number): void;
  toggleFullscreen(): void;
  toggleMute(): void;
  toggleKeystrokes(): void;
  toggleHelp(): void;
  currentTime(): number | undefined;
  duration(): number | undefined;
  /** How much was printed in each part of the line, 0 to 1. */
  trace(): number[];
}

/** Speeds that are offered. */
export const speeds = [0.5, 1, 1.5, 2, 3];

/** ` 640 kB`, ` 1.2 MB`; nothing while there is nothing to tell. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return "";
  return bytes < 999_500 ? ` ${Math.round(bytes / 1000)} kB` : ` ${(bytes / 1e6).toFixed(1)} MB`;
}

/** `0:42`, `12:05`, `1:02:03`, `2:03:04:05`; `-:--` when unknown. */
export function clockTime(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "-:--";
  let left = Math.max(0, Math.floor(seconds));
  const parts: number[] = [];
  for (const size of [60, 60, 24]) {
    parts.unshift(left % size);
    left = Math.floor(left / size);
  }
  parts.unshift(left);
  while (parts.length > 2 && parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, "0"))).join(":");
}
