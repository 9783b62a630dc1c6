import type { FC } from "hono/jsx";
import type { Site } from "../web/site.js";
import { type PageOptions, playerOptions } from "./playback.js";
import type { Picture, Segmented } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, fileEnding, titleOf } from "./service.js";

export interface RecordingProps {
  site: Site;
  recording: ListedRecording;
  options: PageOptions;
  picture: Picture;
  /** For one that is played in segments. */
  segmented: Segmented | undefined;
}

export const Player: FC<RecordingProps & { viewToken: string | undefined }> = (props) => {
  const { recording, options, picture, segmented, viewToken } = props;
  const path = `/a/${addressOf(recording)}`;
  const setup = {
    src: segmented ? { url: `${path}/${segmented.file}`, format: "segmented" } : `${path}.${fileEnding(recording)}`,
    options: segmented ? segmentedOptions(recording, options, segmented) : playerOptions(recording, options),
    cols: recording.term_cols_override ?? recording.term_cols,
    rows: recording.term_rows_override ?? recording.term_rows,
    view: viewToken ? `${path}/views?token=${viewToken}` : undefined,
  };
  return (
    <>
      <section class="screen" aria-label="Player" data-player={JSON.stringify(setup)}>
        <img
          class="still"
          src={`${path}.svg?v=${picture.key}`}
          width={picture.width}
          height={picture.height}
          alt={`The terminal at one moment of: ${titleOf(recording)}`}
        />
      </section>
      <noscript>
        <p class="note">
          <span>
            The player needs JavaScript. The <a href={`${path}.txt`}>transcript</a> and the{" "}
            <a href={`${path}.${fileEnding(recording)}?dl=1`}>recording</a> do not.
          </span>
        </p>
      </noscript>
    </>
  );
};

/** Pauses are shortened in the segments already, and markers are in there. */
function segmentedOptions(recording: ListedRecording, options: PageOptions, { startAt }: Segmented) {
  const { idleTimeLimit, markers, ...rest } = playerOptions(recording, options);
  return startAt === undefined ? rest : { ...rest, startAt };
}

/** The player's files. What a recording seldom needs is loaded when it does; for a stream it is there at once. */
export const PlayerAssets: FC<{ site: Site; live?: boolean }> = ({ site, live }) => {
  const more = site.asset("asciinema-player-more.min.js");
  return (
    <>
      <link rel="stylesheet" href={site.asset("asciinema-player.css")} />
      {live && <script src={more} defer />}
      <script src={site.asset("asciinema-player.min.js")} data-more={more} defer />
    </>
  );
};
