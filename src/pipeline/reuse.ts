import type { AssetStatus } from "../backends/catalog.ts";
import { contentOf, readEdits, writeEdits } from "../backends/edits.ts";
import type { AssetVersion } from "../backends/versions.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import {
  type ContentDigest,
  formatFingerprint,
  parseFingerprint,
  PIPELINE_VERSION,
} from "../fingerprint.ts";
import { formatSelection, parseSelection } from "../selection.ts";
import type { EngineName } from "../types.ts";
import { commitTranscript } from "./commit.ts";
import {
  aliasOutcome,
  type FileCall,
  type FileOptions,
  type FileOutcome,
  type FileServices,
} from "./file-outcome.ts";
import { isSameFile } from "./same-file.ts";
import { type KnownTranscript, knownTranscripts } from "./known-transcripts.ts";
import { type FileCandidate, fileFacts } from "./scan/candidate.ts";
import { contentKey, transcribe } from "./transcribe.ts";
import { wordsToTellApart } from "./words-to-tell-apart.ts";
import {
  fingerprint,
  knownDigest,
  sameContent,
  sameStat,
  type StoredTranscript,
} from "./unchanged.ts";
import type { FileTask } from "./worker/protocol.ts";

/**
 * Takes over what the library already has of the same content; makes a new transcript otherwise.
 */
export async function reuseOrTranscribe(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  services: FileServices,
  general: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const before = await contentKey(file, services, call);
  call.onPhase?.("reading");
  const digest =
    knownDigest(file, general) ??
    (await services.workers.identify(
      { ...taskOf(file, general), knownContent: contentBefore(file, asset, general) },
      call.signal,
    ));
  const options = withEarlierChoice(general, asset, digest);
  const task = taskOf(file, options);
  const whole = fingerprint(digest, options);
  const fingerprintBy = (engine: EngineName): string =>
    fingerprint(digest, { ...options, engines: [engine] });
  const make = (how: FileTask): Promise<FileOutcome> =>
    transcribe(file, how, { asset, whole, before, fingerprintBy }, services, call);
  if (!options.force) {
    // Copies in one run: the first is recognised, the others take it from there.
    const copy = call.underWay.get(whole);
    if (copy) {
      call.onPhase?.("awaiting-copy");
      await copy.catch(() => {});
    }
    if (!(await (services.claims?.take(`content:${whole}`) ?? true)))
      return { type: "claimed", path };
    const reused = await reuseKnown(
      {
        file,
        asset,
        digest,
        makeFromCaptions: () =>
          make({ ...task, captions: "only", mustSuit: options.captions !== "only" }),
      },
      services,
      options,
      call,
    );
    if (reused) return reused;
  }
  const apart = options.force
    ? undefined
    : await wordsToTellApart(asset, digest, services, options);
  const work = make(apart ? { ...task, engines: [apart.engine], known: apart.known } : task);
  call.underWay.set(whole, work);
  try {
    return await work;
  } finally {
    call.underWay.delete(whole);
  }
}

/**
 * The content of a file of the size and time that the library knows: it is not read only to know it
 * again.
 */
function contentBefore(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  { force }: FileOptions,
): string | undefined {
  if (force || file.kind === "captions" || !asset?.fingerprint || !sameStat(asset, file))
    return undefined;
  const { content } = parseFingerprint(asset.fingerprint);
  return /^[0-9a-f]{64}$/.test(content) ? content : undefined;
}

/** What was chosen by hand for the same content stays until something else is chosen. */
function withEarlierChoice(
  options: FileOptions,
  asset: AssetStatus | undefined,
  digest: ContentDigest,
): FileOptions {
  if (!asset?.fingerprint || !sameContent(asset.fingerprint, digest)) return options;
  const { request } = parseSelection(parseFingerprint(asset.fingerprint).selection ?? "");
  const { audioTrack, subtitleTrack, channels, resync, force } = options;
  return {
    ...options,
    // --force reads captions with the times that they have.
    resync: resync ?? (force ? undefined : request.resync),
    audioTrack: audioTrack ?? request.audioTrack,
    subtitleTrack: subtitleTrack ?? request.subtitleTrack,
    channels: channels ?? request.channels,
  };
}

export function taskOf(file: FileCandidate, options: FileOptions): FileTask {
  const { captions, captionsEncoding, language, engines } = options;
  const { audioTrack, subtitleTrack, channels, resync } = options;
  return {
    path: file.path,
    kind: file.kind,
    listed: file.etag === undefined ? undefined : { sizeBytes: file.sizeBytes, etag: file.etag },
    parts: file.parts,
    factsBeside: file.factsBeside?.map(({ path }) => path),
    sidecar: file.sidecar?.path ?? null,
    otherSidecars: file.otherSidecars?.map(({ path }) => path),
    foreignCaptions: file.sidecar === null ? file.captionsBeside : undefined,
    captions,
    captionsEncoding,
    language,
    engines,
    audioTrack,
    subtitleTrack,
    channels,
    resync,
  };
}

interface Wanted {
  readonly file: FileCandidate;
  readonly asset: AssetStatus | undefined;
  readonly digest: ContentDigest;
  /** Reads captions, beside the file or inside it; "skipped" where there are none. */
  readonly makeFromCaptions: () => Promise<FileOutcome>;
}

