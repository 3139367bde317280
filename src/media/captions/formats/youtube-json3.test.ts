import { describe, expect, it } from "vitest";
import { bytes } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

const read = (file: unknown) => parseCaptions(bytes(JSON.stringify(file)), "youtube-json3");
const rows = (file: unknown) =>
  read(file).cues.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]);

describe("YouTube's json3", () => {
  it("has words with offsets, and events that only roll up", () => {
    const file = {
      wireMagic: "pb3",
      events: [
        { tStartMs: 0, dDurationMs: 9000, id: 1, wpWinPosId: 1 },
        {
          tStartMs: 1000,
          dDurationMs: 4000,
          segs: [
            { utf8: "the", acAsrConf: 255 },
            { utf8: " harbour", tOffsetMs: 300 },
          ],
        },
        { tStartMs: 3000, aAppend: 1, segs: [{ utf8: "\n" }] },
        { tStartMs: 3000, dDurationMs: 2000, segs: [{ utf8: "is closed" }] },
      ],
    };
    expect(rows(file)).toEqual([
      [1000, 3000, null, "the harbour"],
      [3000, 5000, null, "is closed"],
    ]);
    expect(read(file).cues[0]?.words).toEqual([
      { text: "the", startMs: 1000, endMs: 1300, confidence: 1 },
      { text: "harbour", startMs: 1300, endMs: 3000, confidence: null },
    ]);
  });
});
