/** What a file that is not asciicast looks like, judged by its first characters, as a reason to give to its owner. */
export function foreign(head: string): string {
  for (const [pattern, what] of SIGNATURES) if (pattern.test(head)) return `it looks like ${what}`;
  return head.startsWith("[") ? "it begins with an event, the header is missing" : "its first line is not a header";
}

/** Characters that {@link foreign} wants to see. Bytes that are not UTF-8 arrive here as U+FFFD. */
export const HEAD = 16;

const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^\uFFFDPNG/, "a PNG picture"],
  [/^\uFFFD{3}.{0,3}(JFIF|Exif)/s, "a JPEG picture"],
  [/^GIF8/, "a GIF picture"],
  [/^RIFF/, "a media file"],
  [/^%PDF/, "a PDF document"],
  [/^PK\x03\x04/, "a ZIP archive"],
  [/^\x1f\uFFFD/, "a gzip file"],
  [/^\(\uFFFD\/\uFFFD/, "a zstd file"],
  [/^\x7fELF/, "a program"],
  [/^Script started on /, "a typescript, the recording of script(1)"],
  [/^<(!doctype|html|\?xml|svg)/i, "a web page or other markup"],
  [/^\uFFFD{2}.?\0/s, "UTF-16 text; save it as UTF-8"],
  [/[\0-\x08\x0e-\x1a\uFFFD]/, "a binary file"],
  [/\x1b/, "raw terminal output"],
];
