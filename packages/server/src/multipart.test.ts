import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundaryOf, MultipartError, readMultipart } from "./multipart.js";

async function* pieces(bytes: Uint8Array, sizes: number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : Math.max(1, sizes[i % sizes.length]!);
    yield bytes.subarray(at, (at += size));
  }
}

async function read(bytes: Uint8Array | string, boundary: string, sizes: number[] = []) {
  const parts: { name: string; fileName: string | undefined; content: Buffer }[] = [];
  for await (const part of readMultipart(pieces(Buffer.from(bytes), sizes), boundary)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.content) chunks.push(chunk);
    parts.push({ name: part.name, fileName: part.fileName, content: Buffer.concat(chunks) });
  }
  return parts;
}

describe("readMultipart", () => {
  test("reads what the official command 2.2.0 sends", async () => {
    const body =
      "--0f1e\r\n" +
      'content-disposition: form-data; name="asciicast"; filename="ascii.cast"\r\n' +
      "content-type: application/octet-stream\r\n\r\n" +
      '{"version": 2, "width": 80, "height": 24}\n\r\n' +
      "--0f1e--\r\n";
    const [part, ...more] = await read(body, "0f1e");
    expect(more).toEqual([]);
    expect(part).toMatchObject({ name: "asciicast", fileName: "ascii.cast" });
    expect(part?.content.toString()).toBe('{"version": 2, "width": 80, "height": 24}\n');
  });

  test("understands every form that fetch can make, cut anywhere", async () => {
    const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("\r\n--", "--", "\r\n", "\r"));
    // A name that ends in a backslash cannot be told from one with a quote in it.
    const name = fc.string({ minLength: 1 }).filter((text) => !text.endsWith("\\"));
    const entry = fc.record({ name, value, file: fc.option(fc.uint8Array()) });
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 4 }), sizes, async (entries, cuts) => {
        const form = new FormData();
        for (const { name, value, file } of entries) {
          if (file) form.append(name, new Blob([file as Uint8Array<ArrayBuffer>]), "a b;\"'.cast");
          else form.append(name, value);
        }
        const request = new Response(form);
        const boundary = boundaryOf(request.headers.get("content-type") ?? "");
        const found = await read(new Uint8Array(await request.arrayBuffer()), boundary!, cuts);
        expect(found.length).toBe(entries.length);
        for (const [i, { name, value, file }] of entries.entries()) {
          const crlf = (text: string) => text.replace(/\r\n|\r|\n/g, "\r\n"); // as forms are defined to do
          // Names carry line breaks percent-encoded.
          expect(found[i]!.name).toBe(
            crlf(name).replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll("%22", '"'),
          );
          expect(found[i]!.fileName).toBe(file ? "a b;\"'.cast" : undefined);
          expect([...found[i]!.content]).toEqual(file ? [...file] : [...Buffer.from(crlf(value))]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["nothing", ""],
    ["no boundary", "hello"],
    ["no end", '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\nx'],
    ["a part without a name", "--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--"],
    ["a header without a colon", "--b\r\nnonsense\r\n\r\nx\r\n--b--"],
    ["endless headers", `--b\r\n${"x".repeat(20_000)}`],
    ["something behind a boundary", '--b junk\r\ncontent-disposition: form-data; name="a"\r\n\r\nx\r\n--b--'],
  ])("refuses %s", async (_, body) => {
    await expect(read(body, "b")).rejects.toThrow(MultipartError);
  });

  test("any bytes give parts or our error", async () => {
    const text = fc.array(
      fc.constantFrom("--b", "\r\n", "--", "content-disposition: form-data; name=a", ":", "x", "\0"),
    );
    await fc.assert(
      fc.asyncProperty(text, async (words) => {
        await read(words.join(""), "b", [3]).catch((error) => expect(error).toBeInstanceOf(MultipartError));
      }),
    );
  });
});

test.each([
  ['multipart/form-data; boundary="a b"', "a b"],
  ["multipart/form-data;boundary=0f1e-2d", "0f1e-2d"],
  ["Multipart/Form-Data; charset=utf-8; Boundary=x", "x"],
  ["multipart/form-data", undefined],
  ["application/json; boundary=x", undefined],
  [undefined, undefined],
])("the boundary of %j is %j", (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary);
});
