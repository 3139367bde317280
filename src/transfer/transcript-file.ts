import { type JsonBounds, parseBoundedJson } from "../bounded-json.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import type { TranscriptEdits } from "../transcript-edits.ts";
import type { AssetStatus, FileStat } from "../backends/catalog.ts";
import { MediasearchError } from "../errors.ts";
import type { CaptionFormat } from "../media/captions/formats.ts";
import { parseCaptions } from "../media/captions/parse.ts";
import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import {
  cleanDate,
  cleanLanguage,
  cleanMediaTime,
  cleanSegment,
  cleanStat,
  isPlace,
} from "../text/untrusted.ts";
import type { Cue, EmbeddedSegment, Origin, Segment } from "../types.ts";
import { parseEdits } from "../backends/edits-json.ts";
import { cleanEngine } from "./from-elsewhere.ts";
import {
  formatMarkdown,
  formatPlainTranscript,
  parseMarkdown,
  parseText,
} from "./transcript-text.ts";

export type TranscriptFormat = "json" | "srt" | "vtt" | "txt" | "md";

/** The facts that only the JSON form has: everything that the library knows about the version. */
export interface TranscriptFacts extends FileStat {
  /** The path that it was indexed under, absolute. */
  readonly asset: string;
  readonly fingerprint: string;
  readonly sidecarKey: string;
  readonly origin: Origin;
  readonly engine: string;
  readonly language: string;
  readonly durationMs: number | null;
  readonly indexedAtMs: number | null;
  readonly recordedAtMs: number | null;
}

export interface TranscriptContent {
  readonly facts: TranscriptFacts | null;
  readonly segments: readonly EmbeddedSegment[];
  /** What a user should know about how it was read. */
  readonly warnings?: readonly string[];
  /** The model of the vectors, when there are any. */
  readonly embedder: EmbeddingModel | null;
  /** What a person changed, with what lies below. */
  readonly edits?: TranscriptEdits | undefined;
}

export interface FormatOptions {
  /** How the file is named to people. */
  readonly file: string;
  /** Set when vectors are to be written too (JSON only). */
  readonly embedder?: EmbeddingModel | undefined;
  /** What a person changed (JSON only). */
  readonly edits?: TranscriptEdits | undefined;
}

/**
 * Writes one transcript as a file. `parseTranscript` reads each format back: JSON completely, the
 * others texts, times and speakers.
 */
export function formatTranscript(
  format: TranscriptFormat,
  asset: AssetStatus,
  segments: readonly EmbeddedSegment[],
  { file, embedder, edits }: FormatOptions,
): string {
  switch (format) {
    case "srt":
      return formatSrt(segments);
    case "vtt":
      return formatWebvtt(segments);
    case "txt":
      return formatPlainTranscript(file, segments);
    case "md":
      return formatMarkdown(file, segments);
    case "json":
      return formatJson(asset, segments, { file, embedder, edits });
  }
}

function formatJson(
  asset: AssetStatus,
  segments: readonly EmbeddedSegment[],
  { file, embedder, edits }: FormatOptions,
): string {
  const {
    id,
    fingerprint,
    sidecarKey,
    sizeBytes,
    mtimeMs,
    origin,
    engine,
    language,
    durationMs,
    indexedAtMs,
    recordedAtMs,
  } = asset;
  const rows = segments.map(({ startMs, endMs, speaker, text, confidence, vector, words }) => ({
    startMs,
    endMs,
    speaker,
    text,
    confidence,
    ...(words ? { words } : {}),
    ...(embedder && vector
      ? {
          vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString(
            "base64",
          ),
        }
      : {}),
  }));
  return `${JSON.stringify({ version: 1, file, asset: id, fingerprint, captionsStat: sidecarKey, sizeBytes, mtimeMs, origin, engine, language, durationMs, indexedAtMs, recordedAtMs, embedder: embedder ?? null, ...(edits ? { edits } : {}), segments: rows }, null, 1)}\n`;
}

/**
 * @throws UNREADABLE_MEDIA when the bytes are not of that format; the message does not name the
 * file.
 */
export function parseTranscript(format: TranscriptFormat, bytes: Uint8Array): TranscriptContent {
  if (format === "srt" || format === "vtt")
    return parseForeignTranscript(bytes, {
      format: format === "vtt" ? "webvtt" : "srt",
      language: null,
    });
  const text = new TextDecoder().decode(bytes);
  if (format === "json") return parseJson(text);
  const lines = format === "txt" ? parseText(text) : parseMarkdown(text);
  return { facts: null, segments: toSegments(lines), embedder: null };
}

/**
 * Which captions or transcript of another program it is, and what its name says of its language.
 */
export interface CaptionSource {
  readonly format: CaptionFormat;
  readonly language: string | null;
}

/**
 * Reads captions or a transcript of another program, in any of the formats of `formats.ts`.
 * @throws UNREADABLE_MEDIA; the message does not name the file.
 */
export function parseForeignTranscript(
  bytes: Uint8Array,
  { format, language }: CaptionSource,
): TranscriptContent {
  const { cues, warnings } = parseCaptions(bytes, format, { language: language ?? undefined });
  return { facts: null, segments: toSegments(cues), embedder: null, warnings };
}

type Line = Pick<Segment, "startMs" | "endMs" | "text" | "speaker"> &
  Partial<Pick<Cue, "confidence" | "words">>;

