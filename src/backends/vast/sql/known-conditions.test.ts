import { expect, it } from "vitest";
import { onFile } from "./condition.ts";
import { knownConditions } from "./search-index.ts";

it("conditions are kept for the parts of a search, but no failure is", async () => {
  const known = knownConditions();
  const condition = { phrase: "the old bridge" };
  let made = 0;
  const make = async () => onFile(`${++made}`);
  const lapsed = async () => Promise.reject(new Error("the transaction has lapsed"));
  await expect(known(condition, "TRUE", lapsed)).rejects.toThrow("lapsed");
  expect(await known(condition, "TRUE", make)).toEqual(onFile("1"));
  expect(await known(condition, "TRUE", make)).toEqual(onFile("1"));
  expect(await known(condition, "FALSE", make)).toEqual(onFile("2"));
});
