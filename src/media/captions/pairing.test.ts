import { describe, expect, it } from "vitest";
import { parseLanguageTag } from "./languages.ts";
import { describeSidecar, ownersOf, pickSidecar, rankSidecars } from "./pairing.ts";

describe("captions beside a recording", () => {
  it.each([
    ["talk.mp4", "talk_en.srt"],
    ["talk.mp4", "talk (English).srt"],
    ["talk.mp4", "talk - Deutsch.srt"],
    ["talk.mp4", "talk.en-ehkg1hFWq8A.vtt"],
    ["talk.mp4", "talk.en-orig.vtt"],
    ["talk.mp4", "talk.WEBRip.subs4u.en.srt"],
    ["talk.mp4", "talk.chs.srt"],
    ["Talk [dQw4w9].mkv", "Talk [dQw4w9].pt-BR.srt"],
    ["R\u00e9union.opus", "Re\u0301union.srt"],
    ["GMT20240312-090102_Recording_1920x1080.mp4", "GMT20240312-090102_Recording.transcript.vtt"],
    ["GMT20240312-090102_Recording_gallery_1280x720.mp4", "GMT20240312-090102_Recording.cc.vtt"],
    ["Budget-20240312_090102-Meeting Recording.mp4", "Budget.vtt"],
    [
      "Budget-20240312_090102-Meeting Recording.mp4",
      "Budget-20240312_090102-Meeting Transcript.vtt",
    ],
    ["film.1080p.mkv", "film.srt"],
    ["film.mkv", "Subs/film.en.srt"],
    ["film.mkv", "subtitles/2_English.srt"],
    ["film.mkv", "Subs/film/2_English.srt"],
    ["talk.mp4", "talk.srt.gz"],
  ])("%s has %s", (media, captions) => {
    expect(pickSidecar(media, [media, captions])).toBe(captions);
  });

  it.each([
    ["talk.mp4", "talk 2.srt"],
    ["talk.mp4", "talk part 3.srt"],
    ["talk.mp4", "talk (2).srt"],
    ["talk.mp4", "talk-2024-05-01.srt"],
    ["talk.mp4", "talking.srt"],
    ["film.mkv", "extras/film.en.mkv.txtx"],
  ])("%s has not %s", (media, captions) => {
    expect(pickSidecar(media, [media, captions])).toBeNull();
  });

  it("belong to the recording of which their name has most", () => {
    const media = ["talk.mp4", "talk.day one.mp4", "talk.mp3"];
    expect(ownersOf("talk.day one.en.srt", media)).toEqual(["talk.day one.mp4"]);
    expect(ownersOf("talk.en.srt", media)).toEqual(["talk.mp4", "talk.mp3"]);
  });

  it("in a folder for captions belong to the only film beside it, not to one of two", () => {
    const names = ["a.mkv", "Subs/3_French.srt"];
    expect(pickSidecar("a.mkv", names)).toBe("Subs/3_French.srt");
    expect(pickSidecar("a.mkv", [...names, "b.mkv"])).toBeNull();
  });

  it("tell their language however the name says it, and are chosen by it", () => {
    const names = ["a.mkv", "a_ger.srt", "a (English).srt", "a - Français [x].srt"];
    expect(pickSidecar("a.mkv", names, "de")).toBe("a_ger.srt");
    expect(pickSidecar("a.mkv", names, "en")).toBe("a (English).srt");
    expect(pickSidecar("a.mkv", names, "fr")).toBe("a - Français [x].srt");
    expect(pickSidecar("a.mkv", names, "it")).toBeNull();
  });

  it("are ranked: whole ones before forced ones", () => {
    expect(rankSidecars("a.mkv", ["a.mkv", "a.en.forced.srt", "a_signs.srt", "a.en.srt"])).toEqual([
      "a.en.srt",
      "a_signs.srt",
      "a.en.forced.srt",
    ]);
  });
});

describe("what a name says beside its media", () => {
  it.each([
    ["talk_en.srt", "en", false],
    ["talk.en-x7Fq_9.vtt", "en", false],
    ["Subs/2_English.srt", "en", false],
    ["Subs/talk/3_German.forced.srt", "de", true],
    ["talk (Français) signs.ass", "fr", true],
    ["talk.mp4.pt-BR.srt", "pt-BR", false],
    ["talk - made in Japan.srt", null, false],
  ])("%s: %s", (name, language, isForced) => {
    expect(describeSidecar(name, "talk.mp4")).toEqual({ language, isForced });
  });

  it("may be a part of the media's name", () => {
    expect(describeSidecar("talk.en.srt", "talk.en.mp4").language).toBe("en");
  });
});

describe("languages", () => {
  it("are known by what files carry", () => {
    const said = {
      chs: "zh-Hans",
      cht: "zh-Hant",
      pob: "pt-BR",
      Deutsch: "de",
      日本語: "ja",
      "en-orig": "en",
      iw: "he",
      "zh-Hans-CN": "zh-Hans-CN",
    };
    for (const [name, tag] of Object.entries(said)) expect(parseLanguageTag(name), name).toBe(tag);
    for (const name of ["x264", "bluray", "of", ""])
      expect(parseLanguageTag(name), name).toBeNull();
  });
});
