import { cleanMediaTime, cleanName, cleanSegment, cleanText } from "../text/untrusted.ts";
import type { Correction, EditedLine, EditStep } from "../transcript-edits.ts";
import type { Segment } from "../types.ts";
import type { BaseTranscript, TranscriptEdits } from "../transcript-edits.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isTime = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

/**
 * Reads the changes that a person made, as a library or an exported transcript has them; undefined
 * where they are not what this program writes. Texts and times are cleaned.
 */
export function parseEdits(value: unknown): TranscriptEdits | undefined {
  if (!isFields(value) || !isFields(value["base"]) || !Array.isArray(value["steps"]))
    return undefined;
  const base = parseBase(value["base"]);
  const steps = value["steps"].map(parseStep);
  return base && steps.length > 0 && steps.every((step) => step !== undefined)
    ? { base, steps }
    : undefined;
}

function parseBase(base: Fields): BaseTranscript | undefined {
  const { fingerprint, origin, engine, language, durationMs, segments } = base;
  if (!isText(fingerprint) || !isText(engine) || !isText(language)) return undefined;
  if ((origin !== "captions" && origin !== "asr") || !Array.isArray(segments)) return undefined;
  const lines = segments.map(parseLine);
  if (!lines.every((line) => line !== undefined)) return undefined;
  return {
    fingerprint,
    origin,
    engine,
    language,
    durationMs: isTime(durationMs) ? durationMs : null,
    segments: lines.map((line, index): Segment => {
      const { confidence } = segments[index] as Fields;
      return cleanSegment({
        ...line,
        index,
        confidence: typeof confidence === "number" ? confidence : null,
      });
    }),
  };
}

function parseStep(step: unknown): EditStep | undefined {
  if (!isFields(step) || !isTime(step["atMs"])) return undefined;
  const { atMs, kind, from, to, corrections } = step;
  if (kind === "rename" && Array.isArray(from) && from.every(isText) && isText(to))
    return { atMs, kind, from, to: cleanName(to) ?? "" };
  if (kind !== "correct" || !Array.isArray(corrections)) return undefined;
  const all = corrections.map(parseCorrection);
  return all.every((one) => one !== undefined) ? { atMs, kind, corrections: all } : undefined;
}

function parseCorrection(value: unknown): Correction | undefined {
  if (!isFields(value)) return undefined;
  const { startMs, endMs, was, lines } = value;
  if (!isTime(startMs) || !isTime(endMs) || !Array.isArray(was) || !Array.isArray(lines))
    return undefined;
  const [old, next] = [was.map(parseLine), lines.map(parseLine)];
  return old.every((line) => line !== undefined) && next.every((line) => line !== undefined)
    ? { startMs, endMs, was: old, lines: next }
    : undefined;
}

function parseLine(value: unknown): EditedLine | undefined {
  if (!isFields(value)) return undefined;
  const { startMs, endMs, text, speaker } = value;
  if (!isTime(startMs) || !isTime(endMs) || endMs < startMs || !isText(text)) return undefined;
  return {
    startMs: cleanMediaTime(startMs) ?? 0,
    endMs: cleanMediaTime(endMs) ?? 0,
    text: cleanText(text),
    speaker: isText(speaker) ? cleanName(speaker) : null,
  };
}
