/** What is left of a caller's share. */
export interface Share {
  readonly isAllowed: boolean;
  readonly remaining: number;
  /** Seconds until the share is whole again, or until the next request may come. */
  readonly resetSeconds: number;
}

export interface RateLimit {
  readonly quota: number;
  /** Takes one request of the caller's share. */
  take(caller: string): Share;
}

const WINDOW_MS = 60_000;
const MAX_CALLERS = 100_000;

/** A bucket for each caller, which fills evenly; `quota` requests a minute, 0 for no limit. */
export function createRateLimit(quota: number, now: () => number = Date.now): RateLimit {
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  const perMs = quota / WINDOW_MS;
  return {
    quota,
    take(caller) {
      if (quota === 0) return { isAllowed: true, remaining: Infinity, resetSeconds: 0 };
      const nowMs = now();
      const bucket = buckets.get(caller) ?? { tokens: quota, atMs: nowMs };
      // The least recently used are first.
      buckets.delete(caller);
      buckets.set(caller, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > MAX_CALLERS && oldest !== undefined) buckets.delete(oldest);
      bucket.tokens = Math.min(quota, bucket.tokens + (nowMs - bucket.atMs) * perMs);
      bucket.atMs = nowMs;
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens -= 1;
      return {
        isAllowed,
        remaining: Math.floor(bucket.tokens),
        resetSeconds: Math.ceil(
          (isAllowed ? quota - bucket.tokens : 1 - bucket.tokens) / perMs / 1000,
        ),
      };
    },
  };
}