const toSegments = (lines: readonly Line[]): EmbeddedSegment[] =>
  lines.map(({ startMs, endMs, speaker, text, confidence = null, words }, index) =>
    cleanSegment({
      index,
      startMs,
      endMs,
      speaker,
      text,
      confidence,
      vector: null,
      ...readWords(words),
    }),
  );

type SegmentFields = Partial<
  Record<"startMs" | "endMs" | "speaker" | "text" | "confidence" | "vector" | "words", unknown>
>;
const wrong = (what: string): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `not a transcript that mediasearch wrote: ${what}`, {
    hint: "mediasearch export FILE --format json",
  });

/** A day of speech in segments with vectors of a thousand numbers. */
const TRANSCRIPT_BOUNDS: JsonBounds = { maxDepth: 64, maxValues: 50_000_000 };

function parseJson(source: string): TranscriptContent {
  let json: Record<string, unknown>;
  try {
    json = parseBoundedJson(source, TRANSCRIPT_BOUNDS) as Record<string, unknown>;
  } catch (cause) {
    throw new MediasearchError("UNREADABLE_MEDIA", "not valid JSON", { cause });
  }
  const rows = json?.["segments"];
  if (
    json?.["version"] !== 1 ||
    !Array.isArray(rows) ||
    typeof json["asset"] !== "string" ||
    typeof json["fingerprint"] !== "string"
  )
    throw wrong("version, asset, fingerprint or segments are missing");
  if (!isPlace(json["asset"])) throw wrong("asset is no path that a file could have");
  const embedder = embedderOf(json["embedder"]);
  const segments = (rows as SegmentFields[]).map((row, index) => ({
    ...segmentOf(row, index),
    vector:
      typeof row.vector === "string" && embedder
        ? decodeVector(row.vector, embedder.dimensions)
        : null,
  }));
  return {
    facts: factsOf(json, json["asset"], json["fingerprint"]),
    segments,
    embedder: embedder ?? null,
    edits: editsOf(json),
  };
}

/** What a file states about a version, as far as it can be true. */
function factsOf(
  json: Readonly<Record<string, unknown>>,
  asset: string,
  fingerprint: string,
): TranscriptFacts {
  const text = (name: string): string => (typeof json[name] === "string" ? json[name] : "");
  const number = (name: string): number | null =>
    typeof json[name] === "number" ? json[name] : null;
  return {
    asset,
    fingerprint,
    ...cleanStat(number("sizeBytes") ?? 0, number("mtimeMs") ?? 0),
    sidecarKey: text("captionsStat"),
    origin: json["origin"] === "captions" ? "captions" : "asr",
    engine: cleanEngine(text("engine")),
    language: cleanLanguage(text("language")),
    durationMs: cleanMediaTime(number("durationMs")),
    indexedAtMs: cleanDate(number("indexedAtMs")),
    recordedAtMs: cleanDate(number("recordedAtMs")),
  };
}

/** No model has more dimensions. */
const MAX_DIMENSIONS = 65_536;

function embedderOf(value: unknown): EmbeddingModel | null {
  if (typeof value !== "object" || value === null) return null;
  const { embedder, dimensions } = value as Readonly<Record<string, unknown>>;
  return typeof embedder === "string" &&
    Number.isInteger(dimensions) &&
    Number(dimensions) > 0 &&
    Number(dimensions) <= MAX_DIMENSIONS
    ? { embedder, dimensions: Number(dimensions) }
    : null;
}

function editsOf(json: Readonly<Record<string, unknown>>): TranscriptEdits | undefined {
  if (json["edits"] === undefined) return undefined;
  const edits = parseEdits(json["edits"]);
  if (!edits) throw wrong("its edits are not as they were written");
  return edits;
}

function segmentOf(
  { startMs, endMs, speaker, text, confidence, words }: SegmentFields,
  index: number,
): Segment {
  const isTime = (value: unknown): value is number =>
    typeof value === "number" && Number.isInteger(value) && value >= 0;
  if (
    !isTime(startMs) ||
    !isTime(endMs) ||
    endMs < startMs ||
    typeof text !== "string" ||
    text === ""
  )
    throw wrong(`segment ${index} has no text or times`);
  return cleanSegment({
    index,
    startMs,
    endMs,
    text,
    speaker: typeof speaker === "string" ? speaker : null,
    confidence: typeof confidence === "number" ? confidence : null,
    ...readWords(words),
  });
}

/** Words with times that can be; none of them where one is none. */
function readWords(words: unknown): Pick<Segment, "words"> {
  if (!Array.isArray(words) || words.length === 0) return {};
  const read = words.map((word: unknown) => {
    const { text, startMs, endMs } = (word ?? {}) as Record<string, unknown>;
    const times = [startMs, endMs].map((ms) =>
      typeof ms === "number" ? cleanMediaTime(ms) : null,
    );
    const [from = null, until = null] = times;
    return typeof text === "string" && from !== null && until !== null
      ? { text, startMs: from, endMs: until }
      : null;
  });
  return read.includes(null) ? {} : { words: read.filter((word) => word !== null) };
}

function decodeVector(base64: string, dimensions: number): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== dimensions * Float32Array.BYTES_PER_ELEMENT)
    throw wrong("a vector is not of the model's length");
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
