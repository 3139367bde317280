import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  matroska,
  type MatroskaTrack,
  soundBlocks,
  textBlocks,
  tone,
} from "../../test/helpers/matroska.ts";
import { tempFolder } from "../../test/helpers/run.ts";
import { type AudioTrack, probeMedia } from "./probe.ts";
import { readSubtitleEvents } from "./subtitles.ts";
import { findTrack, rankAudio, rankSubtitles, type TextTrack, type TrackWishes } from "./tracks.ts";

type Named = Pick<MatroskaTrack, "language" | "title" | "isDefault" | "flags">;

function film(audio: readonly Named[], subtitles: readonly Named[] = []): string {
  const path = join(tempFolder(), "film.mkv");
  const tracks: MatroskaTrack[] = [
    ...audio.map((one) => ({
      ...one,
      type: "audio" as const,
      blocks: soundBlocks(300, tone(440)),
    })),
    ...subtitles.map((one) => ({
      ...one,
      type: "subtitle" as const,
      blocks: textBlocks(["Good day."]),
    })),
  ];
  writeFileSync(path, matroska(tracks, 1000));
  return path;
}

const audioOf = async (tracks: readonly Named[]): Promise<readonly AudioTrack[]> =>
  (await probeMedia(film(tracks))).audioTracks;
const subtitlesOf = async (tracks: readonly Named[]): Promise<readonly TextTrack[]> =>
  (await probeMedia(film([{}], tracks))).subtitles;

describe("a sound track", () => {
  it.each<[string, TrackWishes, readonly Named[], number]>([
    ["the first", {}, [{ language: "ger" }, { language: "eng" }], 1],
    ["the default", {}, [{ language: "ger" }, { language: "eng", isDefault: true }], 2],
    [
      "the language asked for",
      { language: "en-US" },
      [{ language: "ger", isDefault: true }, { language: "eng" }],
      2,
    ],
    ["the very region", { language: "pt-BR" }, [{ language: "por" }, { language: "pt-BR" }], 2],
    ["one without a language before another one", { language: "fr" }, [{ language: "ger" }, {}], 2],
    [
      "a language that only a title names",
      { language: "de" },
      [{}, { title: "Deutsch (Stereo)" }],
      2,
    ],
    [
      "never a commentary by title",
      {},
      [{ title: "Director's Commentary", isDefault: true }, {}],
      2,
    ],
    ["never a commentary by flag", {}, [{ flags: ["commentary"] }, {}], 2],
    ["never a commentary in another script", {}, [{ title: "Комментарии режиссёра" }, {}], 2],
    ["never a description by flag", {}, [{ flags: ["visualImpaired"], isDefault: true }, {}], 2],
    ["never a description by title", {}, [{ title: "English (Audio Description)" }, {}], 2],
    ["never a Hörfilm", {}, [{ title: "Hörfilmfassung" }, {}], 2],
    ["never music and effects", {}, [{ title: "M&E" }, {}], 2],
    ["a director's cut, which is a film", {}, [{ title: "Director's Cut" }, {}], 1],
    ["a commentary where nothing else is", {}, [{ title: "Commentary" }], 1],
    [
      "the commentary of a language rather than another language",
      { language: "en" },
      [{ language: "ger" }, { language: "eng", title: "Commentary" }],
      2,
    ],
  ])("is %s", async (_, wishes, tracks, number) => {
    expect(rankAudio(await audioOf(tracks), wishes)[0]?.number).toBe(number);
  });
});

describe("a subtitle track", () => {
  it.each<[string, TrackWishes, readonly Named[], number]>([
    ["the default", {}, [{ language: "ara" }, { language: "eng", isDefault: true }], 2],
    [
      "that of the sound's language",
      { spoken: "en" },
      [{ language: "ara", isDefault: true }, { language: "eng" }],
      2,
    ],
    [
      "that of the language asked for",
      { language: "ar", spoken: "en" },
      [{ language: "eng" }, { language: "ara" }],
      2,
    ],
    ["never forced by flag", {}, [{ flags: ["forced"], isDefault: true }, {}], 2],
    ["never forced by title", {}, [{ title: "English (Forced)" }, { title: "English" }], 2],
    ["never signs", {}, [{ title: "Signs & Songs", isDefault: true }, { title: "Full" }], 2],
    ["never a commentary", {}, [{ flags: ["commentary"] }, {}], 2],
    ["all of it, with signs in it", {}, [{ title: "Dialogue + Signs" }, {}], 1],
    ["one that is not forced and says so", {}, [{ title: "non-forced" }, {}], 1],
    ["that without noises, of two", {}, [{ title: "English SDH" }, { title: "English" }], 2],
  ])("is %s", async (_, wishes, tracks, number) => {
    expect(rankSubtitles(await subtitlesOf(tracks), wishes)[0]?.number).toBe(number);
  });

  it("in another language than the one that is asked for is none", async () => {
    expect(rankSubtitles(await subtitlesOf([{ language: "ger" }]), { language: "en" })).toEqual([]);
  });
});

describe("a track by hand", () => {
  it.each([
    ["2", 2],
    ["en", 2],
    ["English", 2],
    ["pt-BR", 4],
    ["commentary", 3],
    ["Director's Commentary", 3],
    ["7", undefined],
    ["fr", undefined],
  ])("is found by number, language or title: %s", async (wanted, number) => {
    const tracks = await audioOf([
      { language: "ger" },
      { language: "eng" },
      { language: "eng", title: "Director's Commentary" },
      { language: "pt-BR" },
    ]);
    expect(findTrack(rankAudio(tracks), wanted)?.number).toBe(number);
  });
});

describe("the times of a subtitle track", () => {
  it("are those of the player when the container starts late", async () => {
    const path = join(tempFolder(), "late.mkv");
    const tracks: MatroskaTrack[] = [
      { type: "audio", blocks: soundBlocks(2000, tone(440), { startMs: 10_000 }) },
      { type: "subtitle", blocks: textBlocks(["One.", "Two."], { startMs: 10_500, lineMs: 500 }) },
    ];
    writeFileSync(path, matroska(tracks, 12_000));
    const { events } = await readSubtitleEvents(path, 1, {
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    expect(events.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [500, 1000],
      [1000, 1500],
    ]);
  });
});
