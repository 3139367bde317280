import type { ArchivedTranscript } from "../backends/archive.ts";
import type { AssetStatus } from "../backends/catalog.ts";
import type { VersionReader } from "../backends/versions.ts";
import {
  cleanDate,
  cleanLanguage,
  cleanMediaTime,
  cleanName,
  cleanSegment,
  cleanStat,
  cleanText,
} from "../text/untrusted.ts";
import type { Language, Origin } from "../types.ts";

/**
 * What the library knows of a version besides its words, as another library or a file states it.
 */
interface Facts {
  readonly origin: Origin | null;
  readonly engine: string | null;
  readonly language: Language | null;
  readonly durationMs: number | null;
  readonly recordedAtMs: number | null;
}

/** An id of an engine is a name that people read: one short line. */
export const cleanEngine = (engine: string): string => cleanName(engine) ?? "unknown";

const cleanFacts = <T extends Facts>(facts: T): T => ({
  ...facts,
  origin: facts.origin === null || facts.origin === "captions" ? facts.origin : "asr",
  engine: facts.engine === null ? null : cleanEngine(facts.engine),
  language: facts.language === null ? null : cleanLanguage(facts.language),
  durationMs: cleanMediaTime(facts.durationMs),
  recordedAtMs: cleanDate(facts.recordedAtMs),
});

/** An asset of another library: its facts are what this library would have noted. */
export const cleanAsset = (asset: AssetStatus): AssetStatus => ({
  ...cleanFacts(asset),
  ...cleanStat(asset.sizeBytes, asset.mtimeMs),
  error: asset.error === null ? null : cleanText(asset.error),
  indexedAtMs: asset.indexedAtMs === null ? null : (cleanDate(asset.indexedAtMs) ?? 0),
});

export const cleanReader = (reader: VersionReader): VersionReader => ({
  async *read(id) {
    for await (const segment of reader.read(id)) yield cleanSegment(segment);
  },
});

export const cleanArchived = (version: ArchivedTranscript): ArchivedTranscript => ({
  ...version,
  origin: version.origin === "captions" ? "captions" : "asr",
  engine: cleanEngine(version.engine),
  language: cleanLanguage(version.language),
  durationMs: cleanMediaTime(version.durationMs),
  indexedAtMs: cleanDate(version.indexedAtMs) ?? 0,
  segments: version.segments.map(cleanSegment),
});
