/** What can be made to go wrong, and how. Rules come from flags and from the control endpoint. */
export const KINDS = [
  "slowdown",
  "error",
  "latency",
  "hang",
  "drop",
  "cut",
  "fail",
  "linger",
  "close",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Rule {
  /**
   * slowdown: 503 SlowDown, nothing done · error: `status` and `code`, nothing done · latency: `ms`
   * later · hang: done, never answered · drop: the connection closes before anything is done · cut:
   * done, and the connection closes after `bytes` of the answer's body (0: before its first byte,
   * the answer is lost) · fail: a query ends with the FAILED marker after `messages` messages ·
   * linger: a query's body ends `ms` after its end marker · close: answered, then the kept-alive
   * connection is closed.
   */
  readonly kind: Kind;
  /** The operation, such as `insert`, `query`, `commit`; all when absent. */
  readonly op?: string;
  /** How often, 0–1; 1 when absent. */
  readonly rate?: number;
  /** How many of the operation's requests pass before the fault begins. */
  readonly after?: number;
  /** How often the fault happens at most. */
  readonly times?: number;
  readonly ms?: number;
  readonly bytes?: number;
  readonly messages?: number;
  readonly status?: number;
  readonly code?: string;
}

export interface Faults {
  /** The rules that strike a request of this operation. */
  strike(op: string): readonly Rule[];
  set(rules: readonly Rule[]): void;
  readonly rules: readonly Rule[];
  /** How often each kind struck. */
  readonly struck: Readonly<Record<string, number>>;
}

/** Reproducible: the same seed and requests meet the same faults (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function createFaults(initial: readonly Rule[] = [], seed = 1): Faults {
  const next = random(seed);
  const struck: Record<string, number> = {};
  let live: { readonly rule: Rule; seen: number; done: number }[] = [];
  const set = (rules: readonly Rule[]): void => {
    live = rules.map((rule) => ({ rule, seen: 0, done: 0 }));
  };
  set(initial);
  return {
    strike(op) {
      return live.flatMap((state) => {
        const { rule } = state;
        if (rule.op !== undefined && rule.op !== op) return [];
        if (
          state.seen++ < (rule.after ?? 0) ||
          state.done >= (rule.times ?? Infinity) ||
          next() >= (rule.rate ?? 1)
        )
          return [];
        state.done++;
        struck[rule.kind] = (struck[rule.kind] ?? 0) + 1;
        return [rule];
      });
    },
    set,
    get rules() {
      return live.map(({ rule }) => rule);
    },
    struck,
  };
}

const NUMBERS = ["rate", "after", "times", "ms", "bytes", "messages", "status"];

/** Checks rules that came as JSON. @throws TypeError that says what is wrong */
export function parseRules(json: unknown): readonly Rule[] {
  if (!Array.isArray(json)) throw new TypeError("faults are a list of rules");
  return json.map((rule: unknown): Rule => {
    if (typeof rule !== "object" || rule === null) throw new TypeError("a fault is an object");
    const entries = new Map<string, unknown>(Object.entries(rule));
    const kind = KINDS.find((known) => known === entries.get("kind"));
    if (kind === undefined) throw new TypeError(`a fault's kind is one of ${KINDS.join(", ")}`);
    for (const [key, value] of entries) {
      if (
        NUMBERS.includes(key)
          ? typeof value !== "number" || !(value >= 0)
          : !["kind", "op", "code"].includes(key) || typeof value !== "string"
      )
        throw new TypeError(`${key} is not what it should be`);
    }
    return { ...rule, kind };
  });
}

/**
 * A rule as a flag: `kind[:op][,name=value…]`, such as `slowdown:insert,rate=0.2` or
 * `cut:query,bytes=1000,times=1`.
 * @throws TypeError
 */
export function parseRule(text: string): Rule {
  const [head = "", ...options] = text.split(",");
  const [kind, op] = head.split(":");
  const pairs = options.map((option): [string, string | number] => {
    const [key = "", value = ""] = option.split("=");
    return [key, NUMBERS.includes(key) ? Number(value) : value];
  });
  const [rule] = parseRules([{ kind, ...(op ? { op } : {}), ...Object.fromEntries(pairs) }]);
  if (rule === undefined) throw new TypeError(`no fault: ${text}`);
  return rule;
}
