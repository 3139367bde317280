import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { MediasearchError } from "../errors.ts";
import { hashFile } from "../hash-file.ts";
import { formatBytes } from "../text/format.ts";
import { cleanName } from "../text/untrusted.ts";
import { writeWhole } from "../unfinished.ts";

/**
 * A backup is one gzip file (RFC 1952) of a line `mediasearch backup 1`, a line of JSON (this), and
 * the bytes of a library file. Without mediasearch: `gunzip < FILE | tail -n +3 > library.sqlite`.
 */
export interface Manifest {
  readonly createdAt: string;
  /** Schema version of the library file. */
  readonly schema: number;
  readonly files: number;
  readonly segments: number;
  readonly embedder: string | null;
  readonly sizeBytes: number;
  /** SHA-256 of the library file, hexadecimal. */
  readonly sha256: string;
}

const FIRST_LINE = "mediasearch backup 1";
const MAX_HEAD_BYTES = 65_536;

/** Writes a backup as a whole or not at all. It takes the place of a file that is there. */
export async function writeBackup(
  library: string,
  path: string,
  about: Omit<Manifest, "sizeBytes" | "sha256">,
  signal: AbortSignal,
): Promise<Manifest> {
  const manifest: Manifest = {
    ...about,
    sizeBytes: (await stat(library)).size,
    sha256: await hashFile(library, { signal }),
  };
  const bytes = async function* (): AsyncIterable<Buffer | string> {
    yield `${FIRST_LINE}\n${JSON.stringify(manifest)}\n`;
    yield* createReadStream(library, { highWaterMark: 1 << 20 });
  };
  await pipeline(
    Readable.from(bytes()),
    createGzip({ level: 1 }),
    (packed: AsyncIterable<Uint8Array>) => writeWhole(path, packed, { mode: 0o600 }),
    { signal },
  );
  return manifest;
}

/**
 * Unpacks a backup into a new file.
 * @throws SCHEMA_MISMATCH for what is no backup, or one that is cut off, changed, or larger than it
 * declares; NO_SPACE when what it declares has no room. The new file is gone then.
 */
export async function readBackup(
  path: string,
  library: string,
  signal: AbortSignal,
  onRead: (bytes: number) => void = () => {},
): Promise<Manifest> {
  const hash = createHash("sha256");
  let manifest: Manifest | undefined;
  let sizeBytes = 0;
  const unpack = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    let head: Buffer = Buffer.alloc(0);
    for await (const chunk of chunks) {
      let body = chunk;
      if (!manifest) {
        head = Buffer.concat([head, chunk]);
        const parsed = parseHead(head, path);
        if (!parsed) continue;
        ({ manifest, body } = parsed);
        await refuseBomb(path, library, manifest);
      }
      hash.update(body);
      onRead(body.length);
      sizeBytes += body.length;
      if (sizeBytes > manifest.sizeBytes)
        throw damagedBackupError(path, "it holds more than it declares");
      yield body;
    }
  };
  // Opened before anything can fail: what has the name already is not ours to remove, and a stream
  // that is refused early would open its file after it was removed.
  const file = await open(library, "wx", 0o600);
  try {
    await pipeline(createReadStream(path), createGunzip(), unpack, file.createWriteStream(), {
      signal,
    });
    if (!manifest) throw notBackup(path);
    if (sizeBytes !== manifest.sizeBytes || hash.digest("hex") !== manifest.sha256)
      throw damagedBackupError(path, "its content is not what its checksum says");
    return manifest;
  } catch (error) {
    await file.close();
    await rm(library, { force: true });
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "Z_DATA_ERROR" && sizeBytes === 0) throw notBackup(path, error);
    if (code.startsWith("Z_"))
      throw damagedBackupError(
        path,
        code === "Z_BUF_ERROR" ? "it is cut off" : "it can't be unpacked",
        error,
      );
    throw error;
  }
}

function parseHead(
  head: Buffer,
  path: string,
): { readonly manifest: Manifest; readonly body: Buffer } | undefined {
  const first = head.indexOf(10);
  if (
    first > 0 ? head.toString("latin1", 0, first) !== FIRST_LINE : head.length > FIRST_LINE.length
  )
    throw notBackup(path);
  const second = first < 0 ? -1 : head.indexOf(10, first + 1);
  if (second < 0) {
    if (head.length > MAX_HEAD_BYTES) throw notBackup(path);
    return undefined;
  }
  return {
    manifest: parseManifest(head.toString("utf8", first + 1, second), path),
    body: head.subarray(second + 1),
  };
}

function parseManifest(json: string, path: string): Manifest {
  const wrong = (cause?: unknown): MediasearchError =>
    damagedBackupError(path, "its description can't be read", cause);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw wrong(error);
  }
  const { createdAt, schema, files, segments, embedder, sizeBytes, sha256 } = (value ??
    {}) as Readonly<Record<string, unknown>>;
  const isCount = (one: unknown): one is number => Number.isSafeInteger(one) && Number(one) >= 0;
  if (
    typeof createdAt !== "string" ||
    !isCount(schema) ||
    !isCount(files) ||
    !isCount(segments) ||
    !isCount(sizeBytes) ||
    typeof sha256 !== "string" ||
    !/^[0-9a-f]{64}$/.test(sha256)
  )
    throw wrong();
  return {
    createdAt: cleanName(createdAt) ?? "",
    schema,
    files,
    segments,
    embedder: typeof embedder === "string" ? cleanName(embedder) : null,
    sizeBytes,
    sha256,
  };
}

/** A library is packed to a third or less; the rest is for small ones. */
const MAX_RATIO = 100;
const ALWAYS_ALLOWED_BYTES = 64 * 2 ** 20;

/** What a backup declares must be plausible, and have room, before any of it is written. */
async function refuseBomb(path: string, library: string, { sizeBytes }: Manifest): Promise<void> {
  const packed = await stat(path);
  if (sizeBytes > ALWAYS_ALLOWED_BYTES + MAX_RATIO * packed.size)
    throw damagedBackupError(path, "it declares more than its size can hold");
  const disk = await statfs(dirname(library));
  if (sizeBytes > disk.bavail * disk.bsize)
    throw new MediasearchError("NO_SPACE", `${path}: no room to unpack it`, {
      subject: path,
      hint: `free ${formatBytes(sizeBytes)} at ${dirname(library)}`,
    });
}

const notBackup = (path: string, cause?: unknown): MediasearchError =>
  new MediasearchError("SCHEMA_MISMATCH", `${path}: not a backup of mediasearch`, {
    subject: path,
    hint: "name a file that `mediasearch backup FILE` wrote",
    cause,
  });

const damagedBackupError = (path: string, why: string, cause?: unknown): MediasearchError =>
  new MediasearchError("SCHEMA_MISMATCH", `${path}: the backup is damaged: ${why}`, {
    subject: path,
    hint: "nothing was changed; take another backup",
    cause,
  });
