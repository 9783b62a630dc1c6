import type { Child, FC } from "hono/jsx";
import type { Refusal } from "../refusal.js";
import { FramedPage, Page } from "./layout.js";
import type { Site } from "./site.js";

interface Words {
  phrase: string;
  heading: string;
  text: Child;
  ways?: [text: string, href: string][];
}

const home: [string, string] = ["Explore", "/"];

/** What a page says to each status. */
function words(refusal: Refusal): Words {
  switch (refusal.status) {
    case 404:
      return {
        phrase: "not found",
        heading: "Nothing at this address",
        text: "The link may be cut short, or what it leads to is private or gone.",
        ways: [home],
      };
    case 410: {
      const [heading = "", why] = refusal.message.split(". ");
      return {
        phrase: "gone",
        heading,
        text: why ? `${why}. Embeds of it show this note.` : "Embeds of it show this note.",
        ways: [home],
      };
    }
    case 413:
      return {
        phrase: "too large",
        heading: "The file is larger than this server takes",
        text: `${refusal.message}. Nothing was stored.`,
        ways: [["Record something", "/record"]],
      };
    case 422:
      return { phrase: "cannot be used", heading: "This cannot be used", text: `${refusal.message}.` };
    case 429:
      return { phrase: "too many requests", heading: "Too many requests", text: `${refusal.message}.` };
    case 500:
      return {
        phrase: "server error",
        heading: "Something broke on this server",
        text: (
          <>
            Nothing you did. Reference: <span class="mono">{refusal.message}</span>
          </>
        ),
        ways: [home],
      };
    case 503:
      return {
        phrase: "busy",
        heading: "This server is busy",
        text: `${refusal.message}. Try again in a few seconds.`,
      };
    case 401:
    case 403:
      return { phrase: "not allowed", heading: "Not allowed", text: `${refusal.message}.`, ways: [home] };
    default:
      return {
        phrase: "bad request",
        heading: "This request makes no sense",
        text: `${refusal.message}.`,
        ways: [home],
      };
  }
}

/** The page for a request that was refused; inside a frame without head and foot. */
export const ErrorPage: FC<{ site: Site; refusal: Refusal; framed: boolean }> = ({ site, refusal, framed }) => {
  const { phrase, heading, text, ways = [] } = words(refusal);
  const content = (
    <main id="main" class="wrap page">
      <div class="fault">
        <div class="flat" />
        <p class="num">
          {refusal.status} {phrase}
        </p>
        <h1>{heading}</h1>
        <p>{text}</p>
        {ways.length > 0 && !framed ? (
          <div class="acts">
            {ways.map(([label, href], index) => (
              <a class={index === 0 ? "btn main" : "btn"} href={href}>
                {label}
              </a>
            ))}
          </div>
        ) : null}
      </div>
    </main>
  );
  const Shell = framed ? FramedPage : Page;
  return (
    <Shell site={site} title={heading} indexed={false}>
      {content}
    </Shell>
  );
};
