import { rm } from "node:fs/promises";
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Config } from "../config.js";
import type { FileStore } from "../files/files.js";
import { Refusal } from "../refusal.js";
import type { Forms } from "../web/forms.js";
import { pagePolicy } from "../web/security.js";
import { goTo, type PageEnv, signedIn } from "../web/visit.js";
import type { Previews } from "./previews.js";
import { RecordPage } from "./record-page.js";
import { addressOf, type RecordingService } from "./service.js";
import { humanSize, receiveUpload } from "./upload.js";

interface Parts {
  config: Config;
  forms: Forms;
  recordings: RecordingService;
  previews: Previews;
  files: FileStore;
}

const LATEST = 3;

/** How to get a recording here, and the form that does it. */
export function recordPages({ config, forms, recordings, previews, files }: Parts): Hono<PageEnv> {
  const app = new Hono<PageEnv>();

  app.get("/record", (c) => shown(c, 200));

  app.post("/record", async (c) => {
    const user = signedIn(c);
    try {
      const upload = await receiveUpload(c.req.raw.headers, c.var.body, "file", config.uploadSizeLimit, files.draft());
      const { _token, visibility = "" } = upload.fields;
      try {
        forms.check(c, _token);
      } catch (error) {
        await rm(upload.path, { force: true });
        throw error;
      }
      const chosen = { ...upload, fields: visibility ? { visibility } : {} };
      const { recording, cut } = await recordings.create({ user }, chosen, undefined);
      return goTo(c, `/a/${addressOf(recording)}`, cut === undefined ? "uploaded" : "uploaded-cut");
    } catch (error) {
      if (!(error instanceof Refusal) || !["validation_failed", "content_too_large"].includes(error.type)) throw error;
      const details = error.details?.map(({ field, message }) => `${field} ${message}`).join(", ");
      return shown(c, error.status as ContentfulStatusCode, details ? `${error.message}: ${details}` : error.message);
    }
  });

  return app;

  async function shown(c: Context<PageEnv>, status: ContentfulStatusCode, wrong?: string): Promise<Response> {
    const { actor, site } = c.var.visit;
    const { user } = actor;
    const latest = user ? await recordings.latestOf(user.id, LATEST) : [];
    const view = (
      <RecordPage
        site={site}
        uploadLimit={humanSize(config.uploadSizeLimit)}
        uploader={user && { token: forms.token(c), visibility: user.default_recording_visibility }}
        latest={latest.map((recording) => ({ recording, picture: previews.picture(recording) }))}
        wrong={wrong}
      />
    );
    return c.html(view, status, { "content-security-policy": pagePolicy });
  }
}
