import { describe, expect, it } from "vitest";
import { speakerShare } from "./speaker-evidence.ts";

describe("how much of a speaker's name a query has", () => {
  it.each([
    ["What did Professor B think of grammar?", "Professor B", 1],
    ["What did Professor B think of grammar?", "Professor C", 0.5],
    ["a professor of grammar", "Professor A", 0.5],
    ["Marketing's view of the budget", "Marketing", 1],
    ["Marketing\u2019s view of the budget", "Marketing", 1],
    ["what does the industrial designer want", "Industrial Designer", 1],
    ["design", "Industrial Designer", 0],
    ["Ann", "Ann Lee van Dyke", 0],
    ["what did the hon. member say", "The Hon. Zoë Müller", 0],
    ["zoe muller on schools", "The Hon. Zoë Müller", 1],
    ["the", "Mr.", 0],
    ["anything", null, 0],
  ])("%s: %s %f", (query, speaker, share) => {
    expect(speakerShare(query)(speaker)).toBe(share);
  });
});
