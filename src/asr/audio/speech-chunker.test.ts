import { expect, it } from "vitest";
import { createSpeechChunker } from "./speech-chunker.ts";
import { FRAME } from "./voice-activity.ts";

it("a faint sound after the place of a cut begins no piece that ends before it", async () => {
  // Speech of nearly fifteen seconds, a gap, sounds too faint to be speech when the piece is cut in
  // the gap, then silence.
  const heard = [
    ...Array.from({ length: 431 }, () => 0.9),
    ...Array.from({ length: 13 }, () => 0.1),
    ...Array.from({ length: 40 }, () => 0.4),
    ...Array.from({ length: 100 }, () => 0),
  ];
  let at = 0;
  const pieces = createSpeechChunker(
    () => ({ next: async () => [heard[at++] ?? 0], snapshot: () => "" }),
    {
      mostMs: 15_000,
      joinedGapMs: 1500,
      earliestCutMs: 5000,
    },
  );
  const found = [];
  for (const _ of heard) found.push(...(await pieces.push(new Float32Array(FRAME))));
  found.push(...pieces.end());
  expect(found).toHaveLength(1);
  expect(found[0]?.samples.length).toBeGreaterThan(430 * FRAME);
});
