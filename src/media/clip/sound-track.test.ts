import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pitchAt, soundOf } from "../../../test/helpers/film.ts";
import { matroska, type MatroskaTrack, soundBlocks, tone } from "../../../test/helpers/matroska.ts";
import { tempFolder } from "../../../test/helpers/run.ts";
import { makeClip } from "./make.ts";

describe("the sound of a clip", () => {
  it("is that of the track that is named, else no commentary", async () => {
    const folder = tempFolder();
    const path = join(folder, "tracks.mkv");
    const of = (hz: number, title?: string) =>
      ({ type: "audio", title, blocks: soundBlocks(3000, tone(hz)) }) as MatroskaTrack;
    writeFileSync(path, matroska([of(300, "Commentary"), of(600), of(900)], 3000));
    const to = join(folder, "sound.wav");
    for (const [audioTrack, hz] of [
      [undefined, 600],
      [1, 300],
      [3, 900],
      [7, 600],
    ] as const)
      for (const isFast of [true, false]) {
        await makeClip([{ path, startMs: 1000, endMs: 2000, title: null, audioTrack }], to, {
          isFast,
          force: true,
          env: process.env,
          signal: new AbortController().signal,
        });
        expect(pitchAt(await soundOf(to), 300), `${audioTrack}`).toBe(hz);
      }
  });
});
