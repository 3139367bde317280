import type { AssetStatus } from "../backends/catalog.ts";
import type { Claims } from "../backends/run-lock.ts";
import type { Job } from "../backends/job-store.ts";
import { dropRemoval, removalOf } from "../backends/removals.ts";
import { formatEngineChain } from "../engine-chain.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import {
  aliasOutcome,
  type FileCall,
  type FileOptions,
  type FileOutcome,
  type FileServices,
} from "./file-outcome.ts";
import { isRemote } from "../location.ts";
import { realLocation } from "./same-file.ts";
import { storedOf } from "./known-transcripts.ts";
import { failedJob, isQuarantined } from "./retry.ts";
import { describeKnown } from "./describe.ts";
import { reuseOrTranscribe, taskOf } from "./reuse.ts";
import { type FileCandidate, fileFacts } from "./scan/candidate.ts";
import { isMediaGone, type MediaSources } from "./sources/media-source.ts";
import { captionsBySize, fitOf, sameStat } from "./unchanged.ts";

/** Failures of these kinds are the run's, not the file's. */
const FATAL = new Set<string>([
  "NO_STORE",
  "STORE_BUSY",
  "SCHEMA_MISMATCH",
  "MODEL_MISMATCH",
  "MISSING_MODEL",
  "MISSING_TOOL",
  "NO_SPACE",
  "UNREACHABLE",
  "CREDENTIALS",
  "USAGE",
]);

function optionsFor(path: string, general: FileOptions): FileOptions {
  const { engineFor, tracksFor } = general;
  return {
    ...general,
    ...(engineFor ? { engines: engineFor(path, general.language) } : {}),
    ...tracksFor?.(path),
  };
}

/**
 * What there is to do for a file, as far as that shows without reading it. "look": what was
 * recognised stays, unless captions are found.
 */
export async function workFor(
  file: FileCandidate,
  services: FileServices,
  general: FileOptions,
): Promise<"none" | "look" | "all"> {
  const options = optionsFor(file.path, general);
  const asset = await services.library.catalog.get(file.path);
  if (await isAsBefore(file, asset, services, options)) return "none";
  if (await isAsBefore(file, asset, services, { ...options, dryRun: true })) return "look";
  const job = await services.jobs.get(file.path);
  const chain = formatEngineChain(options.engines);
  return isQuarantined(job, file, chain, asset, options) ? "none" : "all";
}

/** One attempt at one file. Rejects only with what ends the whole run. */
export async function indexFile(
  file: FileCandidate,
  services: FileServices,
  general: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const options = optionsFor(path, general);
  call.signal.throwIfAborted();
  if (file.kind === "captions" && options.captions === "ignore")
    return { type: "skipped", path, reason: "captions are ignored" };
  const removal = removalOf(path, options.removals ?? []);
  if (removal !== undefined && !options.named?.has(path))
    return { type: "skipped", path, reason: "was taken out (mediasearch remove)" };
  // Whoever names a file that was taken out wants it back.
  if (removal === path && !options.dryRun) await dropRemoval(services.records, path);
  const outcome = await tryFile(file, services, options, call);
  if (outcome.type === "skipped" && outcome.aliasOf !== undefined && !options.dryRun)
    await forgetRegistered(path, services);
  return outcome;
}

/** Another name of a file was noted as one to do, and nothing is to be done for it. */
async function forgetRegistered(
  path: string,
  { library: { catalog } }: Pick<FileServices, "library">,
): Promise<void> {
  if ((await catalog.get(path))?.state === "registered") await catalog.remove(path);
}

async function tryFile(
  file: FileCandidate,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const { path } = file;
  const chain = formatEngineChain(options.engines);
  const { library, jobs } = services;
  const knownAsset = await library.catalog.get(path);
  const isUnchanged = (asset: AssetStatus | undefined): Promise<boolean> =>
    isAsBefore(file, asset, services, options);
  if (await isUnchanged(knownAsset)) return unchanged(file, knownAsset, services, options, call);
  const isNew = !knownAsset || knownAsset.state === "registered";
  const alias = isNew ? await knownAlias(path, services) : undefined;
  if (alias !== undefined) return aliasOutcome(path, alias);
  const job = await jobs.get(path);
  if (isQuarantined(job, file, chain, knownAsset, options))
    return { type: "quarantined", path, job };
  if (options.dryRun) return { type: "would-index", path };
  const claims = claimsOf(services.claims);
  const own = { ...services, claims };
  try {
    if (!(await claims.take(path))) return { type: "claimed", path };
    // Another run may have been at it until just now.
    const now = services.claims ? await library.catalog.get(path) : knownAsset;
    if (services.claims && (await isUnchanged(now))) return { type: "unchanged", path };
    const current = job ? await asItIsNow(file, services.sources, call.signal) : file;
    const outcome = await attemptFile(current, now, own, options, call);
    if (job && outcome.type !== "claimed") await jobs.remove(path);
    return outcome;
  } catch (error) {
    call.signal.throwIfAborted();
    return await failedOutcome(file, toMediasearchError(error, path), job, own, options);
  } finally {
    await claims.end();
  }
}

