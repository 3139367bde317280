import { expect, it } from "vitest";
import { journalId, journalTime } from "./records.ts";

it("a time stands before the ids of journal entries from then on, and behind those before it", () => {
  const [first, second] = [journalId(1_700_000_000_000, "a"), journalId(1_700_000_000_500, "b")];
  expect(journalTime(1_700_000_000_000) < first).toBe(true);
  const between = journalTime(1_700_000_000_200);
  expect([first < between, between < second]).toEqual([true, true]);
  expect(journalTime(0) < first).toBe(true);
});
