import type { FC } from "hono/jsx";
import { Command, clockTime, Sheet } from "../web/components.js";
import type { Site } from "../web/site.js";
import { inAddress, type PageOptions } from "./playback.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, titleOf } from "./service.js";

/** Ways to pass a recording on. A form without script: its answer is the page with the sheet open. */
export const Share: FC<{ site: Site; recording: ListedRecording; options: PageOptions; open: boolean }> = (props) => {
  const { site, recording, options, open } = props;
  const url = `${site.url}/a/${addressOf(recording)}`;
  const out = snippets(url, titleOf(recording), options, recording);
  return (
    <Sheet
      site={site}
      id="share"
      title="Share"
      open={open}
      data={{ "data-id": addressOf(recording), "data-url": url, "data-title": titleOf(recording) }}
    >
      <form class="opts" method="get">
        <input type="hidden" name="share" value="1" />
        <div class="field">
          <label for="share-t">Start at</label>
          <input
            class="input mono"
            id="share-t"
            name="t"
            placeholder="0:00"
            inputmode="numeric"
            value={options.startAt ? clockTime(options.startAt * 1e6) : ""}
          />
        </div>
        <label class="check">
          <input type="checkbox" name="autoplay" value="1" checked={options.autoplay === true} />
          Play at once
        </label>
        <label class="check">
          <input type="checkbox" name="loop" value="1" checked={options.loop === true} />
          Loop
        </label>
        <button class="btn" type="submit" data-noscript>
          Update
        </button>
      </form>
      <div class="outs">
        {(["Link", "Script", "Iframe", "Markdown image"] as const).map((name) => (
          <div class="out">
            <h3>{name}</h3>
            <Command plain text={out[name]} name={name} />
            {name === "Markdown image" ? <p class="hint">For READMEs: a still picture that links here.</p> : null}
          </div>
        ))}
      </div>
    </Sheet>
  );
};

/** What to paste for each way of sharing. The page's script makes the same from the same parts. */
function snippets(url: string, title: string, options: PageOptions, recording: ListedRecording) {
  const query = new URLSearchParams();
  if (options.startAt) query.set("t", inAddress(options.startAt));
  if (options.autoplay && !options.startAt) query.set("autoplay", "1");
  if (options.loop) query.set("loop", "1");
  const text = query.size > 0 ? `?${query}` : "";
  const data = [...query].map(([name, value]) => ` data-${name === "t" ? "start-at" : name}="${value}"`).join("");
  const name = title.replace(/[[\]\\]/g, "\\$&");
  return {
    Link: `${url}${text}`,
    Script: `<script async id="asciicast-${addressOf(recording)}" src="${url}.js"${data}></script>`,
    Iframe: `<iframe src="${url}/iframe${text}" width="694" height="522" allow="fullscreen"></iframe>`,
    "Markdown image": `[![${name}](${url}.svg)](${url}${text})`,
  };
}
