// The script that pages include: `create` on a global, and the element.
import { create, defineElement } from "./index.js";

Object.assign(globalThis, { AsciinemaPlayer: { create } });
defineElement();
