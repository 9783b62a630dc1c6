// The script that pages include: `create` on a global, and the element once a page has one.
import { create } from "./index.js";
import { more } from "./loader.js";

let defining: Promise<void> | undefined;
const defineElement = () =>
  (defining ??= more()
    .catch(more) // once more, since nobody can ask for it
    .then(
      ({ define }) => define(create),
      (error) => {
        defining = undefined;
        reportError(error);
      },
    ));
const look = () => document.querySelector("asciinema-player") && defineElement();

Object.assign(globalThis, { AsciinemaPlayer: { create, defineElement } });
look();
addEventListener("DOMContentLoaded", look);
// The style sheet animates elements of this name that nobody has defined: that tells of those that come later.
addEventListener("animationstart", ({ animationName }) => animationName === "ap-define" && defineElement());
