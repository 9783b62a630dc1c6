import type { FC } from "hono/jsx";
import type { Visibility } from "../config.js";
import { Command, Icon, VisibilityChoice, Wrong } from "../web/components.js";
import { Page } from "../web/layout.js";
import type { Site } from "../web/site.js";
import { Card } from "./list-items.js";
import type { Picture } from "./previews.js";
import type { ListedRecording } from "./repository.js";

interface Props {
  site: Site;
  /** For people. */
  uploadLimit: string;
  /** Whoever has signed in can upload from here. */
  uploader: { token: string; visibility: Visibility } | undefined;
  /** What they have uploaded last. */
  latest: { recording: ListedRecording; picture: Picture }[];
  /** Why a file that was sent was not taken. */
  wrong: string | undefined;
}

/** How to get a recording here. */
export const RecordPage: FC<Props> = ({ site, uploadLimit, uploader, latest, wrong }) => (
  <Page site={site} title="Record" current="record">
    <main id="main" class="wrap page">
      <div class="head">
        <h1>Record something</h1>
        <p class="soft">Three ways in. All end with a page you can share.</p>
      </div>
      <div class="two">
        <section class="sect">
          <h2>From a terminal</h2>
          <div class="stackv">
            <Command text={`export ASCIINEMA_SERVER_URL=${site.url}`} />
            <Command text="asciinema rec demo.cast" />
            <Command text="asciinema upload demo.cast" />
          </div>
          <p class="small soft">
            Ctrl-D or <code>exit</code> ends the recording. The upload prints the address of its page; it works without
            an account.
          </p>
          <div class="stackv">
            <Command text="asciinema auth" />
          </div>
          <p class="small soft">Makes what this machine uploads yours.</p>
        </section>
        <section class="sect">
          <h2>From this browser</h2>
          {uploader ? (
            <form class="drop" method="post" action="/record" enctype="multipart/form-data">
              <input type="hidden" name="_token" value={uploader.token} />
              <div class="field">
                <label for="file">A recording</label>
                <input
                  class="input"
                  id="file"
                  name="file"
                  type="file"
                  accept=".cast,.json,.gz,.zst"
                  required
                  aria-invalid={wrong ? "true" : undefined}
                  aria-describedby={wrong ? "file-wrong" : "file-hint"}
                />
                {wrong ? (
                  <Wrong site={site} id="file-wrong" text={`${wrong}. Nothing was stored.`} />
                ) : (
                  <p class="hint" id="file-hint">
                    asciicast v1, v2 or v3; plain, gzip or zstd; {uploadLimit} at most.
                  </p>
                )}
              </div>
              <VisibilityChoice legend="Who can see it" chosen={uploader.visibility} />
              <button class="btn main" type="submit">
                <Icon site={site} name="upload" />
                Upload
              </button>
            </form>
          ) : (
            <div class="drop">
              <p>
                Choose a file here once you have signed in: asciicast v1, v2 or v3; plain, gzip or zstd; {uploadLimit}{" "}
                at most.
              </p>
              <a class="btn" href="/login/new">
                <Icon site={site} name="user" />
                Sign in
              </a>
            </div>
          )}
        </section>
      </div>
      <section class="sect">
        <h2>With the official command</h2>
        <p class="small soft">asciinema 3 reads the variable above, asciinema 2 this one. Both upload here.</p>
        <Command text={`export ASCIINEMA_API_URL=${site.url}`} />
      </section>
      {site.reader ? (
        <section class="sect">
          <header>
            <h2>Your recordings</h2>
            {latest.length > 0 ? <a href={`/~${site.reader.username}`}>All of them</a> : null}
          </header>
          {latest.length > 0 ? (
            <div class="grid lead">
              {latest.map((item) => (
                <Card site={site} {...item} ofOneAuthor />
              ))}
            </div>
          ) : (
            <div class="empty">
              <div class="flat" />
              <h3>Nothing here yet</h3>
              <p>Your first recording shows up on this page a moment after you upload it.</p>
            </div>
          )}
        </section>
      ) : null}
    </main>
  </Page>
);
