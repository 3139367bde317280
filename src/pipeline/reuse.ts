import type { AssetStatus } from "../backends/catalog.ts";
import type { AssetVersion } from "../backends/versions.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import type { ContentDigest } from "../fingerprint.ts";
import type { EngineName } from "../types.ts";
import type { FileCall, FileOptions, FileOutcome, FileServices } from "./file-outcome.ts";
import { type FileCandidate, fileFacts } from "./scan/candidate.ts";
import { isMediaGone } from "./sources/media-source.ts";
import { contentKey, transcribe } from "./transcribe.ts";
import { fingerprint, knownDigest, sameContent, sameOptions } from "./unchanged.ts";
import type { FileTask } from "./worker/protocol.ts";

/**
 * Takes over what the library already has of the same content; makes a new transcript otherwise.
 */
export async function reuseOrTranscribe(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const listed =
    file.etag === undefined ? undefined : { sizeBytes: file.sizeBytes, etag: file.etag };
  const task: FileTask = {
    path,
    kind: file.kind,
    listed,
    sidecar: file.sidecar?.path ?? null,
    captions: options.captions,
    language: options.language,
    engines: options.engines,
  };
  const before = await contentKey(file, services, call);
  const digest = knownDigest(file, options) ?? (await services.workers.identify(task, call.signal));
  const whole = fingerprint(digest, options);
  const fingerprintBy = (engine: EngineName): string =>
    fingerprint(digest, { ...options, engines: [engine] });
  if (!options.again) {
    const again = await reuseExisting(file, asset, digest, services, options, call);
    if (again) return again;
    // Copies in one run: the first is recognised, the others take it from there.
    await call.underWay.get(whole)?.catch(() => {});
    if (!(await (services.claims?.take(`content:${whole}`) ?? true)))
      return { type: "claimed", path };
    for (const same of new Set([...options.engines.map(fingerprintBy), whole])) {
      const reused = await reuse(file, same, services, call);
      if (reused) return reused;
    }
  }
  const work = transcribe(file, task, { whole, before, fingerprintBy }, services, call);
  call.underWay.set(whole, work);
  try {
    return await work;
  } finally {
    call.underWay.delete(whole);
  }
}

/** The content that is in the library under this path: nothing to recognise, whatever its state. */
async function reuseExisting(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  digest: ContentDigest,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome | undefined> {
  const { path } = file;
  if (
    !asset?.fingerprint ||
    !sameContent(asset.fingerprint, digest) ||
    !sameOptions(asset.fingerprint, asset.origin, options)
  )
    return undefined;
  if (asset.state === "deleted") {
    await services.library.catalog.restore(fileFacts(file));
    return { type: "reused", path, how: "restored", from: path };
  }
  if (asset.state === "indexed") {
    await services.library.catalog.touch(fileFacts(file));
    return { type: "unchanged", path };
  }
  return asset.state === "partial" ? backfillVectors(file, asset, services, call) : undefined;
}

/**
 * Words without vectors: only the embedding is owed. While it fails the file stays as it is, and
 * the next run tries again.
 */
async function backfillVectors(
  file: FileCandidate,
  asset: AssetStatus,
  { library, workers, embedder }: FileServices,
  { signal }: FileCall,
): Promise<FileOutcome> {
  const segments = await Array.fromAsync(library.versions.read(file.path));
  let vectors: readonly Float32Array[];
  try {
    vectors = await workers.embed(file.path, segments, signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message, hint } = toMediasearchError(error);
    return {
      type: "failed",
      path: file.path,
      error: new MediasearchError(
        code,
        `${file.path}: still searchable by keyword only: ${message.replace(`${file.path}: `, "")}`,
        { subject: file.path, hint, cause: error },
      ),
    };
  }
  const { origin, engine, language, durationMs, recordedAtMs, fingerprint } = asset;
  const version: AssetVersion = {
    ...fileFacts(file),
    fingerprint: fingerprint ?? "",
    origin: origin ?? "asr",
    engine: engine ?? "",
    language: language ?? "und",
    durationMs,
    recordedAtMs,
    segments: segments.map((segment, i) => ({ ...segment, vector: vectors[i] ?? null })),
  };
  await library.versions.commit(version, embedder);
  return { type: "reused", path: file.path, how: "completed", from: file.path };
}

/**
 * A file of the same content that is gone from its location has moved here; one that is still there
 * has been copied.
 */
async function reuse(
  file: FileCandidate,
  fingerprintText: string,
  services: FileServices,
  call: FileCall,
): Promise<FileOutcome | undefined> {
  const { library } = services;
  const copies = (await library.versions.findByFingerprint(fingerprintText)).filter(
    ({ id, state }) => id !== file.path && state !== "failed",
  );
  for (const { id } of copies) {
    if (!(await isMediaGone(id, services.sources))) continue;
    await library.versions.move(id, fileFacts(file));
    const moved = await library.catalog.get(file.path);
    if (moved?.state === "partial") await backfillVectors(file, moved, services, call);
    return { type: "reused", path: file.path, how: "moved", from: id };
  }
  const source = copies.find(({ state }) => state === "indexed");
  if (!source) return undefined;
  await library.versions.copy(source.id, fileFacts(file));
  return { type: "reused", path: file.path, how: "copied", from: source.id };
}
