import { tracePath } from "@asciinema-ts/render";
import type { FC, PropsWithChildren } from "hono/jsx";
import { facePath } from "../accounts/face.js";
import type { Visibility } from "../config.js";
import type { FieldError } from "../refusal.js";
import type { Site } from "./site.js";

/** One of the symbols of `icons.svg`. It says nothing by itself: a word or a label stands beside it. */
export const Icon: FC<{ site: Site; name: string }> = ({ site, name }) => (
  <svg class="icon" aria-hidden="true">
    <use href={`${site.asset("icons.svg")}#${name}`} />
  </svg>
);

/** How much was printed over time.
 *
 *  @param levels  one hexadecimal digit per bar, 0 to f
 *  @param growing  it is of a stream: the last bar is the present, and there will be 64 of them */
export const Trace: FC<{ levels: string; growing?: boolean }> = ({ levels, growing }) => (
  <svg class="trace" viewBox={`0 0 ${growing ? 64 : levels.length} 16`} preserveAspectRatio="none" aria-hidden="true">
    <path d={tracePath([...levels].map((level) => Number.parseInt(level, 16) / 15))} />
    {growing ? <path class="edge" d={`M${levels.length - 0.5} 16v-16`} /> : null}
  </svg>
);

/** The picture of a person. */
export const Face: FC<{ id: number }> = ({ id }) => (
  <svg class="face" viewBox="-1 -1 7 7" aria-hidden="true">
    <path d={facePath(id)} fill="currentColor" opacity="0.72" />
  </svg>
);

/** Who made something; with a page of their own, a link to it. */
export const Author: FC<{ of: { user_id: number; author: string | null; author_username: string | null } }> = ({
  of,
}) =>
  of.author_username ? (
    <a href={`/~${of.author_username}`}>
      <Face id={of.user_id} />
      {of.author}
    </a>
  ) : of.author ? (
    <b>{of.author}</b>
  ) : null;

/** A sheet over the page that a button opens. Without script too; one that is `open` is a part of the page.
 *
 *  @param data  attributes for the page's script */
export const Sheet: FC<
  PropsWithChildren<{ site: Site; id: string; title: string; open?: boolean; data?: Record<`data-${string}`, string> }>
> = ({ site, id, title, open, data, children }) => (
  <div class="sheet" id={id} popover={open ? undefined : "auto"} role="dialog" aria-labelledby={`${id}-h`} {...data}>
    <header>
      <h2 id={`${id}-h`}>{title}</h2>
      {open ? null : (
        <button
          class="btn plain square"
          type="button"
          {...{ popovertarget: id, popovertargetaction: "hide" }}
          aria-label="Close"
        >
          <Icon site={site} name="close" />
        </button>
      )}
    </header>
    <div class="in">{children}</div>
  </div>
);

/** What a page with a form is made of: what was typed, and what is wrong with it. */
export interface FormProps {
  site: Site;
  /** Shows that the form comes from this page. */
  token: string;
  values?: Record<string, string>;
  wrong?: FieldError[] | undefined;
}

/** What is wrong with a field, if anything. */
export function saidAbout(wrong: FieldError[] | undefined, field: string): string | undefined {
  return wrong?.find((one) => one.field === field)?.message;
}

/** A form that is sent to this server. */
export const Form: FC<PropsWithChildren<{ action: string; token: string; class?: string }>> = (props) => (
  <form method="post" action={props.action} class={props.class ?? "stackv"}>
    <input type="hidden" name="_token" value={props.token} />
    {props.children}
  </form>
);

/** A field with a list to choose from. */
export const Select: FC<{ name: string; label: string; value: string; options: [value: string, text: string][] }> = (
  props,
) => (
  <div class="field">
    <label for={props.name}>{props.label}</label>
    <select class="input" id={props.name} name={props.name}>
      {props.options.map(([value, text]) => (
        <option value={value} selected={value === props.value}>
          {text}
        </option>
      ))}
    </select>
  </div>
);

/** A box to tick. */
export const Check: FC<{ name: string; label: string; hint?: string; checked: boolean }> = (props) => (
  <label class="check">
    <input type="checkbox" name={props.name} checked={props.checked} />
    <span>
      {props.label}
      {props.hint ? <span class="hint"> - {props.hint}</span> : null}
    </span>
  </label>
);

/** A field of a form with its label, what to know about it, and what is wrong with what was typed. */
export const Field: FC<
  PropsWithChildren<{
    site: Site;
    name: string;
    label: string;
    wrong?: string | undefined;
    hint?: string;
    value?: string | undefined;
    type?: "text" | "email";
    mono?: boolean;
    autocomplete?: string;
    inputmode?: "email" | "numeric" | "decimal";
    placeholder?: string;
    required?: boolean;
    maxlength?: number;
    rows?: number;
  }>
