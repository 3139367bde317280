import { describe, expect, it } from "vitest";
import { engineChain, engineRules, formatRules } from "../../config/engine-rules.ts";
import { MediasearchError } from "../../errors.ts";
import { engineChoice } from "./engine-choice.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import { formatEngineChain } from "../../engine-chain.ts";
import { fingerprint, fitOf } from "../unchanged.ts";

describe("the choice of a recogniser", () => {
  it("goes by the first rule that fits the file or the language", async () => {
    const rules = engineRules(
      "talks/old=BYO; *.dictation.wav=STUB; de=WHISPER; talks/=nvidia_nims, local; s3://media/raw/=BYO",
      "/srv",
    );
    const chosen = await engineChoice(["local"], rules);
    const choose: (...file: Parameters<typeof chosen>) => string = (...file) =>
      formatEngineChain(chosen(...file));
    expect(choose("/srv/talks/old/a.mp3", undefined)).toBe("BYO");
    expect(choose("/srv/talks/a.mp3", undefined)).toBe("NVIDIA_NIMS,local");
    expect(choose("/srv/talks/a.mp3", "de-AT")).toBe("WHISPER");
    expect(choose("/srv/talksy/a.mp3", "den")).toBe("local");
    expect(choose("/x/A.Dictation.wav", "de")).toBe("STUB");
    expect(choose("s3://media/raw/a.mp3", undefined)).toBe("BYO");
  });

  it("is written as it is read, with whole paths", () => {
    const text = formatRules(engineRules("a/=local;pt-BR=whisper", "/srv"));
    expect(text).toBe("/srv/a=local; pt-BR=WHISPER");
    expect(formatRules(engineRules(text, "/elsewhere"))).toBe(text);
  });

  it("names recognisers in any case, each once", () => {
    expect(engineChain(" nvidia_nims, LOCAL,local ")).toBe("NVIDIA_NIMS,local");
    for (const wrong of ["", ",", "local,siri"])
      expect(() => engineChain(wrong), wrong).toThrow(/must be one of/);
  });
});

describe("a transcript by one recogniser of a chain", () => {
  it("stays while that one is in it", () => {
    const options = { captions: "prefer", language: undefined, engines: ["local"] } as const;
    const stored = fingerprint({ content: "c", captions: "" }, options);
    const fit = (origin: "asr" | "captions", ...engines: string[]): boolean =>
      fitOf(
        { fingerprint: stored, origin, engine: "captions:webvtt", language: "en" },
        { ...options, engines },
        "",
      ) === "yes";
    expect(fit("asr", "WHISPER", "local")).toBe(true);
    expect(fit("asr", "WHISPER")).toBe(false);
    expect(fit("captions", "WHISPER")).toBe(true);
  });
});

describe("a recogniser's trouble", () => {
  it("that is not the file's is remembered for five minutes, so that others need not wait", () => {
    let now = 0;
    const troubles = createCircuitBreaker(() => now);
    troubles.note("WHISPER", new MediasearchError("UNREACHABLE", "away"));
    troubles.note("BYO", new MediasearchError("ENGINE_REFUSED", "not this file"));
    expect([troubles.of("WHISPER")?.message, troubles.of("BYO")]).toEqual(["away", undefined]);
    now = 4 * 60_000;
    // Noted again by a file that did not try it: that must not make it last for ever.
    troubles.note("WHISPER", new MediasearchError("UNREACHABLE", "away"));
    now = 5 * 60_000 + 1;
    expect(troubles.of("WHISPER")).toBeUndefined();
  });
});
