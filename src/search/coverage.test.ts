import { describe, expect, it } from "vitest";
import type { SearchTerm } from "../text/terms.ts";
import { coverageOf } from "../text/terms.ts";

const covered = (
  terms: readonly SearchTerm[],
  text: string,
  speaker: string | null = null,
): number =>
  coverageOf(
    terms,
    terms.map((_, i) => 2 ** i),
  )({ text, speaker });

describe("how much of a query a segment has", () => {
  it.each<[readonly SearchTerm[], string, number]>([
    [["budget", "school"], "The budgets of our schools.", 1],
    [["budget", "school"], "Schooling costs.", 2 / 3],
    [["budget", "school"], "A preschool, out of_budget; naïve", 1 / 3],
    [["happy", "conflated"], "happiness conflates", 1],
    [["i", "a"], "I had A.", 1],
    [["i"], "in it", 0],
    [["resume"], "Her résumé.", 1],
    [["résumé"], "resumes", 1],
    [["o'brien", "fee"], "Brien owes O’Brien fees", 1],
    [["o'brien", "fee"], "o what, Brien", 0],
    [[{ prefix: "commun" }, "fee"], "communities", 1 / 3],
    [["图书", "fee"], "在图书馆", 1 / 3],
    [["..."], "... and so on", 0],
  ])("%j in %j", (terms, text, share) => {
    expect(covered(terms, text)).toBeCloseTo(share, 9);
  });

  it("counts who speaks", () => {
    expect(covered(["lee", "fee"], "a fee", "Ann Lee")).toBe(1);
  });
});
