import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bundledFile } from "../../../models/catalogue.ts";
import { tokenStarts } from "./align.ts";
import { logMel } from "./mel.ts";
import { groupTokens, readVocabulary, textOf, type Vocabulary } from "./vocabulary.ts";

let vocabulary: Vocabulary;
let numberOf: ReadonlyMap<string, number>;

beforeAll(async () => {
  vocabulary = await readVocabulary(bundledFile("whisper-multilingual", "vocabulary.txt"));
  numberOf = new Map(vocabulary.map((bytes, token) => [bytes.toString("latin1"), token]));
});

/** The tokens of a text, a byte each: the worst that the decoder can do. */
const bytesOf = (text: string): number[] =>
  [...Buffer.from(text)].map((byte) => numberOf.get(String.fromCharCode(byte)) ?? -1);

describe("Whisper's tokens", () => {
  it("have every byte, as the file of the authors does", () => {
    const lines = readFileSync(bundledFile("whisper-multilingual", "vocabulary.txt"), "utf8");
    expect(lines.split("\n")).toHaveLength(50_258);
    expect(vocabulary).toHaveLength(50_257);
    expect(new Set(vocabulary.filter(({ length }) => length === 1).map((one) => one[0])).size).toBe(
      256,
    );
    expect(textOf([15947, 11, 1002, 0], vocabulary)).toBe("Hello, world!");
  });

  it("become words with the tokens of each, also where tokens split letters", () => {
    const groups = groupTokens(bytesOf(" Schöne Grüße"), vocabulary, "de");
    expect(groups).toEqual([
      { text: "Schöne", first: 0, end: 8 },
      { text: "Grüße", first: 8, end: 16 },
    ]);
  });

  it("become clauses where a script has no spaces, with all letters", () => {
    const text = "客観的実在の、判断的知識";
    const groups = groupTokens(bytesOf(text), vocabulary, "ja");
    expect(groups.map((group) => group.text)).toEqual(["客観的実在の、", "判断的知識"]);
    expect(groups.at(-1)?.end).toBe(Buffer.from(text).length);
  });

  it("that are no text, or half a letter, leave the rest whole", () => {
    const half = bytesOf("ü").slice(0, 1);
    const groups = groupTokens([...bytesOf(" so"), ...half], vocabulary, "de");
    expect(groups.map(({ text }) => text)).toEqual(["so"]);
    expect(groupTokens([], vocabulary, "de")).toEqual([]);
  });
});

describe("the times of tokens", () => {
  /** One head that looks at one place for each token. */
  const lookingAt = (places: readonly number[], positions: number) => ({
    heads: 1,
    positions,
    rows: places.map((place) =>
      Float32Array.from({ length: positions }, (_, at) => Math.exp(-((at - place) ** 2) / 8)),
    ),
  });

  it("follow where the attention is", () => {
    const places = [0, 0, 0, 5, 20, 40, 70, 95];
    const starts = tokenStarts(lookingAt(places, 100), 3, 100);
    expect(starts).toHaveLength(5);
    expect(starts[0]).toBe(0);
    for (const [i, at] of starts.slice(1).entries()) {
      expect(at).toBeGreaterThan(places[i + 3] ?? 0);
      expect(at).toBeLessThanOrEqual(places[i + 4] ?? 0);
    }
  });

  it("never go back, and never into the silence after the audio", () => {
    const starts = tokenStarts(lookingAt([0, 0, 0, 60, 10, 90, 5], 100), 3, 50);
    expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
    expect(Math.max(...starts)).toBeLessThan(50);
  });
});

describe("the picture of sound", () => {
  const tone = (hertz: number): Float32Array =>
    Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 16_000));
  const loudest = (picture: Float32Array, frames: number, frame: number): number => {
    const column = Array.from({ length: 80 }, (_, band) => picture[band * frames + frame] ?? 0);
    return column.indexOf(Math.max(...column));
  };

  it("has a tone in its band: Slaney's scale from 0 to 8 kHz in 80 bands", () => {
    // 1000 Hz is 15 mel of 45.245, which 81 steps share.
    for (const [hertz, mel] of [
      [400, 6],
      [1000, 15],
      [4000, 15 + Math.log(4) / (Math.log(6.4) / 27)],
    ] as const) {
      const band = loudest(logMel(tone(hertz), 100), 100, 50);
      expect(Math.abs(band + 1 - (mel * 81) / 45.245)).toBeLessThan(1);
    }
  });

  it("is flat in silence, and 2 below the loudest at the most", () => {
    expect(new Set(logMel(new Float32Array(8000), 60))).toEqual(new Set([-1.5]));
    const picture = logMel(tone(440), 150);
    expect(Math.max(...picture) - Math.min(...picture)).toBeCloseTo(2, 5);
  });
});
