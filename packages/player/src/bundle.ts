// The script that pages include: the module's names on a global.
import { create } from "./index.js";

Object.assign(globalThis, { AsciinemaPlayer: { create } });
