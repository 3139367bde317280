import { describe, expect, it } from "vitest";
import { completeQuery } from "./complete.ts";

describe("a query that is still being typed", () => {
  it.each([
    ["river", "river"],
    ['river "the coast', 'river "the coast"'],
    ['"the coast', '"the coast"'],
    ["„die Küste", "„die Küste“"],
    ["river AND", "river"],
    ["river AND NOT", "river"],
    ["river OR (", "river"],
    ["river AND (coast OR", "river AND (coast)"],
    ['(river OR "the coa', '(river OR "the coa")'],
    ["river duration:", "river"],
    ["river after:20", "river"],
    ["river origin:capt", "river"],
    ["AND", "AND"],
    ["(", "("],
    ['"', '""'],
  ])("%s is searched as %s", (typed, complete) => {
    expect(completeQuery(typed)).toBe(complete);
  });
});
