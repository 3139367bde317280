import { describe, expect, it } from "vitest";
import { pairNames } from "./sidecars.ts";

const no = async (): Promise<boolean> => false;
const never = { isMedia: no, isCaptions: no };

describe("names of a folder", () => {
  it("pair media with every captions file of theirs, and the best one", async () => {
    const { sidecarOf, captionsOf, mediaOf } = pairNames(
      ["talk.mp4", "talk.en.srt", "talk.de.srt", "Talk.VTT", "other.srt", "talk.mp4.ass"],
      undefined,
      never,
    );
    expect(await sidecarOf("talk.mp4")).toBe("talk.mp4.ass");
    expect(await captionsOf("talk.mp4")).toEqual([
      "Talk.VTT",
      "talk.de.srt",
      "talk.en.srt",
      "talk.mp4.ass",
    ]);
    expect(await mediaOf("talk.de.srt")).toEqual(["talk.mp4"]);
    expect(await mediaOf("other.srt")).toEqual([]);
  });

  it("give captions to the file whose whole name they bear", async () => {
    const { sidecarOf, mediaOf } = pairNames(
      ["talk.mp4", "talk.en.mp4", "talk.en.srt"],
      undefined,
      never,
    );
    expect([await sidecarOf("talk.mp4"), await sidecarOf("talk.en.mp4")]).toEqual([
      null,
      "talk.en.srt",
    ]);
    expect(await mediaOf("talk.en.srt")).toEqual(["talk.en.mp4"]);
  });

  it("are opened where the name does not tell, and only then", async () => {
    const opened: string[] = [];
    const isMedia = async (name: string): Promise<boolean> => {
      opened.push(name);
      return name === "tape";
    };
    const { mediaOf } = pairNames(
      ["tape", "tape.srt", "notes", "notes.srt", "b.mp3", "b.srt"],
      undefined,
      { isMedia, isCaptions: no },
    );
    expect([await mediaOf("tape.srt"), await mediaOf("notes.srt"), await mediaOf("b.srt")]).toEqual(
      [["tape"], [], ["b.mp3"]],
    );
    expect(opened).toEqual(["tape", "notes"]);
  });

  it("are opened once, whatever is asked of them", async () => {
    const opened: string[] = [];
    const isCaptions = async (name: string): Promise<boolean> => {
      opened.push(name);
      return name === "talk.json";
    };
    const { captionsOf, sidecarsOf, sidecarOf } = pairNames(
      ["talk.mp4", "talk.json", "talk.txt", "talk.en.json"],
      undefined,
      { isMedia: no, isCaptions },
    );
    expect(await captionsOf("talk.mp4")).toEqual(["talk.json"]);
    expect(await sidecarsOf("talk.mp4")).toEqual(["talk.json"]);
    expect(await sidecarOf("talk.mp4")).toBe("talk.json");
    expect(opened.toSorted()).toEqual(["talk.en.json", "talk.json", "talk.txt"]);
  });

  it("cost the same a file in a folder of any size", async () => {
    const names = Array.from({ length: 30_000 }, (_, i) => [
      `recording ${i}.mp3`,
      `recording ${i}.en.srt`,
    ]).flat();
    let looked = 0;
    const counting = new Proxy(names, {
      get: (list, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) looked++;
        return Reflect.get(list, key) as unknown;
      },
    });
    const { sidecarOf, mediaOf } = pairNames(counting, undefined, never);
    for (let i = 0; i < 30_000; i += 3)
      expect(await sidecarOf(`recording ${i}.mp3`)).toBe(`recording ${i}.en.srt`);
    expect(await mediaOf("recording 29999.en.srt")).toEqual(["recording 29999.mp3"]);
    // Each name is read a few times in all, not once for every other one.
    expect(looked).toBeLessThan(names.length * 4);
  });
});
