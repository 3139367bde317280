import { parseBoundedJson } from "../../bounded-json.ts";
import { parseCaptions } from "../../media/captions/parse.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { type Recognition, audioLengthMs } from "../remote/engine.ts";
import { heardFromJson, windowCue } from "../remote/json-answer.ts";
import { normalizeCues } from "../remote/tidy.ts";
import type { CustomSettings } from "./settings.ts";

const SRT = /^\s*(?:\d+[ \t]*\r?\n)?\s*(?:\d+:)?\d+:\d+[.,]?\d*\s*-->/;

/**
 * Reads a transcript as JSON, WebVTT, SubRip or, where the setting says so, plain text.
 * @returns why not, when it is none of them or its times can't be right.
 */
export function readAnswer(
  bytes: Buffer,
  chunk: AudioChunk,
  format: CustomSettings["format"],
): Recognition | string {
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const heard = readCustomAnswer(bytes, text, chunk, format);
  if (typeof heard === "string") return heard;
  const { outside } = normalizeCues(heard.cues, audioLengthMs(chunk));
  return outside > 0
    ? `times outside the audio, which is ${(audioLengthMs(chunk) / 1000).toFixed(1)} s long (seconds and milliseconds mixed up?)`
    : heard;
}

function readCustomAnswer(
  bytes: Buffer,
  text: string,
  chunk: AudioChunk,
  format: CustomSettings["format"],
): Recognition | string {
  const start = text.trimStart();
  if (format === "text")
    return {
      cues: start === "" ? [] : [windowCue(chunk, text.replace(/\s+/g, " ").trim())],
      timing: "window",
      language: null,
      notes: [],
    };
  if (format === "json" || (format === "auto" && /^[[{]/.test(start))) {
    try {
      return heardFromJson(parseBoundedJson(text), chunk, { wantsWords: false });
    } catch {
      return "not valid JSON";
    }
  }
  const isVtt = start.startsWith("WEBVTT");
  if (format === "auto" && !isVtt && !SRT.test(text))
    return start === ""
      ? "nothing"
      : "neither JSON, WebVTT nor SubRip (BYO_ASR_FORMAT=text for plain text)";
  if (start === "") return { cues: [], timing: "segment", language: null, notes: [] };
  try {
    const { cues, language } = parseCaptions(bytes, isVtt || format === "vtt" ? "webvtt" : "srt");
    return {
      cues,
      timing: cues.every(({ words }) => words !== null) ? "word" : "segment",
      language,
      notes: [],
    };
  } catch (error) {
    return (error as Error).message;
  }
}
