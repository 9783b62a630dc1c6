import { rm } from "node:fs/promises";
import type { Uploader } from "../accounts/repository.js";
import { type Config, type Visibility, visibilities } from "../config.js";
import type { NewRecording, Recording } from "../db/schema.js";
import type { FileStore } from "../files/files.js";
import { type Actor, may } from "../policy.js";
import { notFound, Refusal } from "../refusal.js";
import { randomToken } from "../token.js";
import type { WorkerPool } from "../worker-pool.js";
import { recordingSettings } from "./fields.js";
import type { Inspection } from "./inspect.js";
import type { ListedRecording, ListKind, RecordingRepository } from "./repository.js";
import type { Upload } from "./upload.js";
import type { Task } from "./worker.js";

/** Unpacked, an upload may be this many times as large as it may be when sent. */
const UNPACKED_FACTOR = 10;
const DAY = 86_400_000;

/** What is decided about recordings. */
export class RecordingService {
  private readonly looking = new Map<string, Promise<ListedRecording | undefined>>();

  constructor(
    private readonly repository: RecordingRepository,
    private readonly files: FileStore,
    private readonly workers: WorkerPool<Task>,
    private readonly config: Pick<Config, "uploadSizeLimit" | "unregisteredUploadCountLimit" | "unclaimed">,
    private readonly clock: () => number,
  ) {}

  /** Refuses a user without account who has as many recordings as are allowed. */
  async admit(uploader: Uploader): Promise<void> {
    const limit = this.quota(uploader);
    if (limit !== undefined && (await this.repository.countOf(uploader.user.id)) >= limit) throw quotaReached(limit);
  }

  /** Stores an upload. When this resolves, content and row survive a power cut; when it rejects, nothing is left.
   *
   *  @param own      for a recording that this server makes itself: how many bytes it may have, and what its row says
   *  @throws Refusal  validation_failed, content_too_large, upload_limit_reached */
  async create(
    uploader: Uploader,
    upload: Upload,
    userAgent: string | undefined,
    own: { limit?: number; values?: Partial<NewRecording> } = {},
  ): Promise<{ recording: Recording; cut: number | undefined }> {
    const content = this.files.draft();
    try {
      const settings = recordingSettings(upload.fields);
      const inspection = await this.workers.run<Inspection>({
        kind: "inspect",
        upload: upload.path,
        content,
        limit: own.limit ?? this.config.uploadSizeLimit * UNPACKED_FACTOR,
      });
      const now = this.clock();
      const key = fileKey(now);
      await this.files.put(key, content);
      const limit = this.quota(uploader);
      const { user, cli } = uploader;
      const row = {
        ...described(inspection),
        user_id: user.id,
        cli_id: cli?.id ?? null,
        secret_token: randomToken(),
        visibility: user.default_recording_visibility,
        term_bold_is_bright: user.term_bold_is_bright,
        term_adaptive_palette: user.term_adaptive_palette,
        file_key: key,
        file_name: upload.fileName ?? null,
        user_agent: beginning(userAgent, 255),
        created_at: now,
        updated_at: now,
        ...own.values,
        ...settings,
      };
      const recording = await this.repository.insert(row, limit).catch(async (error) => {
        await this.files.delete(key);
        throw error;
      });
      if (typeof recording === "string") {
        await this.files.delete(key);
        throw recording === "full" ? quotaReached(limit!) : new Refusal("unauthenticated", "Your machine was removed");
      }
      return { recording, cut: inspection.cut };
    } finally {
      await rm(upload.path, { force: true });
      await rm(content, { force: true });
    }
  }

  /** The recording at an address: the number of a public one or a secret token.
   *
   *  @throws Refusal  not_found for what is not there and, the same, for what the actor may not see; gone for what was
   *                   archived */
  async show(actor: Actor, address: string): Promise<ListedRecording> {
    const recording = await this.at(address);
    if (!recording || !may(actor, "see", recording)) throw notFound();
    if (recording.archived_at !== null) throw new Refusal("gone", this.whyArchived());
    return recording;
  }

