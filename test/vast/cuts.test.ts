import { expect, it } from "vitest";
import { cutAtRandom } from "./cuts.ts";

it("a few cuts at random moments lose nothing and double nothing (npm run test:cuts makes a hundred)", async () => {
  const { wrong, struck } = await cutAtRandom(12, 3);
  expect(wrong).toEqual([]);
  expect(Object.values(struck).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
});
