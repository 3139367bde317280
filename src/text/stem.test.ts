import { describe, expect, it } from "vitest";
import { stem } from "./stem.ts";

describe("stems", () => {
  it("are those of Porter's paper", () => {
    const pairs =
      "caresses caress ponies poni cats cat agreed agre plastered plaster motoring motor hopping hop filing file happy happi relational relat conditional condit vietnamization vietnam triplicate triplic hopeful hope allowance allow adoption adopt rate rate controll control";
    const list = pairs.split(" ");
    for (let i = 0; i < list.length; i += 2)
      expect(stem(list[i] as string), list[i]).toBe(list[i + 1]);
  });
});
