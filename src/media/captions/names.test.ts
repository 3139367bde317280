import { describe, expect, it } from "vitest";
import { captionName } from "./names.ts";
import { pickSidecar } from "./pairing.ts";

describe("names of captions", () => {
  it("say format, language and flags", () => {
    expect(captionName("talk.srt")).toEqual({
      stem: "talk",
      language: null,
      format: "srt",
      isForced: false,
    });
    expect(captionName("talk.EN.VTT")).toMatchObject({
      stem: "talk",
      language: "en",
      format: "webvtt",
    });
    expect(captionName("talk.pt-br.ass")).toMatchObject({
      stem: "talk",
      language: "pt-BR",
      format: "ass",
    });
    expect(captionName("talk.zh_Hant.srt")).toMatchObject({ language: "zh-Hant" });
    expect(captionName("talk.German.forced.ssa")).toMatchObject({
      stem: "talk",
      language: "de",
      format: "ass",
      isForced: true,
    });
    expect(captionName("talk.eng.sdh.srt")).toMatchObject({ stem: "talk", language: "en" });
    expect(captionName("talk.hi.srt")).toMatchObject({ stem: "talk", language: "hi" });
    expect(captionName("clip.transcription.json")).toMatchObject({
      stem: "clip",
      format: "transcription-json",
    });
  });

  it("say languages in every way that files do", () => {
    const languages = {
      "a.English.srt": "en",
      "a.eng.srt": "en",
      "a.zh-Hans-CN.srt": "zh-Hans-CN",
      "a.es-419.vtt": "es-419",
      "a.fil.srt": "fil",
      "a.ger.cc.srt": "de",
      "a.hi.en.srt": "en",
      "a.forced.pt_BR.srt": "pt-BR",
      "a.Norwegian.srt": "no",
    };
    for (const [name, language] of Object.entries(languages))
      expect(captionName(name), name).toMatchObject({ stem: "a", language });
    expect(captionName("talk.mp4.en.srt")).toMatchObject({ stem: "talk.mp4", language: "en" });
  });

  it("do not take every last part for a language", () => {
    expect(captionName("talk.2024.srt")).toMatchObject({ stem: "talk.2024", language: null });
    expect(captionName("my.show.srt")).toMatchObject({ stem: "my.show", language: null });
    for (const name of ["talk.mp4", "notes.json", ".srt", "srt", "talk.txt"])
      expect(captionName(name), name).toBeNull();
  });
});

describe("the captions beside a media file", () => {
  const pick = (media: string, siblings: readonly string[], language?: string) =>
    pickSidecar(media, siblings, language);

  it("have its name, with or without its extension, in any case", () => {
    expect(pick("talk.mp4", ["other.srt", "talk.mp4", "talk.srt"])).toBe("talk.srt");
    expect(pick("talk.mp4", ["talk.mp4.srt"])).toBe("talk.mp4.srt");
    expect(pick("Talk.MP4", ["talk.SRT"])).toBe("talk.SRT");
    expect(pick("talk.mp4", ["talk 2.srt", "talking.srt", "tal.srt"])).toBeNull();
    expect(pick("2026-01-02 10.30.mp3", ["2026-01-02 10.30.vtt"])).toBe("2026-01-02 10.30.vtt");
  });

  it("without a wish: no language first, then English, then by name; forced ones last", () => {
    expect(pick("a.mp4", ["a.de.srt", "a.en.srt", "a.srt"])).toBe("a.srt");
    expect(pick("a.mp4", ["a.de.srt", "a.en.srt"])).toBe("a.en.srt");
    expect(pick("a.mp4", ["a.fr.srt", "a.de.srt"])).toBe("a.de.srt");
    expect(pick("a.mp4", ["a.en.forced.srt", "a.de.srt"])).toBe("a.de.srt");
    expect(pick("a.mp4", ["a.srt", "a.vtt", "a.ass"])).toBe("a.vtt");
  });

  it("in the language that is wished for, else one that says none, never another", () => {
    expect(pick("a.mp4", ["a.srt", "a.de.srt", "a.en.srt"], "de")).toBe("a.de.srt");
    expect(pick("a.mp4", ["a.pt.srt", "a.pt-BR.srt"], "pt-BR")).toBe("a.pt-BR.srt");
    expect(pick("a.mp4", ["a.en-GB.srt"], "en-US")).toBe("a.en-GB.srt");
    expect(pick("a.mp4", ["a.srt"], "fr")).toBe("a.srt");
    expect(pick("a.mp4", ["a.en.srt"], "fr")).toBeNull();
  });

  it("understand the wish however it is written", () => {
    expect(pick("a.mp4", ["a.de.srt", "a.eng.srt"], "eng")).toBe("a.eng.srt");
    expect(pick("a.mp4", ["a.de.srt", "a.eng.srt"], "EN-us")).toBe("a.eng.srt");
  });

  it("with the very name come before those of other capitals", () => {
    expect(pick("talk.mp4", ["TALK.vtt", "talk.de.vtt"])).toBe("talk.de.vtt");
  });

  it("are not taken from a file whose whole name they bear", () => {
    const siblings = ["talk.mp4", "talk.en.mp4", "talk.en.srt"];
    expect(pick("talk.en.mp4", siblings)).toBe("talk.en.srt");
    expect(pick("talk.mp4", siblings)).toBeNull();
  });

  it("of a name that ends like a language belong to the file with that name", () => {
    expect(pick("made.in.mp4", ["made.in.srt"])).toBe("made.in.srt");
    expect(pick("talk.en.mp4", ["talk.en.srt"], "de")).toBe("talk.en.srt");
    expect(pick("clip.mp4", ["clip.transcription.json"])).toBe("clip.transcription.json");
  });
});
