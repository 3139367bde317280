import { expect, it } from "vitest";
import { indexOnMachines } from "./machines.ts";

it("three programs that index the same folder do nothing twice and miss nothing, though one is killed (npm run test:machines: eight)", async () => {
  expect(await indexOnMachines({ processes: 3, files: 8, kills: 1, seed: 5 })).toMatchObject({
    indexed: 8,
    wrong: [],
  });
});

it("so do programs that index the same bucket", async () => {
  expect(
    await indexOnMachines({ processes: 2, files: 6, kills: 1, seed: 9, inBucket: true }),
  ).toMatchObject({ indexed: 6, wrong: [] });
});
