import type { NewRecording, NewStream } from "../src/db/schema.js";
import { blankStream } from "../src/streams/service.js";
import { randomToken } from "../src/token.js";

/** The row of a short recording. */
export function recordingRow(values: Partial<NewRecording> & Pick<NewRecording, "user_id">): NewRecording {
  return {
    cli_id: null,
    secret_token: randomToken(),
    visibility: "unlisted",
    file_key: `recordings/${randomToken()}.cast.gz`,
    file_name: "demo.cast",
    content_hash: "0".repeat(64),
    compressed_size: 100,
    uncompressed_size: 1000,
    version: 3,
    term_cols: 80,
    term_rows: 24,
    term_type: null,
    term_version: null,
    term_theme: null,
    command: null,
    shell: null,
    recorded_at: null,
    user_agent: null,
    duration: 2_000_000,
    trace: "0".repeat(64),
    title: null,
    description: null,
    markers: null,
    audio_url: null,
    term_cols_override: null,
    term_rows_override: null,
    term_theme_name: null,
    term_bold_is_bright: false,
    term_adaptive_palette: false,
    term_line_height: null,
    term_font_family: null,
    term_cursor_mode: null,
    keystroke_overlay: false,
    idle_time_limit: null,
    speed: null,
    snapshot_at: null,
    archived_at: null,
    created_at: 1,
    updated_at: 1,
    ...values,
  };
}

/** The row of a stream that is off. */
export function streamRow(values: Partial<NewStream> & Pick<NewStream, "user_id">): NewStream {
  return {
    ...blankStream,
    public_token: randomToken(16),
    producer_key: randomToken(12),
    visibility: "unlisted",
    grace_period: 300,
    term_theme_prefer_original: true,
    term_bold_is_bright: false,
    term_adaptive_palette: false,
    created_at: 1,
    updated_at: 1,
    ...values,
  };
}
