// asciicast v2: a header line, then one line [TIME, CODE, DATA] per event; times are seconds since the start.
//
//   {"version":2,"width":80,"height":24,"timestamp":…,"idle_time_limit":…,"command":…,"title":…,"env":{…},"theme":{…}}

import { compact, Fields } from "./fields.js";
import { encodeJson, encodeSeconds, encodeTheme, type Header } from "./header.js";

/** The header of a parsed first line.
 *
 *  @throws {AsciicastError} when it has no size
 *  @param note  called with what was put up with */
export function decodeHeader(json: object, note: (text: string) => void): Header {
  const fields = new Fields(json, note);
  fields.take("version");
  // The events say how long the session took; a header's word for it would be wrong after any edit.
  fields.take("duration");
  const cols = fields.size("width", 80);
  const rows = fields.size("height", 24);
  const timestamp = fields.timestamp("timestamp");
  const idleTimeLimit = fields.seconds("idle_time_limit");
  const command = fields.string("command");
  const title = fields.string("title");
  const env = fields.env("env");
  const theme = fields.theme("theme");
  const termType = env?.["TERM"];
  const other = fields.rest();
  return compact<Header>({ cols, rows, termType, theme, timestamp, idleTimeLimit, command, title, env, other });
}

/** The header line, without its line end. The terminal's type and version have no place in it. */
export function encodeHeader(header: Header): string {
  const { cols, rows, timestamp, idleTimeLimit, command, title, env, theme } = header;
  return encodeJson(
    {
      version: "2",
      width: String(cols),
      height: String(rows),
      timestamp: timestamp === undefined ? undefined : String(timestamp),
      idle_time_limit: idleTimeLimit === undefined ? undefined : encodeSeconds(idleTimeLimit),
      command: JSON.stringify(command),
      title: JSON.stringify(title),
      env: env && Object.keys(env).length > 0 ? JSON.stringify(env) : undefined,
      theme: theme && encodeTheme(theme),
      duration: undefined,
    },
    header.other,
  );
}