/** Libraries of earlier versions know no facts; of remote files these come with the next change. */
async function unchanged(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const look = { task: taskOf(file, options), force: false };
  if (!options.dryRun && !isRemote(file.path))
    await describeKnown(file, asset, look, services, call);
  return { type: "unchanged", path: file.path };
}

/** The name under which the library has the same file; undefined where it has none. */
async function knownAlias(
  path: string,
  { library }: Pick<FileServices, "library">,
): Promise<string | undefined> {
  const real = await realLocation(path);
  if (real === path) return undefined;
  const asset = await library.catalog.get(real);
  return asset && asset.state !== "deleted" ? real : undefined;
}

/** Keeps what failed as a job. @throws what ends the whole run. */
async function failedOutcome(
  file: FileCandidate,
  error: MediasearchError,
  job: Job | undefined,
  { library, jobs, claims, sources }: FileServices,
  options: FileOptions,
): Promise<FileOutcome> {
  const { path } = file;
  if (error.code === "STORE_BUSY" && claims && !(await claims.take(path)))
    return { type: "claimed", path };
  if (FATAL.has(error.code)) throw error;
  // Gone while it was being read: nothing of it waits for anything.
  if (error.code === "NOT_FOUND" && (await isMediaGone(path, sources)))
    return { type: "failed", path, error };
  const failed = failedJob(file, error, job, formatEngineChain(options.engines), options);
  await jobs.put(failed);
  await library.catalog.recordFailure(fileFacts(file), failed.reason);
  return { type: "failed", path, error, job: failed };
}

/** A dry run reads no media: what only a look for text tracks could tell is taken for the same. */
async function isAsBefore(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  { records }: FileServices,
  options: FileOptions,
): Promise<boolean> {
  if (options.force || asset?.state !== "indexed" || asset.fingerprint === null) return false;
  if (!sameStat(asset, file)) return false;
  const stored = await storedOf(asset, records);
  const fit = fitOf(stored, options, captionsBySize(file, stored.fingerprint, options));
  return fit === "yes" || (options.dryRun && fit === "unless-track");
}

/**
 * The claims of one attempt; without other runs everything is free. A release that fails is made up
 * for when the run ends.
 */
function claimsOf(claims: Claims | undefined): Claims & { readonly end: () => Promise<void> } {
  const held: string[] = [];
  return {
    async take(key) {
      if (!claims) return true;
      const isMine = await claims.take(key).catch(notWhileBusy);
      if (isMine && !held.includes(key)) held.push(key);
      return isMine;
    },
    release: async (keys) => claims?.release(keys),
    end: async () => (held.length > 0 ? claims?.release(held).catch(() => {}) : undefined),
  };
}

/** So many runs want the same at once that the library gave up: it is somebody else's for now. */
function notWhileBusy(error: unknown): false {
  if (error instanceof MediasearchError && error.code === "STORE_BUSY") return false;
  throw error;
}

async function attemptFile(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  services: FileServices,
  options: FileOptions,
  call: FileCall,
): Promise<FileOutcome> {
  const outcome = await reuseOrTranscribe(file, asset, services, options, call);
  if (outcome.type === "reused" || outcome.type === "unchanged") {
    const now = await services.library.catalog.get(file.path);
    const force = (file.factsBeside ?? []).length > 0;
    await describeKnown(file, now, { task: taskOf(file, options), force }, services, call);
  }
  // Captions that were assets of their own belong to their media once there is one.
  if (outcome.type !== "skipped" && outcome.type !== "claimed")
    for (const captions of file.captionsBeside) await services.library.catalog.remove(captions);
  return outcome;
}

/** An object that failed may have been overwritten since it was listed. */
async function asItIsNow(
  file: FileCandidate,
  sources: MediaSources,
  signal: AbortSignal,
): Promise<FileCandidate> {
  if (file.etag === undefined) return file;
  const now = await sources.of(file.path).stat(file.path, signal);
  return now ? { ...file, sizeBytes: now.sizeBytes, mtimeMs: now.mtimeMs, etag: now.etag } : file;
}
