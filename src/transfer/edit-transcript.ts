import type { AssetStatus } from "../backends/catalog.ts";
import { contentOf, readEdits, writeEdits } from "../backends/edits.ts";
import type { BaseTranscript } from "../transcript-edits.ts";
import type { Library } from "../backends/library.ts";
import type { Records } from "../backends/records.ts";
import type { AssetVersion } from "../backends/versions.ts";
import { editedFingerprint } from "../edited-fingerprint.ts";
import type { EmbeddingModel } from "../embedding-model.ts";
import { tellSameSpeech, trackOf } from "../edited-track.ts";
import { MediasearchError } from "../errors.ts";
import { parseFingerprint } from "../fingerprint.ts";
import { describeTrack } from "../selection.ts";
import { quoteShellWord } from "../shell-words.ts";
import { applySteps, type EditStep, findCorrections } from "../transcript-edits.ts";
import type { EmbeddedSegment, Segment } from "../types.ts";

export interface EditTools {
  readonly library: Library;
  readonly records: Records;
  /** The model of the library's vectors; undefined while it has none. */
  readonly model: EmbeddingModel | undefined;
  /** Vectors for all segments of a transcript, as the library has them. */
  readonly embed: (segments: readonly Segment[]) => Promise<readonly Float32Array[]>;
}

/**
 * Makes one change to the transcript of a file, and to every copy of the file. The change is kept
 * apart from what was recognised, by content, and is laid over whatever is recognised later.
 */
export async function editTranscript(
  asset: AssetStatus,
  step: EditStep,
  tools: EditTools,
): Promise<void> {
  const content = contentOf(asset.fingerprint);
  const segments = await Array.fromAsync(tools.library.versions.read(asset.id));
  const known = await readEdits(tools.records, content);
  if (known && !tellSameSpeech(known.base, asset)) throw otherTrackError(asset, known.base);
  const edits = known ?? { base: baseOf(asset, segments), steps: [] };
  const prepared = [await prepareLines(asset, segments, applySteps(segments, [step]), tools)];
  for (const copy of await copiesOf(asset, tools.library)) {
    if (!tellSameSpeech(edits.base, copy)) continue;
    const own = await Array.fromAsync(tools.library.versions.read(copy.id));
    prepared.push(await prepareLines(copy, own, applySteps(own, [step]), tools));
  }
  // Nothing may be kept of a change that can't be made: embedding can fail.
  if (content !== "")
    await writeEdits(tools.records, content, { ...edits, steps: [...edits.steps, step] });
  for (const version of prepared) await tools.library.versions.commit(version, tools.model);
}

/** One layer a content is kept: what a person changed is never given up for other changes. */
function otherTrackError(asset: AssetStatus, { fingerprint }: BaseTranscript): MediasearchError {
  const track = trackOf(fingerprint);
  const file = quoteShellWord(asset.id);
  const where = track === null ? "other captions" : describeTrack(track);
  const again =
    track === null ? "" : ` (index --${track.type}-track ${track.number} brings it back)`;
  return new MediasearchError(
    "USAGE",
    `${asset.id}: was changed by hand as ${where}${again}; another track can't be changed beside that`,
    { subject: asset.id, hint: `mediasearch edits undo ${file} --all   (gives that up)` },
  );
}

/**
 * Takes back the last changes of a file and its copies; all of them unless `steps` says how many.
 */
export async function undoEdits(
  asset: AssetStatus,
  steps: number,
  tools: EditTools,
): Promise<readonly EditStep[]> {
  const content = contentOf(asset.fingerprint);
  const edits = await readEdits(tools.records, content);
  if (!edits) return [];
  const kept = edits.steps.slice(0, Math.max(0, edits.steps.length - steps));
  const prepared: AssetVersion[] = [];
  // Where another track is the transcript now, the layer lies over nothing.
  const edited = [asset, ...(await copiesOf(asset, tools.library))].filter((one) =>
    tellSameSpeech(edits.base, one),
  );
  for (const one of edited) {
    const own = await Array.fromAsync(tools.library.versions.read(one.id));
    const lines = applySteps(edits.base.segments, kept);
    prepared.push(await prepareLines(one, own, lines, tools, edits.base));
  }
  for (const version of prepared) await tools.library.versions.commit(version, tools.model);
  await writeEdits(tools.records, content, { ...edits, steps: kept });
  return edits.steps.slice(kept.length);
}

const baseOf = (asset: AssetStatus, segments: readonly EmbeddedSegment[]): BaseTranscript => ({
  fingerprint: asset.fingerprint ?? "",
  origin: asset.origin ?? "asr",
  engine: asset.engine ?? "",
  language: asset.language ?? "und",
  durationMs: asset.durationMs,
  segments: segments.map(({ vector: _vector, ...segment }) => segment),
});

/** Other files of the same content that answer searches. */
async function copiesOf(asset: AssetStatus, library: Library): Promise<readonly AssetStatus[]> {
  const { version, content } = parseFingerprint(asset.fingerprint ?? "");
  if (content === "") return [];
  return (await library.versions.findByPrefix(`${version}|${content}|`)).filter(
    ({ id, state }) => id !== asset.id && state !== "deleted",
  );
}

/**
 * Makes a version of these lines as the transcript of the file; words that stay as they are keep
 * their vectors. Lines that are those of the base again have its fingerprint again.
 */
async function prepareLines(
  asset: AssetStatus,
  before: readonly EmbeddedSegment[],
  lines: readonly (Segment | EmbeddedSegment)[],
  { embed }: EditTools,
  base?: BaseTranscript,
): Promise<AssetVersion> {
  const isSame =
    lines.length === before.length && lines.every(({ text }, i) => text === before[i]?.text);
  const vectors = isSame ? before.map(({ vector }) => vector) : await embed(lines);
  const segments = lines.map((line, i): EmbeddedSegment => ({
    ...line,
    index: i,
    vector: vectors[i] ?? null,
  }));
  const { id, sizeBytes, mtimeMs, sidecarKey, durationMs, recordedAtMs, indexedAtMs } = asset;
  const isBase = base !== undefined && findCorrections(base.segments, segments).length === 0;
  return {
    id,
    sizeBytes,
    mtimeMs,
    sidecarKey,
    durationMs,
    recordedAtMs,
    origin: base?.origin ?? asset.origin ?? "asr",
    engine: base?.engine ?? asset.engine ?? "",
    language: base?.language ?? asset.language ?? "und",
    indexedAtMs: indexedAtMs ?? undefined,
    fingerprint: isBase
      ? base.fingerprint
      : editedFingerprint(base?.fingerprint ?? asset.fingerprint, segments),
    segments,
  };
}
