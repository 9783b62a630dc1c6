import type { FC } from "hono/jsx";
import { Sheet } from "../web/components.js";
import type { Site } from "../web/site.js";
import { conversions } from "./conversion.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, fileEnding } from "./service.js";

/** What a recording can be taken away as. Without script too: links in a sheet that the browser opens. */
export const Download: FC<{ site: Site; recording: ListedRecording; picture: Picture }> = (props) => {
  const { site, recording, picture } = props;
  const path = `/a/${addressOf(recording)}`;
  const file = `${path}.${fileEnding(recording)}`;
  const players = { 1: "for the oldest players", 2: "for asciinema 2 and older players", 3: "for asciinema 3" };
  return (
    <Sheet site={site} id="download" title="Download">
      <ul class="files">
        <File href={`${file}?dl=1`} name="Recording" fact={bytes(recording.uncompressed_size)}>
          asciicast v{recording.version}, as it was uploaded
        </File>
        {conversions
          .filter((version) => version !== recording.version)
          .reverse()
          .map((version) => (
            <File href={`${path}.${fileEnding({ version })}?version=${version}&dl=1`} name={`asciicast v${version}`}>
              {players[version]}
            </File>
          ))}
        <File href={`${path}.txt`} name="Text" fact=".txt">
          what it printed, without colours
        </File>
        <File href={`${path}.png?v=${picture.key}`} name="Picture" fact=".png">
          the preview in pixels
        </File>
        <File href={`${path}.svg?v=${picture.key}`} name="Drawing" fact=".svg">
          the preview, sharp at any size
        </File>
        <li>
          <a href={`${path}.gif`}>GIF</a>
          <span class="soft">how to make one</span>
        </li>
      </ul>
    </Sheet>
  );
};

const File: FC<{ href: string; name: string; fact?: string; children?: unknown }> = ({
  href,
  name,
  fact,
  children,
}) => (
  <li>
    <a href={href} download>
      {name}
    </a>
    <span class="soft">{children as string}</span>
    {fact ? <span class="mono soft end">{fact}</span> : null}
  </li>
);

/** A size for people. */
function bytes(count: number): string {
  if (count < 1000) return `${count} bytes`;
  if (count < 999_500) return `${Math.round(count / 1000)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}
