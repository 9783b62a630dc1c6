// asciicast v3: a header line, then one line [INTERVAL, CODE, DATA] per event; intervals are seconds since the
// previous event. Lines that begin with # are comments.
//
//   {"version":3,"term":{"cols":80,"rows":24,"type":…,"version":…,"theme":{…}},"timestamp":…,"idle_time_limit":…,
//    "command":…,"title":…,"env":{…}}

import { AsciicastError } from "./error.js";
import { compact, Fields, isObject } from "./fields.js";
import { encodeJson, encodeSeconds, encodeTheme, type Header } from "./header.js";

/** The header of a parsed first line.
 *
 *  Keys of `term` that are not known are kept in `other.term`.
 *
 *  @throws {AsciicastError} when it has no size
 *  @param note  called with what was put up with */
export function decodeHeader(json: object, note: (text: string) => void): Header {
  const fields = new Fields(json, note);
  fields.take("version");
  const term = fields.take("term");
  if (!isObject(term)) throw new AsciicastError("not a v1, v2, v3 asciicast file: v3 without term", 0);
  const inner = new Fields(term, note, "term.");
  const cols = inner.size("cols", 80);
  const rows = inner.size("rows", 24);
  const termType = inner.string("type");
  const termVersion = inner.string("version");
  const theme = inner.theme("theme");
  const timestamp = fields.timestamp("timestamp");
  const idleTimeLimit = fields.seconds("idle_time_limit");
  const command = fields.string("command");
  const title = fields.string("title");
  const env = fields.env("env");
  const unknown = inner.rest();
  const other = unknown ? { ...fields.rest(), term: unknown } : fields.rest();
  return compact<Header>({
    cols,
    rows,
    termType,
    termVersion,
    theme,
    timestamp,
    idleTimeLimit,
    command,
    title,
    env,
    other,
  });
}

/** The header line, without its line end. */
export function encodeHeader(header: Header): string {
  const { cols, rows, termType, termVersion, theme, timestamp, idleTimeLimit, command, title, env, other } = header;
  const term = encodeJson(
    {
      cols: String(cols),
      rows: String(rows),
      type: JSON.stringify(termType),
      version: JSON.stringify(termVersion),
      theme: theme && encodeTheme(theme),
    },
    isObject(other?.["term"]) ? other["term"] : undefined,
  );
  return encodeJson(
    {
      version: "3",
      term,
      timestamp: timestamp === undefined ? undefined : String(timestamp),
      idle_time_limit: idleTimeLimit === undefined ? undefined : encodeSeconds(idleTimeLimit),
      command: JSON.stringify(command),
      title: JSON.stringify(title),
      env: env && Object.keys(env).length > 0 ? JSON.stringify(env) : undefined,
    },
    other,
  );
}
