import { describe, expect, it } from "vitest";
import { parseBoundedJson } from "./bounded-json.ts";

describe("JSON from outside", () => {
  it("is what JSON.parse makes of it", () => {
    for (const value of [
      null,
      [],
      { a: [1, { b: '"[{,\\' }], c: "\\\\", "[[": "x,y" },
      '"',
      "\\\\",
      Array.from({ length: 60 }).reduce<unknown>((inner) => [inner], 0),
    ])
      expect(parseBoundedJson(JSON.stringify(value))).toEqual(value);
    expect(() => parseBoundedJson('{"a":')).toThrow(SyntaxError);
    expect(() => parseBoundedJson('"never ends')).toThrow(SyntaxError);
  });

  it("has a depth and a number of values, whatever its strings hold", () => {
    for (const bracket of ["[", '{"a":'])
      expect(() => parseBoundedJson(bracket.repeat(30_000_000 / bracket.length))).toThrow(
        "more than 64 levels",
      );
    expect(() => parseBoundedJson(`[${"{},".repeat(3_000_000)}{}]`)).toThrow(
      "more than 2000000 values",
    );
    expect(parseBoundedJson(JSON.stringify("[".repeat(1000)))).toHaveLength(1000);
    expect(() => parseBoundedJson("[1,2,3,4]", { maxDepth: 1, maxValues: 3 })).toThrow("3 values");
  });
});
