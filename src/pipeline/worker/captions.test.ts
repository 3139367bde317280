import { describe, expect, it } from "vitest";
import { comparePauses } from "../../media/speech-presence.ts";
import { formatTime } from "../../media/captions/raw-cue.ts";
import { readCaptionFile } from "./captions.ts";

/** A word every 400 ms for a day: more cues than a call has room for arguments. */
const COUNT = 216_000;
const DAY_MS = 24 * 3_600_000;

describe("captions of a day that have a cue for each word", () => {
  const time = (ms: number): string => formatTime(ms, ".");
  const text = Array.from(
    { length: COUNT },
    (_, i) => `${time(i * 400)} --> ${time(i * 400 + 400)}\nword${i}\n\n`,
  ).join("");
  const read = readCaptionFile("/films/day.vtt", Buffer.from(`WEBVTT\n\n${text}`), {
    durationMs: DAY_MS,
    timecodeMs: null,
    media: "/films/day.mp4",
  });

  it("are read as any others", () => {
    expect([read.cues.length, read.fault, read.warnings]).toEqual([COUNT, null, []]);
  });

  it("are compared with the speech", () => {
    const presence = [{ startMs: 1000, isSpeech: Array.from({ length: 200 }, () => true) }];
    expect(comparePauses(read.cues, presence, DAY_MS).isSuspect).toBe(true);
  });
});
