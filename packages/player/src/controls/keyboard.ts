import type { SeekLocation } from "../driver.js";
import { type Commands, speeds } from "./commands.js";

/** Where keys lead, and where they do with Shift. */
const seeks: Record<string, [SeekLocation, SeekLocation?]> = {
  "[": [{ marker: "prev" }],
  "]": [{ marker: "next" }],
  ArrowLeft: ["<<", "<<<"],
  ArrowRight: [">>", ">>>"],
};

/** Does what a key means; says whether it meant anything. */
export function press(event: KeyboardEvent, commands: Commands): boolean {
  const { key, shiftKey, altKey, metaKey, ctrlKey, target } = event;
  const { isPausable, isSeekable, speed } = commands;
  if (altKey || metaKey || ctrlKey) return false;
  const [plain, shifted] = seeks[key] ?? [/^\d$/.test(key) ? (`${Number(key) * 10}%` as const) : undefined];
  const where = shiftKey && shifted ? shifted : plain;
  const step = { ",": -1, ".": 1 }[key];
  if (where && isSeekable) void commands.seek(where);
  else if (step && isSeekable) commands.step(step);
  // A button does what it says.
  else if (key === " " && isPausable && !(target as Element).closest("button")) commands.toggle();
  else if (key === "<") commands.setSpeed(speeds.findLast((slower) => slower < speed) ?? speed);
  else if (key === ">") commands.setSpeed(speeds.find((faster) => faster > speed) ?? speed);
  else if (key === "m") commands.toggleMute();
  else if (key === "k") commands.toggleKeystrokes();
  else if (key === "f") commands.toggleFullscreen();
  else if (key === "?") commands.toggleHelp();
  else return false;
  return true;
}
