import { type Context, Hono } from "hono";
import type { Machines } from "../accounts/machines.js";
import type { Config } from "../config.js";
import type { Stream } from "../db/schema.js";
import type { Actor } from "../policy.js";
import { settings } from "../recordings/api.js";
import type { BodyVariables } from "../recordings/upload.js";
import type { StreamService } from "./service.js";

interface Parts {
  config: Config;
  machines: Machines;
  streams: StreamService;
}

type Env = { Variables: BodyVariables };

/** The interface to streams for commands, below `/api`. */
export function streamApi({ config, machines, streams }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  /** The account behind a request, which has to be one that may stream. */
  const owner = async (c: Context<Env>): Promise<Required<Actor> & { user: NonNullable<Actor["user"]> }> => {
    const { user } = await machines.owner(c.req.header("authorization"));
    streams.admit(user);
    return { user };
  };
  const body = (c: Context<Env>) => settings(c.req.header("content-type"), c.var.body);

  app.get("/v1/user/streams", async (c) => {
    const { user } = await owner(c);
    const { prefix, limit, cursor } = c.req.query();
    const page = await streams.page(user, { prefix, limit, cursor });
    if (page.cursor !== undefined) {
      const query = new URLSearchParams({ cursor: page.cursor, ...(limit !== undefined && { limit }) });
      c.header("link", `<${config.url}/api/v1/user/streams?${query}>; rel="next"`);
    }
    return c.json(page.streams.map(represent));
  });

  app.post("/v1/streams", async (c) => {
    const { user } = await owner(c);
    return c.json(represent(await streams.create(user, await body(c))));
  });

  app.on(["PUT", "PATCH"], "/v1/streams/:id", async (c) => {
    const actor = await owner(c);
    return c.json(represent(await streams.update(actor, c.req.param("id"), await body(c))));
  });

  app.delete("/v1/streams/:id", async (c) => {
    const actor = await owner(c);
    await streams.delete(actor, c.req.param("id"));
    return c.body(null, 204);
  });

  return app;

  /** A stream as its owner's commands are told it. */
  function represent(stream: Stream) {
    return {
      id: stream.id,
      url: `${config.url}/s/${stream.public_token}`,
      ws_producer_url: streams.producerUrl(stream),
      audio_url: stream.audio_url,
      live: stream.live,
      title: stream.title,
      description: stream.description,
      visibility: stream.visibility,
    };
  }
}
