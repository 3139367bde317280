import { describe, expect, it } from "vitest";
import { agglomerate } from "./agglomerate.ts";
import { diarize } from "./diarize.ts";
import { VOICE_SIZE, type VoiceWindow } from "./voices.ts";

let seed = 1;
const random = (): number => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
};
const unit = (voice: Float32Array): Float32Array => {
  const length = Math.sqrt(voice.reduce((sum, value) => sum + value * value, 0));
  return voice.map((value) => value / length);
};
/** As the encoder's: nothing negative, two persons with a cosine of about .4. */
const person = (): Float32Array =>
  unit(new Float32Array(VOICE_SIZE).map(() => (random() < 0.4 ? random() : 0)));
const sayings = (voice: Float32Array): Float32Array =>
  unit(voice.map((value) => value + (random() < 0.5 ? 0.06 * random() : 0)));

/** Turns of so many windows, each by one person, with a pause after each. */
function conversation(people: readonly Float32Array[], turns: number, size: number): VoiceWindow[] {
  return Array.from({ length: turns * size }, (_, i) => {
    const turn = Math.floor(i / size);
    const startMs = i * 800 + turn * 2000;
    return {
      startMs,
      endMs: startMs + 1600,
      chunk: turn,
      voice: sayings(people[turn % people.length] as Float32Array),
    };
  });
}
const numberOf = (turns: ReturnType<typeof diarize>): number =>
  new Set(turns.map(({ speaker }) => speaker)).size;

describe("who speaks when", () => {
  const people = Array.from({ length: 4 }, person);

  it.each([1, 2, 3, 4])("is found for %i people", (count) => {
    const turns = diarize(conversation(people.slice(0, count), 12, 5));
    expect(numberOf(turns)).toBe(count);
    expect(turns).toHaveLength(12);
    turns.forEach(({ startMs, endMs, speaker }, i) => {
      expect(endMs).toBeGreaterThan(startMs);
      expect(startMs).toBeGreaterThanOrEqual(turns[i - 1]?.endMs ?? 0);
      expect(speaker).toBe(turns[i % count]?.speaker);
    });
  });

  it("has as many people as are said, and at most as many as are allowed", () => {
    const windows = conversation(people, 12, 5);
    for (const count of [1, 2, 3, 4]) expect(numberOf(diarize(windows, { count }))).toBe(count);
    expect(numberOf(diarize(windows, { maxSpeakers: 3 }))).toBe(3);
    expect(numberOf(diarize(windows, { maxSpeakers: 9 }))).toBe(4);
  });

  it("is one turn where one person pauses for a moment, and none without speech", () => {
    const [ada] = people as [Float32Array];
    const windows = [0, 2000, 2500].map((startMs, chunk) => ({
      startMs,
      endMs: startMs + 400,
      chunk,
      voice: sayings(ada),
    }));
    expect(diarize(windows).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 500],
      [1900, 3000],
    ]);
    expect(diarize([])).toEqual([]);
  });

  it("takes memory and time that grow with the length, not its square", () => {
    // Over two hours: a matrix of all pairs would have 100 million numbers.
    const windows = conversation(people, 100, 100);
    const before = process.memoryUsage().rss;
    const startedAt = process.cpuUsage();
    expect(numberOf(diarize(windows))).toBe(4);
    expect(process.cpuUsage(startedAt).user / 1e6).toBeLessThan(20);
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
  });

  it("joins what is alike on average, across the blocks of a long recording", () => {
    const voices = conversation(people, 30, 50).map(({ voice }) => voice);
    const clusters = agglomerate(voices, 0.6);
    expect(clusters.map(({ members }) => members.length).toSorted((a, b) => a - b)).toEqual([
      350, 350, 400, 400,
    ]);
  });
});
