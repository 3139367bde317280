import { describe, expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

describe("a share of requests", () => {
  it("is each caller's own, fills evenly, and tells when the next one may come", () => {
    let now = 0;
    const limit = createRateLimit(60, () => now);
    for (let i = 0; i < 60; i++) expect(limit.take("a").isAllowed).toBe(true);
    expect(limit.take("a")).toMatchObject({ isAllowed: false, remaining: 0, resetSeconds: 1 });
    expect(limit.take("b")).toMatchObject({ isAllowed: true, remaining: 59 });
    now += 1000;
    expect(limit.take("a").isAllowed).toBe(true);
    expect(limit.take("a").isAllowed).toBe(false);
    now += 3_600_000;
    expect(limit.take("a").remaining).toBe(59);
  });

  it("has no end where there is no quota", () => {
    const limit = createRateLimit(0);
    for (let i = 0; i < 1000; i++) expect(limit.take("a").isAllowed).toBe(true);
  });
});
