/** Things in memory that would be worked out again otherwise, within so many bytes: what nobody has asked for longest goes
 *  first. */
export class Kept<T> {
  private readonly entries = new Map<string, { value: T; bytes: number }>();
  private bytes = 0;

  /** @param most  bytes of all together */
  constructor(private readonly most: number) {}

  get(key: string): T | undefined {
    const found = this.entries.get(key);
    if (!found) return undefined;
    // The order of a map is that of entering.
    this.entries.delete(key);
    this.entries.set(key, found);
    return found.value;
  }

  /** @param bytes  what it takes; more than an eighth of all is not kept */
  set(key: string, value: T, bytes: number): void {
    this.delete(key);
    if (bytes > this.most / 8) return;
    this.entries.set(key, { value, bytes });
    this.bytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.most) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.bytes -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.bytes = 0;
  }
}
