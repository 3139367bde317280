import { describe, expect, it } from "vitest";
import { mutate, randomFrom } from "./mutate.ts";
import { failureOf, TARGETS } from "./targets.ts";

const INPUTS = 60;
const MAX_MS = 5000;

describe("readers of bytes from outside", () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    "read or refuse whatever comes: %s",
    async (_name, target) => {
      const seeds = target.seeds();
      expect(seeds.length).toBeGreaterThan(0);
      const random = randomFrom(20_260_101);
      const inputs = [...seeds, ...Array.from({ length: INPUTS }, () => mutate(seeds, random))];
      for (const input of inputs) {
        const startedAt = performance.now();
        expect(await failureOf(target, Buffer.from(input))).toBeUndefined();
        expect(performance.now() - startedAt).toBeLessThan(MAX_MS);
      }
    },
  );
});
