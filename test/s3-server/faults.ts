/** Faults on demand, set with `PUT /-/faults` as JSON. Each counts down and is gone. */
export interface Faults {
  /** Answers that are 500 (or this status) instead. */
  readonly fail?: number;
  readonly status?: number;
  /** Answers whose connection is cut in the middle of the body, after so many bytes. */
  readonly cut?: number;
  readonly cutAfterBytes?: number;
  /** Requests whose connection is closed without an answer. */
  readonly drop?: number;
  /** Of all requests, the share that fails or is cut by chance, 0 to 1. */
  readonly share?: number;
  /** Only requests whose method and path, "GET /bucket/key", match this pattern. */
  readonly match?: string;
}

export type Verdict =
  | { readonly type: "fail"; readonly status: number }
  | { readonly type: "cut"; readonly afterBytes: number }
  | { readonly type: "drop" }
  | undefined;

export function faulty(): { set(faults: Faults): void; judge(line: string): Verdict } {
  let now: { -readonly [K in keyof Faults]: Faults[K] } = {};
  return {
    set: (faults) => {
      now = { ...faults };
    },
    judge(line) {
      if (now.match !== undefined && !new RegExp(now.match).test(line)) return undefined;
      if (now.share !== undefined) {
        if (Math.random() >= now.share) return undefined;
        const kind = Math.floor(Math.random() * 3);
        if (kind === 0) return { type: "drop" };
        if (kind === 1) return { type: "fail", status: 503 };
        return { type: "cut", afterBytes: Math.floor(Math.random() * 100_000) };
      }
      if (now.drop) {
        now.drop--;
        return { type: "drop" };
      }
      if (now.fail) {
        now.fail--;
        return { type: "fail", status: now.status ?? 500 };
      }
      if (now.cut) {
        now.cut--;
        return { type: "cut", afterBytes: now.cutAfterBytes ?? 1000 };
      }
      return undefined;
    },
  };
}
