import type { AssetId, AssetStatus, FileStat } from "../backends/catalog.ts";
import { contentOf, writeEdits } from "../backends/edits.ts";
import type { AssetVersion } from "../backends/versions.ts";
import { writeWordTimes } from "../backends/word-times.ts";
import { editedFingerprint } from "../edited-fingerprint.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import { MediasearchError } from "../errors.ts";
import { formatFingerprint, PIPELINE_VERSION } from "../fingerprint.ts";
import { findCorrections } from "../transcript-edits.ts";
import type { EmbeddedSegment } from "../types.ts";
import { editTranscript, type EditTools } from "./edit-transcript.ts";
import type { TranscriptContent, TranscriptFacts } from "./transcript-file.ts";

export interface ImportTools extends EditTools {
  /** The model that `embed` uses. */
  readonly identity: EmbeddingModel;
  /** The digest of a file's content, as the pipeline has it. */
  readonly digest: (id: AssetId) => Promise<string>;
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
 * Puts a transcript into the library. Where the library has one of the same recording, what differs
 * is kept as corrections over it; else it becomes the current version and the one before is
 * archived. Vectors that come with it are kept when they are of the library's model; otherwise new
 * ones are made.
 * @throws NOT_FOUND when neither the library nor the disk knows the media and the transcript brings
 * no facts of its own.
 */
export async function importTranscript(
  content: TranscriptContent,
  target: ImportPlace,
  tools: ImportTools,
): Promise<"imported" | "unchanged"> {
  const { facts, segments } = content;
  const { library } = tools;
  const knownAsset = await library.catalog.get(target.id);
  if (!facts && !knownAsset && !target.stat)
    throw new MediasearchError(
      "NOT_FOUND",
      `${target.id}: no such recording, neither on the disk nor in the library`,
      { subject: target.id, hint: "mediasearch import TRANSCRIPT --for RECORDING" },
    );
  const isOther = facts !== null && facts.fingerprint !== knownAsset?.fingerprint;
  if (knownAsset?.fingerprint && knownAsset.state !== "deleted" && !isOther)
    return correct(knownAsset, segments, tools);
  const version = facts
    ? factsOf(facts, target)
    : await bareFacts(knownAsset, target, segments, tools);
  if (contentOf(version.fingerprint) !== "")
    await writeWordTimes(tools.records, version.fingerprint, segments);
  const embedded = await embedMissing(content, tools);
  await library.versions.commit(
    { ...version, segments: embedded.map(({ words: _words, ...segment }) => segment) },
    tools.identity,
  );
  if (facts && content.edits)
    await writeEdits(tools.records, contentOf(facts.fingerprint), content.edits);
  return "imported";
}

/** Keeps what differs as corrections. */
async function correct(
  knownAsset: AssetStatus,
  segments: readonly EmbeddedSegment[],
  tools: ImportTools,
): Promise<"imported" | "unchanged"> {
  const stored = await Array.fromAsync(tools.library.versions.read(knownAsset.id));
  const corrections = findCorrections(stored, segments);
  if (corrections.length === 0) return "unchanged";
  await editTranscript(knownAsset, { kind: "correct", corrections, atMs: Date.now() }, tools);
  return "imported";
}

const factsOf = (
  facts: TranscriptFacts,
  { id, stat }: ImportPlace,
): Omit<AssetVersion, "segments"> => ({
  ...(stat ?? { sizeBytes: facts.sizeBytes, mtimeMs: Math.trunc(facts.mtimeMs) }),
  id,
  fingerprint: facts.fingerprint,
  sidecarKey: facts.sidecarKey,
  origin: facts.origin,
  engine: facts.engine,
  language: facts.language,
  durationMs: facts.durationMs,
  indexedAtMs: facts.indexedAtMs ?? undefined,
  recordedAtMs: facts.recordedAtMs ?? null,
});

/**
 * Of a transcript of a recording that was never indexed. Its content names it, so that it moves
 * along.
 */
async function bareFacts(
  knownAsset: AssetStatus | undefined,
  { id, stat }: ImportPlace,
  segments: readonly EmbeddedSegment[],
  { digest }: ImportTools,
): Promise<Omit<AssetVersion, "segments">> {
  const made = formatFingerprint({
    version: String(PIPELINE_VERSION),
    content: stat ? await digest(id) : "",
    captions: "",
    mode: "",
    language: "",
    engine: "",
  });
  return {
    ...(stat ?? { sizeBytes: knownAsset?.sizeBytes ?? 0, mtimeMs: knownAsset?.mtimeMs ?? 0 }),
    id,
    fingerprint: editedFingerprint(made, segments),
    sidecarKey: knownAsset?.sidecarKey ?? "",
    origin: "captions",
    engine: "import",
    language: knownAsset?.language ?? "und",
    durationMs: knownAsset?.durationMs ?? segments.at(-1)?.endMs ?? null,
    recordedAtMs: knownAsset?.recordedAtMs ?? null,
  };
}

/** Vectors of another model are not used. */
async function embedMissing(
  { segments, embedder }: TranscriptContent,
  { identity, embed }: ImportTools,
): Promise<readonly EmbeddedSegment[]> {
  const isOfModel =
    embedder?.embedder === identity.embedder && embedder.dimensions === identity.dimensions;
  if (isOfModel && segments.every(({ vector }) => vector !== null)) return segments;
  const vectors = await embed(segments);
  return segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null }));
}
