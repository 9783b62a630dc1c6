import type { Child, FC } from "hono/jsx";
import type { Config } from "../config.js";
import { humanSize } from "../recordings/upload.js";
import { Page } from "./layout.js";
import type { Site } from "./site.js";

/** Who runs what, what becomes of what one uploads, and what programs can do here. */
export const AboutPage: FC<{ site: Site; config: Config }> = ({ site, config }) => (
  <Page site={site} title="About this server">
    <main id="main" class="wrap page">
      <div class="head">
        <h1>About this server</h1>
        <p class="soft">A home for terminal recordings: text, not video.</p>
      </div>
      <dl class="facts">
        <Fact name="host">{site.host}</Fact>
        <Fact name="software">
          {site.name} {site.version}
        </Fact>
        {site.contactEmail ? (
          <Fact name="contact">
            <a href={`mailto:${site.contactEmail}`}>{site.contactEmail}</a>
          </Fact>
        ) : null}
      </dl>
      <div class="two">
        <section class="sect">
          <h2>What you upload</h2>
          <dl class="terms">
            <dt>Size</dt>
            <dd>{humanSize(config.uploadSizeLimit)} a file, as it is sent.</dd>
            <dt>Without an account</dt>
            <dd>{withoutAccount(config)}</dd>
            <dt>Visibility</dt>
            <dd>
              {
                {
                  public: "Public unless you say otherwise.",
                  unlisted: "Unlisted unless you say otherwise: only people with the link see it.",
                  private: "Private unless you say otherwise: only you see it, signed in.",
                }[config.defaultRecordingVisibility]
              }
            </dd>
            <dt>Accounts</dt>
            <dd>{config.signUpDisabled ? "The operator makes them." : "By e-mail, without a password."}</dd>
            <dt>Taking it away</dt>
            <dd>Every recording can be downloaded as it was uploaded; an account, all in one file.</dd>
          </dl>
        </section>
        <section class="sect">
          <h2>For programs</h2>
          <dl class="terms">
            <dt>Commands</dt>
            <dd>
              <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> describes the interface.
            </dd>
            <dt>Embedding</dt>
            <dd>By script, frame or picture, under Share on each page; oEmbed for those who ask for it.</dd>
            <dt>Feeds</dt>
            <dd>
              <a href="/explore/recordings/recent.atom">Recent recordings</a>, and one on each person's page.
            </dd>
            <dt>Files</dt>
            <dd>
              Add <code>.cast</code>, <code>.txt</code>, <code>.svg</code> or <code>.png</code> to a recording's
              address.
            </dd>
          </dl>
        </section>
      </div>
    </main>
  </Page>
);

const Fact: FC<{ name: string; children?: Child }> = ({ name, children }) => (
  <div>
    <dt>{name} </dt>
    <dd>{children}</dd>
  </div>
);

function withoutAccount({ uploadAuthRequired, unclaimed, unregisteredUploadCountLimit }: Config): string {
  if (uploadAuthRequired) return "Nothing: uploads need one here.";
  const days = (count: number) => (count === 1 ? "a day" : `${count} days`);
  const fate = unclaimed
    ? `${unclaimed.hide ? `Hidden after ${days(unclaimed.hide)}, deleted` : "Deleted"} after ${days(unclaimed.delete)}, unless an account claims it.`
    : "Stays until it is deleted.";
  const limit = unregisteredUploadCountLimit;
  return limit === undefined ? fate : `${fate} ${limit} ${limit === 1 ? "recording" : "recordings"} a machine at most.`;
}