/** Takes over the best of what is known of the content; undefined where nothing suits. */
async function reuseKnown(
  { file, asset, digest, makeFromCaptions }: Wanted,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome | undefined> {
  const known = await knownTranscripts(file, asset, digest, services, options);
  const [likely] = known;
  if (!likely) return undefined;
  // The archive comes last: what is current suits as well, and its vectors are there.
  const current = known.filter(({ how }) => how !== "archived");
  const sure = (current.length > 0 ? current : known).find(({ fit }) => fit === "yes");
  if (sure?.how === "copied" && (await isSameFile(sure.asset.id, file.path)))
    return aliasOutcome(file.path, sure.asset.id);
  if (sure) return takeOver(sure, file, services, call);
  const read = await makeFromCaptions();
  if (read.type !== "skipped") return read;
  const outcome = await takeOver(likely, file, services, call);
  await restamp(file, likely.stored, services, options);
  return outcome;
}

/** Brings a transcript that is known to the place of this file. */
async function takeOver(
  known: KnownTranscript,
  file: FileCandidate,
  services: FileServices,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const { catalog, versions } = services.library;
  if (known.how === "own") return takeOwn(file, known.asset, services, call);
  if (known.how === "archived") {
    await unarchive(file, known, services, call);
    return { type: "reused", path, how: "restored", from: known.archived.id };
  }
  const { id } = known.asset;
  if (known.how === "copied") await versions.copy(id, fileFacts(file));
  else {
    await versions.move(id, fileFacts(file));
    const moved = await catalog.get(path);
    if (moved?.state === "partial") await backfillVectors(file, moved, services, call);
  }
  return { type: "reused", path, how: known.how, from: id };
}

/** The content that is in the library under this path: nothing to recognise, whatever its state. */
async function takeOwn(
  file: FileCandidate,
  asset: AssetStatus,
  services: FileServices,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const { catalog, versions } = services.library;
  if (asset.state === "partial") return backfillVectors(file, asset, services, call);
  if (asset.state === "deleted") {
    await catalog.restore(fileFacts(file));
    return { type: "reused", path, how: "restored", from: path };
  }
  // A version that goes on answering after a failure is as it should be once the file can be read.
  if (asset.state === "failed") {
    const segments = await Array.fromAsync(versions.read(path));
    await versions.commit({ ...versionOf(asset, file), segments }, services.embedder);
  } else await catalog.touch(fileFacts(file));
  return { type: "unchanged", path };
}

const versionOf = (asset: AssetStatus, file: FileCandidate): Omit<AssetVersion, "segments"> => ({
  ...fileFacts(file),
  fingerprint: asset.fingerprint ?? "",
  origin: asset.origin ?? "asr",
  engine: asset.engine ?? "",
  language: asset.language ?? "und",
  durationMs: asset.durationMs,
  recordedAtMs: asset.recordedAtMs,
  indexedAtMs: asset.indexedAtMs ?? undefined,
});

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
  const { indexedAtMs: _indexedAtMs, ...version } = versionOf(asset, file);
  await library.versions.commit(
    { ...version, segments: segments.map((one, i) => ({ ...one, vector: vectors[i] ?? null })) },
    embedder,
  );
  return { type: "reused", path: file.path, how: "completed", from: file.path };
}

/**
 * Makes an archived transcript the current one again; its vectors are made anew, and what people
 * changed is laid over it.
 */
async function unarchive(
  file: FileCandidate,
  { archived, asset }: Extract<KnownTranscript, { readonly how: "archived" }>,
  services: FileServices,
  { signal }: FileCall,
): Promise<void> {
  const { fingerprint: made, origin, engine, language, durationMs, segments } = archived;
  const vectors = await services.workers.embed(file.path, segments, signal);
  await commitTranscript(
    {
      ...fileFacts(file),
      fingerprint: made,
      origin,
      engine,
      language,
      durationMs,
      recordedAtMs: asset?.recordedAtMs ?? null,
      segments: segments.map((one, i) => ({ ...one, vector: vectors[i] ?? null })),
    },
    asset,
    services,
    signal,
  );
}

/**
 * Notes that there is no text track to use, so that no later run with these options looks again.
 */
async function restamp(
  file: FileCandidate,
  stored: StoredTranscript,
  { library, records }: FileServices,
  options: FileOptions,
): Promise<void> {
  const looked = {
    version: String(PIPELINE_VERSION),
    mode: options.captions,
    language: options.language ?? "",
  };
  const anew = (text: string): string => {
    const parts = parseFingerprint(text);
    const note = parseSelection(parts.selection ?? "");
    const { subtitleTrack = note.request.subtitleTrack, resync = note.request.resync } = options;
    const request = { ...note.request, subtitleTrack, resync };
    return formatFingerprint({
      ...parts,
      ...looked,
      selection: formatSelection({ ...note, request }),
    });
  };
  const edits = await readEdits(records, contentOf(stored.fingerprint));
  if (edits)
    await writeEdits(records, contentOf(stored.fingerprint), {
      ...edits,
      base: { ...edits.base, fingerprint: anew(edits.base.fingerprint) },
    });
  const asset = await library.catalog.get(file.path);
  if (asset?.fingerprint) await library.versions.restamp(file.path, anew(asset.fingerprint));
}
