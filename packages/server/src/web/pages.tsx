import type { FC } from "hono/jsx";
import { Command } from "./components.js";
import { Page } from "./layout.js";
import type { Site } from "./site.js";

/** How to get a recording here. */
export const RecordPage: FC<{ site: Site; uploadLimit: string }> = ({ site, uploadLimit }) => (
  <Page site={site} title="Record" current="record">
    <main id="main" class="wrap page">
      <div class="head">
        <h1>Record something</h1>
        <p class="soft">Everything happens in a terminal; the page it makes works without an account.</p>
      </div>
      <div class="two">
        <section class="sect">
          <h2>Record and upload</h2>
          <div class="stackv">
            <Command text={`export ASCIINEMA_SERVER_URL=${site.url}`} />
            <Command text="asciinema rec demo.cast" />
            <Command text="asciinema upload demo.cast" />
          </div>
          <p class="small soft">
            The upload prints the address of the page. It starts unlisted: only people with the link can see it.
          </p>
        </section>
        <section class="sect">
          <h2>The official command</h2>
          <p class="small soft">
            asciinema 3 reads the same variable; asciinema 2 reads another one. Both upload here.
          </p>
          <div class="stackv">
            <Command text={`export ASCIINEMA_API_URL=${site.url}`} />
          </div>
          <p class="small soft">
            asciicast v1, v2 and v3 are accepted, plain or compressed with gzip or zstd, {uploadLimit} at most.
          </p>
        </section>
      </div>
    </main>
  </Page>
);

/** Who runs what. */
export const AboutPage: FC<{ site: Site }> = ({ site }) => (
  <Page site={site} title="About this server">
    <main id="main" class="wrap page">
      <div class="head">
        <h1>About this server</h1>
        <p class="soft">A home for terminal recordings: text, not video.</p>
      </div>
      <dl class="facts">
        <div>
          <dt>host </dt>
          <dd>{site.host}</dd>
        </div>
        <div>
          <dt>software </dt>
          <dd>
            {site.name} {site.version}
          </dd>
        </div>
        {site.contactEmail ? (
          <div>
            <dt>contact </dt>
            <dd>
              <a href={`mailto:${site.contactEmail}`}>{site.contactEmail}</a>
            </dd>
          </div>
        ) : null}
      </dl>
    </main>
  </Page>
);
