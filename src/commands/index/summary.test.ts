import { expect, it } from "vitest";
import { createTally } from "../../app/indexing/tally.ts";
import { summaryText } from "./summary.ts";

const plain = (_style: unknown, text: string): string => text;

it("failures are grouped by what to do next, a shared reason once", () => {
  const hint = "put captions beside it";
  const { counts } = createTally();
  const text = summaryText(
    counts,
    1000,
    [
      { reason: "no sound", hint },
      { reason: "the server is away", hint: undefined },
      { reason: "no sound", hint },
    ],
    plain,
  );
  expect(text.split("\n").slice(1)).toEqual([
    "2 files failed: no sound; next: put captions beside it",
    "1 file failed; next: mediasearch jobs",
    "",
  ]);
});
