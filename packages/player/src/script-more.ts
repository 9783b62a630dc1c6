// The script that `script-loader.ts` loads.
import * as more from "./more.js";
import { place } from "./script-loader.js";

Object.assign(globalThis, { [place]: more });