  /** A recording that the actor may change, whatever its address.
   *
   *  @throws Refusal  not_found, also when it is somebody else's */
  async own(actor: Actor, address: string): Promise<ListedRecording> {
    const recording = isNumber(address)
      ? await this.repository.byId(Number(address))
      : await this.repository.byToken(address);
    if (!recording || !may(actor, "change", recording)) throw notFound("Recording");
    return recording;
  }

  /** Changes a recording of the actor's own.
   *
   *  @throws Refusal  not_found, also when it is somebody else's; validation_failed */
  async update(actor: Actor, address: string, input: Record<string, unknown>): Promise<Recording> {
    const recording = await this.own(actor, address);
    const settings = recordingSettings(input);
    const updated = await this.repository.update(recording.id, { ...settings, updated_at: this.clock() });
    if (!updated) throw notFound("Recording");
    return updated;
  }

  /** Deletes a recording of the actor's own: its row first, so that no page leads to a missing file.
   *
   *  @throws Refusal  not_found, also when it is somebody else's */
  async delete(actor: Actor, address: string): Promise<void> {
    const recording = await this.own(actor, address);
    if (!may(actor, "delete", recording)) throw notFound("Recording");
    await this.repository.delete(recording.id);
    await this.files.delete(recording.file_key);
  }

  /** Counts a view. */
  async view(recording: Recording): Promise<void> {
    await this.repository.addView(recording.id, this.clock());
  }

  /** A page of a list of public recordings, and how many there are in it.
   *
   *  @param page  from 1 */
  async list(kind: ListKind, page: number, perPage: number): Promise<{ recordings: ListedRecording[]; count: number }> {
    const now = this.clock();
    const [recordings, count] = await Promise.all([
      this.repository.list(kind, now, perPage, (page - 1) * perPage),
      this.repository.countList(kind, now),
    ]);
    return { recordings, count };
  }

  /** A few public recordings of somebody's, newest first, beside one of them. */
  async more(recording: ListedRecording, most: number): Promise<ListedRecording[]> {
    if (recording.author_username === null) return [];
    const found = await this.repository.of(recording.user_id, "public", most + 1);
    return found.filter((one) => one.id !== recording.id).slice(0, most);
  }

  /** What somebody has uploaded last, of any visibility. */
  async latestOf(userId: number, most: number): Promise<ListedRecording[]> {
    return this.repository.of(userId, undefined, most);
  }

  /** Puts a recording forward on the home page, or takes it back.
   *
   *  @throws Refusal  not_found for everybody but administrators */
  async feature(actor: Actor, address: string, featured: boolean): Promise<void> {
    const recording = await this.own(actor, address);
    if (!may(actor, "feature", recording)) throw notFound("Recording");
    await this.repository.update(recording.id, { featured });
  }

  /** A page of a user's recordings of one visibility, newest first, and how many there are of each that the actor may list.
   *
   *  @param page  from 1
   *  @throws Refusal  not_found for a visibility that the actor may not list */
  async of(
    actor: Actor,
    userId: number,
    visibility: Visibility,
    page: number,
    perPage: number,
  ): Promise<{ recordings: ListedRecording[]; counts: Partial<Record<Visibility, number>> }> {
    if (!may(actor, "list", { user_id: userId, visibility })) throw notFound("Page");
    const counts = await this.repository.countsOf(userId);
    const listed = visibilities.filter((one) => may(actor, "list", { user_id: userId, visibility: one }));
    return {
      recordings: await this.repository.of(userId, visibility, perPage, (page - 1) * perPage),
      counts: Object.fromEntries(listed.map((one) => [one, counts[one]])),
    };
  }

  /** Hides and deletes what nobody has claimed in time.
   *
   *  @returns how many of each */
  async expire(): Promise<{ hidden: number; deleted: number }> {
    const limits = this.config.unclaimed;
    if (!limits) return { hidden: 0, deleted: 0 };
    const now = this.clock();
    let deleted = 0;
    for (;;) {
      const files = await this.repository.deleteUnclaimed(now - limits.delete * DAY, 100);
      for (const file of files) await this.files.delete(file);
      deleted += files.length;
      if (files.length === 0) break;
    }
    const hidden = limits.hide ? await this.repository.hideUnclaimed(now - limits.hide * DAY, now) : 0;
    return { hidden, deleted };
  }

