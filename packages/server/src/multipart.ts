/** One part of a form. */
export interface Part {
  /** The form field's name. */
  name: string;
  /** The name that the sender gave the file, as sent; `undefined` for a plain field. */
  fileName: string | undefined;
  /** The content. It must be read before the next part is asked for; what is left is skipped. */
  content: AsyncIterable<Uint8Array>;
}

/** A form that does not follow RFC 7578. */
export class MultipartError extends Error {
  override readonly name = "MultipartError";
}

const HEADERS_LIMIT = 16 * 1024;

/** The boundary of a `multipart/form-data` content type; `undefined` for any other type. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!contentType || !/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined;
  return parameter(contentType, "boundary");
}

/** Reads a form part by part while it arrives; never more than a chunk and a part's headers are in memory.
 *
 *  @param body  the bytes, cut anywhere
 *  @throws MultipartError */
export async function* readMultipart(body: AsyncIterable<Uint8Array>, boundary: string): AsyncGenerator<Part> {
  if (boundary === "" || boundary.length > 200) throw new MultipartError("the boundary is missing or too long");
  const input = new Input(body, Buffer.from(`\r\n--${boundary}`));
  for await (const _ of input.untilDelimiter()) {
    // What comes before the first part means nothing.
  }
  while (!(await input.atClose())) {
    const headers = await input.headers();
    const disposition = headers.get("content-disposition") ?? "";
    const name = parameter(disposition, "name");
    if (!/^form-data\b/i.test(disposition) || name === undefined) {
      throw new MultipartError("a part without a name");
    }
    const content = input.untilDelimiter();
    yield { name, fileName: parameter(disposition, "filename"), content };
    for await (const _ of content) {
      // Skipped.
    }
  }
}

class Input {
  // The first delimiter has no line end before it: this one stands for it.
  private buffer = Buffer.from("\r\n");
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly delimiter: Buffer,
  ) {
    this.source = body[Symbol.asyncIterator]();
  }

  /** Yields everything before the next delimiter and takes the delimiter. */
  async *untilDelimiter(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.buffer.indexOf(this.delimiter);
      if (at >= 0) {
        const piece = this.take(at);
        this.take(this.delimiter.length);
        if (piece.length > 0) yield piece;
        return;
      }
      // The tail may be the beginning of a delimiter.
      const certain = this.buffer.length - this.delimiter.length + 1;
      if (certain > 0) yield this.take(certain);
      await this.fill();
    }
  }

  /** After a delimiter: whether it was the last. Otherwise takes the rest of its line. */
  async atClose(): Promise<boolean> {
    while (this.buffer.length < 2) await this.fill();
    if (this.buffer.toString("latin1", 0, 2) === "--") return true;
    const line = await this.until("\r\n");
    if (line.trim() !== "") throw new MultipartError("a boundary with something behind it");
    return false;
  }

  async headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>();
    let size = 0;
    for (;;) {
      const line = await this.until("\r\n");
      if (line === "") return headers;
      size += line.length;
      const colon = line.indexOf(":");
      if (colon <= 0 || size > HEADERS_LIMIT) throw new MultipartError("a part with broken or too long headers");
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
  }

  private async until(end: string): Promise<string> {
    for (;;) {
      const at = this.buffer.indexOf(end);
      if (at >= 0) {
        const text = this.take(at).toString("utf8");
        this.take(end.length);
        return text;
      }
      if (this.buffer.length > HEADERS_LIMIT) throw new MultipartError("a part with broken or too long headers");
      await this.fill();
    }
  }

  private take(length: number): Buffer {
    const piece = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return piece;
  }

  private async fill(): Promise<void> {
    const { value, done } = await this.source.next();
    if (done) throw new MultipartError("the form ends before its last boundary");
    this.buffer = this.buffer.length === 0 ? Buffer.from(value) : Buffer.concat([this.buffer, value]);
  }
}

/** One parameter of a header such as `form-data; name="file"; filename="a.cast"`. */
function parameter(header: string, name: string): string | undefined {
  for (const match of header.matchAll(/;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)) {
    if (match[1]!.toLowerCase() !== name) continue;
    if (match[2] === undefined) return match[3]!;
    // Browsers write a quote as %22, others as \"; any other backslash is part of the name, of a Windows path mostly.
    return match[2].replaceAll('\\"', '"').replaceAll("%22", '"');
  }
  return undefined;
}