> = (props) => {
  const { site, name, label, wrong, hint, value, type = "text", mono, rows } = props;
  const below = wrong ? `${name}-wrong` : hint ? `${name}-hint` : undefined;
  const attributes = {
    class: mono ? "input mono" : "input",
    id: name,
    name,
    placeholder: props.placeholder,
    required: props.required,
    maxlength: props.maxlength,
    "aria-invalid": wrong ? "true" : undefined,
    "aria-describedby": below,
  } as const;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {rows ? (
        <textarea {...attributes} rows={rows}>
          {/* A line end right after the tag would be lost. */ `\n${value ?? ""}`}
        </textarea>
      ) : (
        <input
          {...attributes}
          type={type}
          value={value ?? ""}
          autocomplete={props.autocomplete}
          inputmode={props.inputmode}
          spellcheck={false}
        />
      )}
      {hint && !wrong ? (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      ) : null}
      {wrong ? <Wrong site={site} id={`${name}-wrong`} text={wrong} /> : null}
    </div>
  );
};

/** What is wrong with a field. */
export const Wrong: FC<{ site: Site; id: string; text: string }> = ({ site, id, text }) => (
  <p class="wrong" id={id}>
    <Icon site={site} name="alert" />
    {text}
  </p>
);

/** A line about something that was done, or that is to be known. */
export const Notice: FC<PropsWithChildren<{ site: Site; kind?: "good" | "bad"; icon?: string }>> = (props) => {
  const { site, kind, icon, children } = props;
  const role = kind === "good" ? "status" : kind === "bad" ? "alert" : undefined;
  return (
    <p class={kind ? `note ${kind}` : "note"} role={role}>
      <Icon site={site} name={icon ?? (kind === "good" ? "check" : "alert")} />
      <span>{children}</span>
    </p>
  );
};

/** That a long form was not saved, and where its first mistake is. Nothing when there is none. */
export const NotSaved: FC<{ site: Site; wrong: FieldError[] | undefined }> = ({ site, wrong = [] }) =>
  wrong.length === 0 ? null : (
    <Notice site={site} kind="bad">
      Not saved: {wrong.length === 1 ? "one field does" : `${wrong.length} fields do`} not fit.{" "}
      <a href={`#${wrong[0]!.field}`}>Go there</a>
    </Notice>
  );

/** Who can see a recording, to choose from. */
export const VisibilityChoice: FC<{ legend: string; chosen: Visibility }> = ({ legend, chosen }) => (
  <fieldset>
    <legend>{legend}</legend>
    <div class="choice">
      {(
        [
          ["public", "Public", "Listed on the home page and on yours."],
          ["unlisted", "Unlisted", "Anyone with the link. Not listed."],
          ["private", "Private", "Only you, signed in."],
        ] as const
      ).map(([value, name, consequence]) => (
        <label class="check">
          <input type="radio" name="visibility" value={value} checked={value === chosen} />
          <span>
            <b>{name}</b>
            <span>{consequence}</span>
          </span>
        </label>
      ))}
    </div>
  </fieldset>
);

/** A command to be typed or copied. */
export const Command: FC<{ text: string; plain?: boolean; name?: string }> = ({ text, plain, name }) => (
  <div class={plain ? "cmd raw" : "cmd"}>
    <code tabindex={0} data-out={name}>
      {text}
    </code>
  </div>
);

/** When something was, in words; the exact moment is behind it. */
export const Ago: FC<{ site: Site; time: number }> = ({ site, time }) => {
  const exact = new Date(time).toISOString();
  return (
    <time datetime={exact} title={`${exact.slice(0, 16).replace("T", " ")} UTC`}>
      {age(site.now() - time)}
    </time>
  );
};

/** A day, in words. */
export const Day: FC<{ time: number }> = ({ time }) => {
  const date = new Date(time);
  const words = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return <time datetime={date.toISOString()}>{words}</time>;
};

/** A length in microseconds as `0:42` or `1:02:03`. */
export function clockTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const two = (number: number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A number with commas between thousands. */
export function count(number: number): string {
  return number.toLocaleString("en-US");
}

function age(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days < 7) return `${days} d ago`;
  if (days < 30) return `${Math.floor(days / 7)} w ago`;
  return days < 365 ? `${Math.floor(days / 30)} mo ago` : `${Math.floor(days / 365)} y ago`;
}
