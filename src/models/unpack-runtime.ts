import {
  existsSync,
  mkdtempSync,
  promises as files,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { arch, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sha256 } from "@noble/hashes/sha2.js";
import { MediasearchError } from "../errors.ts";
import { privateFolder, privateTemporaryFolder } from "../private-folder.ts";
import { sweepUnfinished, unfinishedPath } from "../unfinished.ts";
import { runtime } from "./runtime-folder.ts";

/** Loaded where it is needed: a search by meaning waits for everything here. */
const crypto = () => process.getBuiltinModule("node:crypto");

/** One file of the runtime as the package carries it: compressed with Brotli, pinned. */
interface PackedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of what is unpacked, hexadecimal. */
  readonly digest: string;
}

/** What scripts/pack-native-parts.js writes into dist/runtime/manifest.json. */
interface Manifest {
  readonly version: string;
  /** By `platform-arch` as Node names them. */
  readonly platforms: Readonly<Record<string, readonly PackedFile[]>>;
}

const PACKED = fileURLToPath(new URL("../runtime", import.meta.url));
/**
 * How long after it was unpacked a library of another version stays: an older program may be using
 * it. When it was last used is not noted anywhere.
 */
const KEPT_AFTER_UNPACKING_MS = 30 * 24 * 3_600_000;

let unpacking: Promise<string> | undefined;

/**
 * Puts ONNX Runtime's native parts where `runtime.folder` says. The package carries them
 * compressed, for every platform; this platform's are unpacked once, into the user's private cache.
 * A checkout has none packed and uses those of the package onnxruntime-node.
 * @throws MISSING_TOOL where there is none for this platform, or the package is damaged.
 */
export async function unpackRuntime(): Promise<string> {
  unpacking ??= (runtime.provide ?? unpackHere)();
  try {
    runtime.folder = await unpacking;
  } catch (error) {
    unpacking = undefined;
    throw error;
  }
  return runtime.folder;
}

const unpackHere = async (): Promise<string> =>
  existsSync(join(PACKED, "manifest.json"))
    ? unpack(PACKED, privateFolder("runtime") ?? privateTemporaryFolder("runtime"))
    : inCheckout();

async function inCheckout(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(main), "../bin/napi-v6", platform, arch);
}

/**
 * The folder that this platform's packedFiles are in afterwards: one in `place`, or where `place`
 * is undefined one that is removed when this process ends.
 * @param packed has `manifest.json` and `PLATFORM-ARCH/NAME.br`.
 */
export async function unpack(packed: string, cacheFolder: string | undefined): Promise<string> {
  const { version, platforms } = JSON.parse(
    readFileSync(join(packed, "manifest.json"), "utf8"),
  ) as Manifest;
  const target = `${platform}-${arch}`;
  const packedFiles = platforms[target];
  if (packedFiles === undefined)
    throw new MediasearchError(
      "MISSING_TOOL",
      `onnxruntime ${version} has no build for ${platform} on ${arch}`,
      { hint: `use one of ${Object.keys(platforms).join(", ")}` },
    );
  const source = join(packed, target);
  if (cacheFolder === undefined) return unpackForThisProcess(source, packedFiles);
  // Not by `node:crypto`, which takes longer to load than this digest and the one of the query.
  const digest = Buffer.from(sha256(Buffer.from(JSON.stringify(packedFiles))))
    .toString("hex")
    .slice(0, 8);
  const folder = join(cacheFolder, `onnxruntime-${version}-${target}-${digest}`);
  if (isWhole(folder, packedFiles)) return folder;
  await sweepUnfinished(cacheFolder);
  await removeOld(cacheFolder);
  const temporary = unfinishedPath(cacheFolder);
  try {
    await unpackInto(temporary, source, packedFiles);
    await replaceFolder(temporary, folder, packedFiles);
  } finally {
    await files.rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Where no folder is safe, each process unpacks for itself and removes it at its end. */
async function unpackForThisProcess(
  source: string,
  packedFiles: readonly PackedFile[],
): Promise<string> {
  const own = mkdtempSync(join(tmpdir(), "mediasearch-runtime-"));
  process.on("exit", () => rmSync(own, { recursive: true, force: true }));
  await unpackInto(own, source, packedFiles);
  return own;
}

/** By sizes only: nobody else can write there, and each file came there whole. */
const isWhole = (folder: string, packedFiles: readonly PackedFile[]): boolean =>
  packedFiles.every(
    ({ name, sizeBytes }) =>
      statSync(join(folder, name), { throwIfNoEntry: false })?.size === sizeBytes,
  );

/** Another process may have been quicker; what it unpacked is the same. */
async function replaceFolder(
  temporary: string,
  folder: string,
  packedFiles: readonly PackedFile[],
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await files.rename(temporary, folder);
    } catch (error) {
      if (isWhole(folder, packedFiles)) return;
      if (tries === 3) throw error;
      await files.rm(folder, { recursive: true, force: true });
    }
  }
}

async function unpackInto(
  folder: string,
  source: string,
  packedFiles: readonly PackedFile[],
): Promise<void> {
  await files.mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(packedFiles.map((file) => unpackFile(file, source, folder)));
}

async function unpackFile(file: PackedFile, source: string, folder: string): Promise<void> {
  const packed = join(source, `${file.name}.br`);
  const damaged = (reason: string, cause?: unknown): MediasearchError =>
    new MediasearchError("MISSING_TOOL", `${packed}: ${reason}`, {
      subject: packed,
      hint: "npm install --global mediasearch   (its folder is not whole)",
      cause,
    });
  const decompress = promisify(process.getBuiltinModule("node:zlib").brotliDecompress);
  const content = await files
    .readFile(packed)
    .then((bytes) => decompress(bytes, { maxOutputLength: file.sizeBytes }))
    .catch((cause: unknown) => {
      throw damaged("is damaged or not there", cause);
    });
  if (crypto().createHash("sha256").update(content).digest("hex") !== file.digest)
    throw damaged("has another SHA-256 than it should");
  await files.writeFile(join(folder, file.name), content, { flag: "wx", mode: 0o700, flush: true });
}

/**
 * Removes what versions of long ago left behind. What can't be removed stays: on Windows a library
 * that another program has loaded is such a file.
 */
async function removeOld(cacheFolder: string): Promise<void> {
  for (const name of await files.readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    const unpackedAtMs = await files.stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - unpackedAtMs > KEPT_AFTER_UNPACKING_MS)
      await files.rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
