import { expect, it } from "vitest";
import { mediasearch, tempFolder } from "../helpers/run.ts";
import { broken, indexMutants } from "./check.ts";
import { mutants } from "./mutate.ts";

it("every harmed file has one outcome, and the library stays sound", async () => {
  const all = [...mutants(60, 42)];
  const home = tempFolder();
  const result = await indexMutants(all, tempFolder(), home);
  expect(
    broken(
      all.map(({ name }) => name),
      result,
    ),
  ).toEqual([]);
  expect((await mediasearch(["doctor"], { home })).exitCode).toBe(0);
});

it("the same seed makes the same mutants, another seed others", () => {
  const digest = (seed: number): string =>
    [...mutants(20, seed)].map(({ name, kind, bytes }) => `${name} ${kind} ${bytes.length}`).join();
  expect(digest(1)).toBe(digest(1));
  expect(digest(1)).not.toBe(digest(2));
});
