// The script that pages include: `create` on a global, and the element once a page has one.
import { create } from "./index.js";
import { more } from "./loader.js";

const defineElement = () => more().then(({ define }) => define(create), reportError);

Object.assign(globalThis, { AsciinemaPlayer: { create, defineElement } });
if (document.querySelector("asciinema-player")) defineElement();
// The style sheet animates elements of this name that nobody has defined: that tells of those that come later.
else addEventListener("animationstart", ({ animationName }) => animationName === "ap-define" && defineElement());
