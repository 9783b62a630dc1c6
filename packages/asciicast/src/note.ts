/** Something that a reader put up with: what was wrong and what was made of it. */
export interface Note {
  /** One-based line of the input, 0 when the input as a whole is meant. */
  line: number;
  /** Without the line, in lower case and without a full stop, ready to follow `line N: `. */
  text: string;
}

/** Notes kept of one input. A file can be wrong in every line; nobody reads more than this. */
const LIMIT = 100;

/** Adds a note, up to a limit past which only the fact is noted that there are more. */
export function addNote(notes: Note[], line: number, text: string): void {
  if (notes.length < LIMIT) notes.push({ line, text });
  else if (notes.length === LIMIT) notes.push({ line, text: "there are more; they are not listed" });
}
