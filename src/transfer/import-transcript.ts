import type { EmbeddingModel } from "../embedding-model.ts";
import type { AssetId, FileStat } from "../backends/catalog.ts";
import type { AssetVersion } from "../backends/versions.ts";
import type { Library } from "../backends/library.ts";
import { MediasearchError } from "../errors.ts";
import type { EmbeddedSegment } from "../types.ts";
import { editedFingerprint } from "./edited-fingerprint.ts";
import type { TranscriptContent } from "./transcript-file.ts";

export interface ImportTools {
  readonly library: Library;
  readonly identity: EmbeddingModel;
  /** Vectors for all segments of a transcript, as the library has them. */
  readonly embed: (segments: readonly EmbeddedSegment[]) => Promise<readonly Float32Array[]>;
}

/**
 * The media that a transcript belongs to, and how its file looks; `stat` is null when it is not
 * there.
 */
export interface ImportPlace {
  readonly id: AssetId;
  readonly stat: FileStat | null;
}

/**
 * Puts a transcript into the library as the current version of its media and archives the one
 * before. Vectors that come with it are kept when they are of the library's model; otherwise new
 * ones are made.
 * @throws NOT_FOUND when neither the library nor the disk knows the media and the transcript brings
 * no facts of its own.
 */
export async function importTranscript(
  { facts, segments, embedder }: TranscriptContent,
  place: ImportPlace,
  tools: ImportTools,
): Promise<"imported" | "unchanged"> {
  const { library } = tools;
  const knownAsset = await library.catalog.get(place.id);
  if (!facts && !knownAsset && !place.stat)
    throw new MediasearchError(
      "NOT_FOUND",
      `${place.id}: no such recording, neither on the disk nor in the library`,
      { subject: place.id, hint: "mediasearch import TRANSCRIPT --for RECORDING" },
    );
  const stored = knownAsset?.fingerprint
    ? await Array.fromAsync(library.versions.read(place.id))
    : [];
  if (
    knownAsset?.fingerprint &&
    knownAsset.state !== "deleted" &&
    isSameText(stored, segments, facts !== null) &&
    (!facts || facts.fingerprint === knownAsset.fingerprint)
  )
    return "unchanged";
  const base: Omit<AssetVersion, "segments"> = facts
    ? {
        ...(place.stat ?? { sizeBytes: facts.sizeBytes, mtimeMs: Math.trunc(facts.mtimeMs) }),
        id: place.id,
        fingerprint: facts.fingerprint,
        sidecarKey: facts.sidecarKey,
        origin: facts.origin,
        engine: facts.engine,
        language: facts.language,
        durationMs: facts.durationMs,
        indexedAtMs: facts.indexedAtMs ?? undefined,
        recordedAtMs: facts.recordedAtMs ?? null,
      }
    : {
        ...(place.stat ?? {
          sizeBytes: knownAsset?.sizeBytes ?? 0,
          mtimeMs: knownAsset?.mtimeMs ?? 0,
        }),
        id: place.id,
        fingerprint: editedFingerprint(knownAsset?.fingerprint ?? null, segments),
        sidecarKey: knownAsset?.sidecarKey ?? "",
        origin: "captions",
        engine: "import",
        language: knownAsset?.language ?? "und",
        durationMs: knownAsset?.durationMs ?? segments.at(-1)?.endMs ?? null,
        recordedAtMs: knownAsset?.recordedAtMs ?? null,
      };
  const isOfModel =
    embedder?.embedder === tools.identity.embedder &&
    embedder.dimensions === tools.identity.dimensions;
  await library.versions.commit(
    {
      ...base,
      segments: await embedMissing(
        isOfModel ? segments : segments.map((segment) => ({ ...segment, vector: null })),
        tools,
      ),
    },
    tools.identity,
  );
  return "imported";
}

function isSameText(
  a: readonly EmbeddedSegment[],
  b: readonly EmbeddedSegment[],
  withConfidence: boolean,
): boolean {
  const shown = ({ startMs, endMs, speaker, text, confidence }: EmbeddedSegment): string =>
    JSON.stringify([startMs, endMs, speaker, text, withConfidence ? confidence : null]);
  return (
    a.length === b.length &&
    a.every((segment, i) => shown(segment) === shown(b[i] as EmbeddedSegment))
  );
}

async function embedMissing(
  segments: readonly EmbeddedSegment[],
  { embed }: ImportTools,
): Promise<readonly EmbeddedSegment[]> {
  if (segments.every(({ vector }) => vector !== null)) return segments;
  const vectors = await embed(segments);
  return segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null }));
}
