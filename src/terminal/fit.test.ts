import { expect, it } from "vitest";
import { fitMiddle, fitStart, lineColumns } from "./fit.ts";
import { displayWidth } from "./style.ts";

it.each([
  ["committee", 9, "committee", "committee"],
  ["committee", 5, "comm…", "c…tee"],
  ["会議の録音.vtt", 9, "会議の録…", "会…音.vtt"],
  ["会議の録音", 1, "…", "…"],
])("%s in %i columns is %s, or %s", (text, columns, start, middle) => {
  expect([fitStart(text, columns), fitMiddle(text, columns)]).toEqual([start, middle]);
  expect(displayWidth(middle)).toBeLessThanOrEqual(columns);
});

it("only a terminal has a width", () => {
  const write = (): boolean => true;
  expect(lineColumns({ write, isTTY: true, columns: 40 })).toBe(40);
  expect(lineColumns({ write, isTTY: true, columns: 0 })).toBe(80);
  expect(lineColumns({ write, columns: 40 })).toBe(Infinity);
});
