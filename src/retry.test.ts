import { describe, expect, it } from "vitest";
import { backoffMs, retry, type RetryClock, type RetryOptions, startRetries } from "./retry.ts";

/** Time that passes only while somebody sleeps. */
function fakeClock(random = 0.5): RetryClock & { readonly waits: number[] } {
  const waits: number[] = [];
  let nowMs = 1000;
  return {
    waits,
    now: () => nowMs,
    random: () => random,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      nowMs += ms;
    },
  };
}

const BACKOFF = { baseDelayMs: 100, maxDelayMs: 1000 };
const failure = new Error("no");

/** Fails as long as it is asked to. @returns the attempts, the waits, and what came of it. */
async function attempt(
  options: Partial<RetryOptions>,
  { failures = Infinity, clock = fakeClock(), advice = {} } = {},
): Promise<{ attempts: number; waits: number[]; outcome: unknown }> {
  let attempts = 0;
  const outcome = await retry(
    async () => {
      if (attempts++ < failures) throw failure;
      return "done";
    },
    () => advice,
    { ...BACKOFF, ...options, clock },
  ).catch((error: unknown) => error);
  return { attempts, waits: clock.waits, outcome };
}

describe("backoff", () => {
  it("waits twice as long each time, at most so long, and anything less by chance", () => {
    const backoff = { baseDelayMs: 1000, maxDelayMs: 5000 };
    const longest = [1, 2, 3, 4, 9].map((n) => backoffMs(n, backoff, () => 0.999_999));
    expect(longest).toEqual([999, 1999, 3999, 4999, 4999]);
    expect(backoffMs(3, backoff, () => 0)).toBe(0);
    expect(backoffMs(3, backoff, () => 0.5)).toBe(2000);
  });
});

describe("retry", () => {
  it("goes on until it succeeds, and waits longer each time", async () => {
    expect(await attempt({}, { failures: 3 })).toEqual({
      attempts: 4,
      waits: [50, 100, 200],
      outcome: "done",
    });
  });

  it("ends with the last failure after so many attempts", async () => {
    expect(await attempt({ attempts: 3 })).toEqual({
      attempts: 3,
      waits: [50, 100],
      outcome: failure,
    });
    expect((await attempt({ attempts: 1 })).attempts).toBe(1);
  });

  it("starts no attempt after the budget", async () => {
    const { waits, outcome } = await attempt({ budgetMs: 360 });
    expect([waits, outcome]).toEqual([[50, 100, 200], failure]);
    expect((await attempt({ budgetMs: 349 })).waits).toEqual([50, 100]);
    expect((await attempt({ budgetMs: 0 })).attempts).toBe(1);
  });

  it("waits as long as the server asks, and gives up a server that asks for too much", async () => {
    const advice = { retryAfterMs: 3000 };
    expect((await attempt({ attempts: 3 }, { advice })).waits).toEqual([3000, 3000]);
    expect(await attempt({ maxRetryAfterMs: 2999 }, { advice })).toMatchObject({
      attempts: 1,
      outcome: failure,
    });
  });

  it("lets a failure set limits of its own", async () => {
    expect((await attempt({ attempts: 5 }, { advice: { attempts: 2 } })).attempts).toBe(2);
    expect((await attempt({ budgetMs: 0 }, { advice: { budgetMs: 150 } })).waits).toEqual([
      50, 100,
    ]);
  });

  it("does not repeat what is final", async () => {
    let attempts = 0;
    const call = retry(
      async () => {
        attempts++;
        throw failure;
      },
      () => undefined,
      { ...BACKOFF, clock: fakeClock() },
    );
    await expect(call).rejects.toBe(failure);
    expect(attempts).toBe(1);
  });

  it("ends a wait at once with the signal's reason", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const call = retry(
      async () => {
        setImmediate(() => stop.abort(reason));
        throw failure;
      },
      () => ({ retryAfterMs: 60_000 }),
      { ...BACKOFF, signal: stop.signal },
    );
    await expect(call).rejects.toBe(reason);
    await expect(
      retry(
        async () => "done",
        () => ({}),
        { ...BACKOFF, signal: stop.signal },
      ),
    ).rejects.toBe(reason);
  });
});

describe("a loop that makes progress", () => {
  it("counts attempts and time anew after each restart", async () => {
    const clock = fakeClock();
    const retries = startRetries({ ...BACKOFF, attempts: 3, budgetMs: 200, clock });
    for (let i = 0; i < 4; i++) {
      await retries.waitAfter(failure);
      await retries.waitAfter(failure);
      retries.restart();
    }
    expect(clock.waits).toEqual([50, 100, 50, 100, 50, 100, 50, 100]);
    await retries.waitAfter(failure);
    await retries.waitAfter(failure);
    await expect(retries.waitAfter(failure)).rejects.toBe(failure);
  });
});
