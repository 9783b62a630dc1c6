/** Texts of more than one code point that stand in a cell, kept once each. */
export class ClusterTable {
  private texts: string[] = [];
  private indices = new Map<string, number>();

  /** Texts in the table. */
  get count(): number {
    return this.texts.length;
  }

  /** The index of a text, added if new. */
  index(text: string): number {
    let index = this.indices.get(text);
    if (index === undefined) this.indices.set(text, (index = this.texts.push(text) - 1));
    return index;
  }

  /** The text at an index. */
  text(index: number): string {
    return this.texts[index] ?? "\ufffd";
  }
}
