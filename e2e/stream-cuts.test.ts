import { expect, it } from "vitest";
import { scratch } from "../packages/cli/test/command.js";
import { cutStream } from "./cuts.js";

it("a stream whose producer and viewer are cut off for two seconds is whole: on the screen and in the recording", async () => {
  expect(await cutStream(scratch(), { producer: 2000, viewer: 2000 })).toBeGreaterThan(200);
}, 120_000);
