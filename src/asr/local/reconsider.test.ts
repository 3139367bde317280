import { describe, expect, it } from "vitest";
import { type Continuation, type GreedyHypothesis, reconsider } from "./reconsider.ts";

const END = 2;

/** A greedy text that is sure of everything but for the places that are named. */
function greedyText(
  tokens: readonly number[],
  weak: Readonly<Record<number, { own: number; rival: number; likely: number }>>,
): GreedyHypothesis {
  return {
    tokens,
    probabilities: tokens.map((_, i) => weak[i]?.own ?? 0.9),
    rivals: tokens.map((_, i) => weak[i]?.rival ?? 0),
    rivalProbabilities: tokens.map((_, i) => weak[i]?.likely ?? 0.01),
  };
}

/** Goes on by a script; notes after how many tokens it was asked to. */
function scripted(script: readonly number[], probability: number) {
  const asked: number[] = [];
  let made = 0;
  const after = (position: number): Continuation => {
    asked.push(position);
    return async (_, steps) => {
      const tokens = script.slice(made, made + steps);
      made += tokens.length;
      return {
        tokens,
        probabilities: tokens.map(() => probability),
        isAtEnd: tokens.at(-1) === END,
      };
    };
  };
  return { asked, after, made: () => made };
}

describe("reconsider", () => {
  it("takes the text of the second best token where that is the likelier whole", async () => {
    const greedy = greedyText([10, 11, 12, END], { 1: { own: 0.5, rival: 21, likely: 0.4 } });
    const unsure = { ...greedy, probabilities: [0.9, 0.5, 0.3, 0.9] };
    const { asked, after } = scripted([22, END], 0.9);
    expect((await reconsider(unsure, after, 50)).tokens).toEqual([10, 21, 22, END]);
    expect(asked).toEqual([1]);
  });

  it("keeps the greedy text where the other gets unlikely", async () => {
    const greedy = greedyText([10, 11, 12, END], { 1: { own: 0.5, rival: 21, likely: 0.4 } });
    expect(await reconsider(greedy, scripted([22, END], 0.2).after, 50)).toBe(greedy);
  });

  it("asks for nothing where the decoder was sure, and three times at most", async () => {
    const sure = scripted([END], 0.9);
    await reconsider(greedyText([10, 11, END], {}), sure.after, 50);
    expect(sure.asked).toEqual([]);
    const weak = { own: 0.4, rival: 21, likely: 0.21 };
    const many = scripted([], 0.9);
    const text = greedyText([10, 11, 12, 13, 14, END], {
      0: weak,
      1: { ...weak, likely: 0.3 },
      2: { ...weak, likely: 0.25 },
      3: { ...weak, likely: 0.35 },
      4: { ...weak, likely: 0.1 },
    });
    await reconsider(text, many.after, 1);
    expect(many.asked).toEqual([3, 1, 2]);
  });

  it("stops where both texts go on alike, and takes the rest over", async () => {
    const rest = Array.from({ length: 30 }, (_, i) => 100 + i);
    const greedy = {
      ...greedyText([10, 11, ...rest, END], { 0: { own: 0.4, rival: 20, likely: 0.39 } }),
    };
    const unsure = { ...greedy, probabilities: greedy.probabilities.with(1, 0.2) };
    const script = scripted([...rest, END], 0.9);
    const { tokens, probabilities } = await reconsider(unsure, script.after, 60);
    expect(tokens).toEqual([20, ...rest, END]);
    expect(probabilities).toHaveLength(tokens.length);
    expect(script.made()).toBeLessThan(rest.length / 2 + 6);
  });

  it("makes no more tokens than the limit", async () => {
    const greedy = greedyText([10, END], { 0: { own: 0.4, rival: 20, likely: 0.39 } });
    const endless = scripted(
      Array.from({ length: 99 }, (_, i) => 200 + i),
      0.99,
    );
    await reconsider(greedy, endless.after, 10);
    expect(endless.made()).toBe(9);
  });
});
