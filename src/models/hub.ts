import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { MediasearchError } from "../errors.ts";
import { hashFile } from "../hash-file.ts";
import { retry, type RetryOptions } from "../retry.ts";
import { cannotWrite, isAbandoned, temporaryPath } from "./cache-files.ts";
import type { HubRepository, Model, ModelFile } from "./catalogue.ts";
import { requestFile } from "./hub-request.ts";
import type { EnsureOptions } from "./places.ts";

type Env = EnsureOptions["env"];

const DOWNLOAD_RETRY: RetryOptions = { attempts: 5, baseDelayMs: 1000, maxDelayMs: 10_000 };
const DEFAULT_ENDPOINT = "https://huggingface.co";
/** Answers that another attempt would get again. */
const FINAL_STATUS = new Set([400, 401, 403, 404, 410, 451]);

/** An answer of the hub that is no file. */
class HubRefusal extends Error {
  readonly status: number;

  constructor(status: number, host: string) {
    super(`${host} answers ${status}`);
    this.status = status;
  }
}

/** The file is not the one that was pinned: a mirror has another, or it was damaged on the way. */
class WrongFile extends Error {}

/**
 * Fetches one file from Hugging Face's hub or a mirror into the folder: whole and with its digest,
 * or not at all. HF_ENDPOINT, HF_HUB_OFFLINE, HF_TOKEN and the hub's own cache count as they do for
 * the hub's own tools. A download that was cut goes on where it ended, also in another process.
 * @throws MISSING_MODEL with the ways to get it.
 */
export async function downloadFromHub(
  model: Model,
  repository: HubRepository,
  file: ModelFile,
  folder: string,
  options: EnsureOptions,
): Promise<string> {
  const { env, signal } = options;
  const cached = hubCachePath(repository, file, env);
  if ((await hashFile(cached).catch(() => null)) === file.digest) return cached;
  if (isOn(env["HF_HUB_OFFLINE"]))
    throw cannotHave(model, file, "HF_HUB_OFFLINE forbids to fetch it", env);
  const url = hubUrl(repository, file, env);
  const target = join(folder, file.name);
  const temporary = temporaryPath(target);
  try {
    await adoptLeftover(folder, file, temporary);
    await retry(
      () => fetchPart(url, file, temporary, options),
      (error) =>
        isFinal(error) || cannotWrite(error, model.id, options.cacheDir) ? undefined : {},
      { ...DOWNLOAD_RETRY, signal },
    );
    await rename(temporary, target);
  } catch (error) {
    // What has arrived stays for the next attempt, unless it is of no use.
    if (isFinal(error)) await rm(temporary, { force: true });
    signal.throwIfAborted();
    throw (
      cannotWrite(error, model.id, options.cacheDir) ??
      cannotHave(model, file, reasonOf(error), env, error)
    );
  }
  return target;
}

/** Names the file in the hub's own cache, where its tools keep it under its digest. */
export function hubCachePath({ name }: HubRepository, file: ModelFile, env: Env): string {
  const home =
    env["HF_HOME"] || join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "huggingface");
  const hub = env["HF_HUB_CACHE"] || join(home, "hub");
  return join(hub, `models--${name.replaceAll("/", "--")}`, "blobs", file.digest);
}

export function hubUrl({ name, revision }: HubRepository, file: ModelFile, env: Env): URL {
  const endpoint = (env["HF_ENDPOINT"] || DEFAULT_ENDPOINT).replace(/\/+$/, "");
  const url = URL.parse(`${endpoint}/${name}/resolve/${revision}/${file.inPackage}`);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new MediasearchError("USAGE", "HF_ENDPOINT is no address of a web server", {
      subject: "HF_ENDPOINT",
      hint: `HF_ENDPOINT=${DEFAULT_ENDPOINT}`,
    });
  return url;
}

const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value ?? "");

/** Takes over the largest part that a process left that is no more. */
async function adoptLeftover(folder: string, file: ModelFile, temporary: string): Promise<void> {
  let best: { readonly path: string; readonly size: number } | undefined;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${file.name}.`) || !(await isAbandoned(folder, name))) continue;
    const path = join(folder, name);
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size <= file.sizeBytes && size > (best?.size ?? 0)) best = { path, size };
  }
  // Another process may take it over at the same moment; only one of them can.
  if (best) await rename(best.path, temporary).catch(() => {});
}

async function fetchPart(
  url: URL,
  file: ModelFile,
  temporary: string,
  options: EnsureOptions,
): Promise<void> {
  const handle = await open(temporary, "a");
  try {
    const done = (await handle.stat()).size;
    if (done < file.sizeBytes) await append(url, file, { handle, done }, options);
    await verify(handle, file, temporary);
  } finally {
    await handle.close();
  }
}

interface Part {
  readonly handle: FileHandle;
  /** The bytes that are there. */
  readonly done: number;
}

async function append(
  url: URL,
  file: ModelFile,
  part: Part,
  { env, signal, onProgress }: EnsureOptions,
): Promise<void> {
  const { handle } = part;
  const reply = await requestFile(url, { env, signal, token: env["HF_TOKEN"], from: part.done });
  let done = await startOf(reply, url, part);
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    done += chunk.length;
    if (done > file.sizeBytes) throw new WrongFile(`${file.name} is too long`);
    await handle.writeFile(chunk);
    onProgress?.(file.name, done, file.sizeBytes);
  }
  if (done < file.sizeBytes) throw new Error(`${url.host} ended early`);
}

/** Where the answer begins. A server that can't send a part sends the whole. */
async function startOf(reply: IncomingMessage, url: URL, part: Part): Promise<number> {
  const { statusCode = 0, headers } = reply;
  if (statusCode === 206 && isFrom(headers["content-range"], part.done)) return part.done;
  if (statusCode !== 200) {
    // Its body may have no end.
    reply.destroy();
    throw statusCode === 206
      ? new WrongFile(`${url.host} sends another part`)
      : new HubRefusal(statusCode, url.host);
  }
  await part.handle.truncate(0);
  return 0;
}

const isFrom = (range: string | undefined, from: number): boolean =>
  range?.startsWith(`bytes ${from}-`) ?? false;

async function verify(handle: FileHandle, file: ModelFile, path: string): Promise<void> {
  await handle.sync();
  const digest = await hashFile(path);
  if (digest !== file.digest)
    throw new WrongFile(`${file.name} has the SHA-256 ${digest}, not ${file.digest}`);
}

const isFinal = (error: unknown): boolean =>
  error instanceof WrongFile || (error instanceof HubRefusal && FINAL_STATUS.has(error.status));

function reasonOf(error: unknown): string {
  if (error instanceof HubRefusal && (error.status === 401 || error.status === 403))
    return `${error.message}; does HF_TOKEN allow it?`;
  if (error instanceof HubRefusal || error instanceof WrongFile) return error.message;
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return `the hub can't be reached${code}`;
}

export function cannotHave(
  model: Model,
  file: ModelFile,
  reason: string,
  env: Env,
  cause?: unknown,
): MediasearchError {
  return new MediasearchError("MISSING_MODEL", `${model.id}: not on this machine, and ${reason}`, {
    subject: model.id,
    hint: `mediasearch models pull ${model.id}   (with a network, or HF_ENDPOINT=MIRROR; or put ${file.name} of ${model.source} into a folder and set MEDIASEARCH_MODELS to it${isOn(env["HF_HUB_OFFLINE"]) ? "; HF_HUB_OFFLINE is set" : ""})`,
    cause,
  });
}
