/** So many requests of one kind from one address in a window of time. */
interface Rule {
  name: string;
  limit: number;
  /** Length of the window in seconds. */
  seconds: number;
  matches(method: string, path: string): boolean;
}

/** The first rule that matches counts a request. */
const rules: Rule[] = [
  {
    name: "download_recording",
    limit: 30,
    seconds: 60,
    matches: (method, path) => method === "GET" && /^\/[as]\/[^/]+\.(cast|json)$/.test(path),
  },
  {
    name: "view",
    limit: 10,
    seconds: 10,
    matches: (method, path) => method === "POST" && /^\/a\/[^/]+\/views$/.test(path),
  },
  {
    name: "create_recording",
    limit: 10,
    seconds: 60,
    matches: (method, path) => method === "POST" && /^(\/api\/(v1\/recordings|asciicasts)|\/record)$/.test(path),
  },
  {
    name: "create_stream",
    limit: 10,
    seconds: 60,
    matches: (method, path) => method === "POST" && /^\/(api\/v1|user)\/streams$/.test(path),
  },
  // What sends mail, and what could be used to guess.
  { name: "login", limit: 5, seconds: 60, matches: (method, path) => method === "POST" && path === "/login" },
  { name: "email", limit: 5, seconds: 60, matches: (method, path) => method === "POST" && path === "/user/email" },
  { name: "session", limit: 10, seconds: 60, matches: (method, path) => method === "POST" && path === "/session" },
  {
    name: "register_cli",
    limit: 3,
    seconds: 60,
    matches: (method, path) => method === "POST" && path.startsWith("/connect/"),
  },
  { name: "default", limit: 50, seconds: 10, matches: () => true },
];

/** What a limit says about one request. */
export interface Allowance {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** When the window ends, in seconds since 1970. */
  reset: number;
}

/** The headers that say so. */
export function rateHeaders({ limit, remaining, reset }: Allowance): Record<string, string> {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(reset),
  };
}

/** Counters kept at most; past that the windows that have ended go, and if that is not enough, all. */
const MOST = 100_000;

/** Counts requests in fixed windows per address. */
export class RateLimiter {
  private readonly counts = new Map<string, { end: number; used: number }>();

  /** @param clock  milliseconds since 1970 */
  constructor(private readonly clock: () => number) {}

  /** Counts a request, or returns `undefined` when nobody counts: this machine itself is exempt. */
  take(method: string, path: string, address: string): Allowance | undefined {
    if (isLoopback(address)) return undefined;
    const rule = rules.find((one) => one.matches(method === "HEAD" ? "GET" : method, path))!;
    const now = this.clock();
    const key = `${rule.name} ${network(address)}`;
    let count = this.counts.get(key);
    if (!count || count.end <= now) {
      if (this.counts.size >= MOST) this.makeRoom(now);
      const length = rule.seconds * 1000;
      count = { end: (Math.floor(now / length) + 1) * length, used: 0 };
      this.counts.set(key, count);
    }
    count.used++;
    return {
      allowed: count.used <= rule.limit,
      limit: rule.limit,
      remaining: Math.max(0, rule.limit - count.used),
      reset: Math.ceil(count.end / 1000),
    };
  }

  private makeRoom(now: number): void {
    for (const [key, count] of this.counts) if (count.end <= now) this.counts.delete(key);
    if (this.counts.size >= MOST) this.counts.clear();
  }
}

/** The address a request comes from. What a header says is believed only from a proxy on this machine, and of several
 *  addresses only the last, which that proxy saw itself. */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined): string {
  const address = plain(peer ?? "127.0.0.1");
  const forwarded = forwardedFor?.split(",").at(-1)?.trim();
  return isLoopback(address) && forwarded ? plain(forwarded) : address;
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Whether an address is this machine's own, for itself only. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address);
}

/** Whoever has one IPv6 address has a whole /64 of them. */
function network(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  if (tail === undefined) return left.slice(0, 4).join(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
