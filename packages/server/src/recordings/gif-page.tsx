import type { FC } from "hono/jsx";
import { Command } from "../web/components.js";
import { NarrowPage } from "../web/layout.js";
import type { Site } from "../web/site.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, fileEnding, titleOf } from "./service.js";

/** How to have a recording as a GIF, which the server does not make. */
export const GifPage: FC<{ site: Site; recording: ListedRecording }> = ({ site, recording }) => {
  const path = `/a/${addressOf(recording)}`;
  const file = `${site.url}${path}.${fileEnding(recording)}`;
  return (
    <NarrowPage site={site} title="As a GIF">
      <p class="soft">
        This server makes no GIFs: they take many times the size of the recording, and the text in them cannot be
        copied. <a href="https://docs.asciinema.org/manual/agg/">agg</a> makes one of{" "}
        <a href={path}>
          <b>{titleOf(recording)}</b>
        </a>{" "}
        on your machine:
      </p>
      <Command text={recording.visibility === "private" ? "agg demo.cast demo.gif" : `agg ${file} demo.gif`} />
      <p class="soft">
        For a page that takes pictures only, there is a still one: <a href={`${path}.svg`}>SVG</a> or{" "}
        <a href={`${path}.png`}>PNG</a>.
      </p>
    </NarrowPage>
  );
};
