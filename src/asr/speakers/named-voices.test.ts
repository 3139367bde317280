import { describe, expect, it } from "vitest";
import { matchVoices } from "../match-voices.ts";
import { voicesOf } from "./named-voices.ts";
import { VOICE_SIZE } from "./voices.ts";

/** A voice in the plane of two axes, at an angle in degrees from the first. */
const voiceAt = (degrees: number): Float32Array => {
  const voice = new Float32Array(VOICE_SIZE);
  voice[0] = Math.cos((degrees * Math.PI) / 180);
  voice[1] = Math.sin((degrees * Math.PI) / 180);
  return voice;
};
const cosine = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const window = (startMs: number, chunk: number, voice: Float32Array) => ({
  startMs,
  endMs: startMs + 1600,
  chunk,
  voice,
});

describe("voices of named spans", () => {
  it("are the mean over the windows that lie in them, and know how much was heard", () => {
    const windows = [
      window(0, 0, voiceAt(0)),
      window(800, 0, voiceAt(20)),
      // Half of it is another's.
      window(1600, 0, voiceAt(90)),
      window(5000, 1, voiceAt(90)),
    ];
    const spans = [
      { startMs: 0, endMs: 2400, speaker: "Ada" },
      { startMs: 2400, endMs: 9000, speaker: "Ben" },
    ];
    const [ada, ben, ...others] = voicesOf(windows, spans);
    expect(others).toEqual([]);
    expect([ada?.speaker, ada?.seconds, ben?.speaker, ben?.seconds]).toEqual([
      "Ada",
      1.6 + 0.8,
      "Ben",
      1.6,
    ]);
    expect(cosine(ada?.voice ?? voiceAt(0), voiceAt(10))).toBeCloseTo(1, 5);
    expect(voicesOf(windows, [])).toEqual([]);
  });
});

describe("a match of voices", () => {
  const profiles = [
    { name: "Ada", voices: [voiceAt(0), voiceAt(80)] },
    { name: "Ben", voices: [voiceAt(180)] },
  ];
  const heard = (speaker: string, degrees: number, seconds = 30) => ({
    speaker,
    seconds,
    voice: voiceAt(degrees),
  });
  const sure = (...all: ReturnType<typeof heard>[]) =>
    matchVoices(all, profiles).map(({ nearest, isSure }) => (isSure ? nearest : null));

  it("is sure of what is alike enough, where enough was heard", () => {
    expect(sure(heard("a", 10))).toEqual(["Ada"]);
    expect(sure(heard("a", 75))).toEqual(["Ada"]);
    expect(sure(heard("a", 175), heard("b", 5))).toEqual(["Ben", "Ada"]);
    // cos 28° is .883, cos 29° .875.
    expect(sure(heard("a", -28), heard("b", 209))).toEqual(["Ada", null]);
    expect(sure(heard("a", 0, 4.9))).toEqual([null]);
    expect(sure(heard("a", -45))).toEqual([null]);
  });

  it("gives a name to one speaker of a recording, and to none where two people are as alike", () => {
    expect(sure(heard("a", 10), heard("b", 5), heard("c", 15))).toEqual([null, "Ada", null]);
    const twins = [...profiles, { name: "Eve", voices: [voiceAt(4)] }];
    expect(matchVoices([heard("a", 2)], twins)[0]).toMatchObject({ isSure: false });
    expect(matchVoices([heard("a", 2)], [])).toMatchObject([{ nearest: null, isSure: false }]);
  });
});
