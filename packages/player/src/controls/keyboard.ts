import { type Commands, speeds } from "./commands.js";

/** Does what a key means; says whether it meant anything. */
export function press(event: KeyboardEvent, commands: Commands): boolean {
  if (event.altKey || event.metaKey || event.ctrlKey) return false;
  const action = actionOf(event, commands);
  if (!action) return false;
  action();
  return true;
}

function actionOf(event: KeyboardEvent, commands: Commands): (() => void) | undefined {
  const { key, shiftKey } = event;
  const { isPausable, isSeekable } = commands;
  const seek = (where: Parameters<Commands["seek"]>[0]) => (isSeekable ? () => void commands.seek(where) : undefined);
  if (/^[0-9]$/.test(key)) return seek(`${Number(key) * 10}%`);
  switch (key) {
    case " ": {
      // A button does what it says.
      if (event.target instanceof Element && event.target.closest("button")) return undefined;
      return isPausable ? () => commands.toggle() : undefined;
    }
    case ",":
      return isSeekable ? () => commands.step(-1) : undefined;
    case ".":
      return isSeekable ? () => commands.step(1) : undefined;
    case "[":
      return seek({ marker: "prev" });
    case "]":
      return seek({ marker: "next" });
    case "ArrowLeft":
      return seek(shiftKey ? "<<<" : "<<");
    case "ArrowRight":
      return seek(shiftKey ? ">>>" : ">>");
    case "<":
      return () => commands.setSpeed(speeds.findLast((speed) => speed < commands.speed) ?? commands.speed);
    case ">":
      return () => commands.setSpeed(speeds.find((speed) => speed > commands.speed) ?? commands.speed);
    case "m":
      return () => commands.toggleMute();
    case "f":
      return () => commands.toggleFullscreen();
    case "?":
      return () => commands.toggleHelp();
  }
  return undefined;
}
