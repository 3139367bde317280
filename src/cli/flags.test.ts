import { expect, it } from "vitest";
import { type FlagsOf, hasFlag, integerFlag } from "./flags.ts";
import type { INDEX_SPEC } from "./specs/indexing.ts";
import type { SEARCH_SPEC } from "./specs/searching.ts";

const index: FlagsOf<typeof INDEX_SPEC> = { dryRun: true, include: ["*.mp3"], jobs: "2" };
const search: FlagsOf<typeof SEARCH_SPEC> = { mode: "keyword", limit: "20", print0: true };

it("flags are read by the names and types that the option table gives them", () => {
  const include: readonly string[] | undefined = index.include;
  const mode: "keyword" | "semantic" | "hybrid" | undefined = search.mode;
  expect([include, mode]).toEqual([["*.mp3"], "keyword"]);
  expect(hasFlag(index, "dryRun")).toBe(true);
  expect(hasFlag(index, "watch")).toBe(false);
  expect(hasFlag(search, "print0")).toBe(true);
  expect(integerFlag(search, "limit", 1, 1000)).toBe(20);
  expect(() => integerFlag(search, "limit", 1, 10)).toThrow(
    '--limit: must be a whole number from 1 to 10, not "20"',
  );
});

// `npm run typecheck` fails when one of these lines compiles.
it("a name that the command does not have, or one of another kind, does not compile", () => {
  // @ts-expect-error misspelt
  expect(hasFlag(index, "dryrun")).toBe(false);
  // @ts-expect-error takes a value
  expect(hasFlag(index, "jobs")).toBe(false);
  // @ts-expect-error of another command
  expect(index.supercut).toBeUndefined();
  // @ts-expect-error a switch has no number
  expect(integerFlag(search, "offline", 0, 1)).toBeUndefined();
  // @ts-expect-error not one of its choices
  expect(search.mode === "fuzzy").toBe(false);
});
