/** Things in memory that would be worked out again otherwise, within so many bytes: the oldest goes first, but for what
 *  somebody has asked for since. */
export class Kept<T> {
  private readonly entries = new Map<string, { value: T; bytes: number; wanted: boolean }>();
  private bytes = 0;

  /** @param most  bytes of all together */
  constructor(private readonly most: number) {}

  get(key: string): T | undefined {
    const found = this.entries.get(key);
    if (!found) return undefined;
    found.wanted = true;
    return found.value;
  }

  /** @param bytes  what it takes; more than an eighth of all is not kept */
  set(key: string, value: T, bytes: number): void {
    this.delete(key);
    if (bytes > this.most / 8) return;
    // The order of a map is that of entering; what is entered meanwhile is come by, too.
    for (const [oldest, entry] of this.entries) {
      if (this.bytes + bytes <= this.most) break;
      if (entry.wanted) {
        entry.wanted = false;
        this.entries.delete(oldest);
        this.entries.set(oldest, entry);
      } else this.delete(oldest);
    }
    this.entries.set(key, { value, bytes, wanted: false });
    this.bytes += bytes;
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
