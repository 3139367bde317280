import { describe, expect, it } from "vitest";
import { createFaults, parseRule, parseRules } from "./faults.ts";

describe("faults", () => {
  it("are written as flags", () => {
    expect(parseRule("slowdown")).toEqual({ kind: "slowdown" });
    expect(parseRule("cut:query,bytes=1000,times=1,rate=0.5")).toEqual({
      kind: "cut",
      op: "query",
      bytes: 1000,
      times: 1,
      rate: 0.5,
    });
    expect(parseRule("error:insert,status=507,code=Full")).toEqual({
      kind: "error",
      op: "insert",
      status: 507,
      code: "Full",
    });
  });

  it("that make no sense are refused", () => {
    for (const bad of ["explode", "cut:query,bytes=many", "cut:query,bites=1", "latency,ms=-1"])
      expect(() => parseRule(bad)).toThrow(TypeError);
    for (const bad of [{}, [1], [{ kind: "cut", rate: "1" }]])
      expect(() => parseRules(bad)).toThrow(TypeError);
  });

  it("strike their operation, after so many, so many times, and so often by chance, the same for a seed", () => {
    const faults = createFaults([
      { kind: "cut", op: "query", after: 1, times: 2 },
      { kind: "close" },
    ]);
    expect(
      ["query", "insert", "query", "query", "query"].map((op) =>
        faults
          .strike(op)
          .map(({ kind }) => kind)
          .join(),
      ),
    ).toEqual(["close", "close", "cut,close", "cut,close", "close"]);
    expect(faults.struck).toEqual({ cut: 2, close: 5 });
    const strikes = (seed: number): number[] => {
      const random = createFaults([{ kind: "drop", rate: 0.25 }], seed);
      return Array.from({ length: 1000 }, () => random.strike("query").length);
    };
    const count = strikes(7).reduce((sum, n) => sum + n);
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(350);
    expect(strikes(7)).toEqual(strikes(7));
    expect(strikes(7)).not.toEqual(strikes(8));
  });
});