  private whyArchived(): string {
    const days = this.config.unclaimed?.hide;
    const limit = days ? ` within ${days === 1 ? "a day" : `${days} days`}` : "";
    return `This recording has been removed. It was uploaded without an account and not claimed${limit}`;
  }

  /** How many recordings somebody may have. */
  private quota({ user, cli }: Uploader): number | undefined {
    return cli && user.email === null ? this.config.unregisteredUploadCountLimit : undefined;
  }

  /** Whoever asks for a recording while it is being looked up waits for the same row: one that many look at costs the
   *  database little, and nobody gets anything older than the question. */
  private at(address: string): Promise<ListedRecording | undefined> {
    let looking = this.looking.get(address);
    if (!looking) {
      looking = this.lookUp(address).finally(() => this.looking.delete(address));
      this.looking.set(address, looking);
    }
    return looking;
  }

  private async lookUp(address: string): Promise<ListedRecording | undefined> {
    if (isNumber(address)) return this.repository.byNumber(Number(address));
    return /^[A-Za-z0-9]{16,64}$/.test(address) ? this.repository.byToken(address) : undefined;
  }
}

/** How a recording is addressed: a public one by its number, any other by what nobody can guess. */
export function addressOf(recording: Recording): string {
  return recording.visibility === "public" ? String(recording.id) : recording.secret_token;
}

/** What a recording is called: by its owner, by its command, or not at all. */
export function titleOf(recording: Pick<Recording, "title" | "command" | "shell">): string {
  if (recording.title) return recording.title;
  return recording.command && recording.command !== recording.shell ? recording.command : "untitled";
}

/** The end of the address of a recording's file. */
export function fileEnding(recording: Pick<Recording, "version">): "json" | "cast" {
  return recording.version === 1 ? "json" : "cast";
}

function isNumber(address: string): boolean {
  return /^\d{1,15}$/.test(address);
}

function fileKey(now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll("-", "/");
  return `recordings/${day}/${randomToken()}.cast.gz`;
}

function quotaReached(limit: number): Refusal {
  const count = limit === 1 ? "1 recording" : `${limit} recordings`;
  return new Refusal("upload_limit_reached", `Unregistered upload limit reached (${count})`);
}

/** The first characters of a text; none is cut in half. */
function beginning(text: string | undefined, most: number): string | null {
  return text === undefined ? null : [...text].slice(0, most).join("");
}

/** What the file says, as a row holds it. */
function described(
  inspection: Inspection,
): Omit<
  NewRecording,
  | "user_id"
  | "cli_id"
  | "secret_token"
  | "visibility"
  | "file_key"
  | "file_name"
  | "user_agent"
  | "featured"
  | "term_bold_is_bright"
  | "term_adaptive_palette"
  | "created_at"
  | "updated_at"
> {
  return {
    content_hash: inspection.contentHash,
    compressed_size: inspection.compressedSize,
    uncompressed_size: inspection.uncompressedSize,
    version: inspection.version,
    term_cols: inspection.cols,
    term_rows: inspection.rows,
    term_type: beginning(inspection.termType, 64),
    term_version: beginning(inspection.termVersion, 255),
    term_theme: inspection.theme ? JSON.stringify(inspection.theme) : null,
    command: beginning(inspection.command, 255),
    shell: beginning(inspection.shell, 255),
    recorded_at: inspection.recordedAt ?? null,
    duration: inspection.duration,
    trace: inspection.trace,
    title: beginning(inspection.title, 128),
    description: null,
    markers: null,
    audio_url: null,
    term_cols_override: null,
    term_rows_override: null,
    term_theme_name: null,
    term_line_height: null,
    term_font_family: null,
    term_cursor_mode: null,
    keystroke_overlay: false,
    idle_time_limit: null,
    speed: null,
    snapshot_at: null,
    archived_at: null,
  };
}
