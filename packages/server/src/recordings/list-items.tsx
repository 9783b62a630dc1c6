import type { FC } from "hono/jsx";
import { Ago, clockTime, count, Icon, Trace } from "../web/components.js";
import type { Site } from "../web/site.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";
import { addressOf, titleOf } from "./service.js";

export interface ItemProps {
  site: Site;
  recording: ListedRecording;
  picture: Picture;
  /** Whether all of the list is by one person, so that nobody has to be told. */
  ofOneAuthor?: boolean;
}

/** A recording in a list: picture, trace, title, facts. */
export const Card: FC<ItemProps> = (props) => (
  <article class="card">
    <Frame {...props} />
    <Length {...props} />
    <ItemTitle {...props} />
    <ItemMeta {...props} />
  </article>
);

/** The same on less height. */
export const Row: FC<ItemProps> = (props) => (
  <article class="row">
    <Frame {...props} />
    <div>
      <ItemTitle {...props} />
      <ItemMeta {...props} />
      <Length {...props} />
    </div>
  </article>
);

const Frame: FC<ItemProps> = ({ recording, picture }) => (
  <div class="frame">
    <img src={`/a/${addressOf(recording)}.svg?f=t&v=${picture.key}`} width={476} height={307} alt="" loading="lazy" />
  </div>
);

const Length: FC<ItemProps> = ({ recording }) => (
  <div class="time">
    <Trace levels={recording.trace} />
    <span>{clockTime(recording.duration)}</span>
  </div>
);

const ItemTitle: FC<ItemProps> = ({ recording }) => (
  <h3 class="title">
    <a href={`/a/${addressOf(recording)}`}>{titleOf(recording)}</a>
  </h3>
);

const ItemMeta: FC<ItemProps> = ({ site, recording, ofOneAuthor }) => (
  <p class="meta">
    {recording.visibility === "public" ? null : <Visible site={site} recording={recording} />}
    {recording.author && !ofOneAuthor ? (
      <span>
        <Author recording={recording} />
      </span>
    ) : null}
    <Ago site={site} time={recording.created_at} />
    <span>
      {count(recording.views)} {recording.views === 1 ? "view" : "views"}
    </span>
  </p>
);

/** Whose a recording is, with a link when they have a page. */
const Author: FC<{ recording: ListedRecording }> = ({ recording }) =>
  recording.author_username ? (
    <a href={`/~${recording.author_username}`}>{recording.author}</a>
  ) : (
    <span>{recording.author}</span>
  );

/** Who can see a recording or a stream, as symbol and word. */
export const Visible: FC<{ site: Site; recording: Pick<ListedRecording, "visibility"> }> = ({ site, recording }) => {
  const [icon, word] = (
    { public: ["globe", "Public"], unlisted: ["link", "Unlisted"], private: ["lock", "Private"] } as const
  )[recording.visibility];
  return (
    <span class="seen">
      <Icon site={site} name={icon} />
      {word}
    </span>
  );
};
