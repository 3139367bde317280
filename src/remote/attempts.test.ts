import { describe, expect, it } from "vitest";
import { MediasearchError } from "../errors.ts";
import { countAttempts } from "./attempts.ts";
import type { RequestFailure } from "./refusals.ts";

const { signal } = new AbortController();
const open = (attempts = 5): ReturnType<typeof countAttempts> =>
  countAttempts({ attempts, baseDelayMs: 0, maxDelayMs: 0, signal });
const failure = (kind: RequestFailure["kind"], retryAfterMs?: number): RequestFailure => ({
  kind,
  error: new MediasearchError("ENGINE_FAILED", kind),
  retryAfterMs,
});

describe("attempts at a request", () => {
  it("end at once when no other attempt can help", async () => {
    for (const kind of ["fatal", "rejected", "size"] as const)
      await expect(open().waitAfter(failure(kind))).rejects.toThrow(kind);
  });

  it("end after the last one that is allowed", async () => {
    const attempts = open(3);
    await attempts.waitAfter(failure("retry"));
    await attempts.waitAfter(failure("retry"));
    await expect(attempts.waitAfter(failure("retry"))).rejects.toThrow("retry");
  });

  it("allow a failure that seldom passes one more, wherever it comes among others", async () => {
    const attempts = open();
    await attempts.waitAfter(failure("retry"));
    await attempts.waitAfter(failure("once"));
    await attempts.waitAfter(failure("retry"));
    await expect(attempts.waitAfter(failure("once"))).rejects.toThrow("once");
  });

  it("end when the server wants to be left alone for more than ten minutes", async () => {
    await open().waitAfter(failure("retry", 1));
    await expect(open().waitAfter(failure("retry", 600_001))).rejects.toThrow("retry");
  });

  it("end with the error that the caller makes of the failure", async () => {
    const own = new Error("of this file");
    await expect(open().waitAfter(failure("rejected"), own)).rejects.toBe(own);
    await expect(open(1).waitAfter(failure("retry"), own)).rejects.toBe(own);
  });
});
