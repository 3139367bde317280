import type { AssetStatus } from "../backends/catalog.ts";
import { contentOf, readEdits, writeEdits } from "../backends/edits.ts";
import type { BaseTranscript, TranscriptEdits } from "../transcript-edits.ts";
import type { AssetVersion } from "../backends/versions.ts";
import { editedFingerprint } from "../edited-fingerprint.ts";
import { tellSameSpeech } from "../edited-track.ts";
import { toMediasearchError } from "../errors.ts";
import { applySteps } from "../transcript-edits.ts";
import type { EmbeddedSegment, Segment } from "../types.ts";
import type { FileServices } from "./file-outcome.ts";

export interface Committed {
  readonly isPartial: boolean;
  /** What the user should know of the changes that were made by hand. */
  readonly warnings: readonly string[];
}

/**
 * Commits what was made of a file. What a person changed of the same content is laid over it; what
 * was made is archived then, so that it need not be made again. `before` is what the library has of
 * the file: its changes go over to a new content that is as long.
 */
export async function commitTranscript(
  version: AssetVersion,
  before: AssetStatus | undefined,
  services: FileServices,
  signal: AbortSignal,
): Promise<Committed> {
  const { library, records, embedder } = services;
  const { edits, warnings } = await editsFor(version, before, services);
  if (!edits) {
    await library.versions.commit(version, embedder);
    return { isPartial: isPartial(version.segments), warnings };
  }
  const base = baseOf(version);
  const edited = applySteps(version.segments, edits.steps);
  const { segments, warning } = await withVectors(version, edited, services, signal);
  await writeEdits(records, contentOf(version.fingerprint), { ...edits, base });
  await library.archive.add({
    ...base,
    id: version.id,
    archivedAtMs: Date.now(),
    indexedAtMs: Date.now(),
  });
  await library.versions.commit(
    { ...version, fingerprint: editedFingerprint(version.fingerprint, segments), segments },
    embedder,
  );
  return { isPartial: isPartial(segments), warnings: [...warnings, ...warning] };
}

const isPartial = (segments: readonly EmbeddedSegment[]): boolean =>
  segments.some(({ vector }) => vector === null);

const baseOf = (version: AssetVersion): BaseTranscript => ({
  fingerprint: version.fingerprint,
  origin: version.origin,
  engine: version.engine,
  language: version.language,
  durationMs: version.durationMs,
  segments: version.segments.map(({ vector: _vector, ...segment }) => segment),
});

/** Two contents that differ by less are taken for the same recording with other tags. */
const SAME_LENGTH_MS = 1000;

const OF_OTHER =
  "what was changed by hand is of another track or language, and stays with that (mediasearch edits)";

async function editsFor(
  version: AssetVersion,
  before: AssetStatus | undefined,
  { records }: Pick<FileServices, "records">,
): Promise<{ readonly edits: TranscriptEdits | undefined; readonly warnings: readonly string[] }> {
  const own = await readEdits(records, contentOf(version.fingerprint));
  const earlier = contentOf(before?.fingerprint ?? null);
  if (own && !tellSameSpeech(own.base, version)) return { edits: undefined, warnings: [OF_OTHER] };
  if (own || earlier === "" || earlier === contentOf(version.fingerprint))
    return { edits: own, warnings: [] };
  const edits = await readEdits(records, earlier);
  if (!edits) return { edits, warnings: [] };
  if (!tellSameSpeech(edits.base, version)) return { edits: undefined, warnings: [OF_OTHER] };
  const differenceMs = Math.abs((edits.base.durationMs ?? 0) - (version.durationMs ?? 0));
  return differenceMs < SAME_LENGTH_MS
    ? { edits, warnings: ["its content changed; what was changed by hand was kept"] }
    : {
        edits: undefined,
        warnings: [
          "its content changed and is of another length; what was changed by hand belongs to the earlier content (mediasearch edits)",
        ],
      };
}

/**
 * Changed words need new vectors; while embedding fails they are found by keyword, and the next run
 * makes up for it.
 */
async function withVectors(
  version: AssetVersion,
  edited: readonly (EmbeddedSegment | Segment)[],
  { workers }: Pick<FileServices, "workers">,
  signal: AbortSignal,
): Promise<{ readonly segments: readonly EmbeddedSegment[]; readonly warning: readonly string[] }> {
  const editedSegments = edited.map((segment): EmbeddedSegment => ({ vector: null, ...segment }));
  const isSame =
    editedSegments.length === version.segments.length &&
    editedSegments.every(({ text }, i) => text === version.segments[i]?.text);
  if (isSame) return { segments: editedSegments, warning: [] };
  try {
    const vectors = await workers.embed(version.id, editedSegments, signal);
    return {
      segments: editedSegments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null })),
      warning: [],
    };
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toMediasearchError(error, version.id);
    return {
      segments: editedSegments,
      warning: [`corrected words are found by keyword only, embedding failed: ${message}`],
    };
  }
}
