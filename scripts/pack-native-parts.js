// Puts the native parts of packages, for every platform, into dist/: SQLite's as they are into
// dist/sqlite; ONNX Runtime's compressed into dist/runtime, with their digests, which
// src/models/unpack-runtime.ts unpacks on the user's machine. npm runs it before it packs or
// publishes; a checkout uses those of node_modules. What was compressed once is kept, by its
// digest.
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = `${root}node_modules/onnxruntime-node`;
const dist = process.argv[2] ?? `${root}dist`;
const target = `${dist}/runtime`;
const kept = `${root}node_modules/.cache/mediasearch-runtime`;
/** 3 % smaller than with 5, in four times its time; 9 saves 5 % and takes 15 times as long. */
const QUALITY = 7;

const LIBRARIES = {
  "linux-x64": "libonnxruntime.so.1",
  "linux-arm64": "libonnxruntime.so.1",
  "darwin-arm64": "libonnxruntime.1.dylib",
  "win32-x64": "onnxruntime.dll",
  "win32-arm64": "onnxruntime.dll",
};

/** @param {Buffer} bytes @param {string} digest */
async function compressed(bytes, digest) {
  const path = `${kept}/${digest}-${QUALITY}.br`;
  const known = await readFile(path).catch(() => null);
  if (known) return known;
  const packed = await promisify(brotliCompress)(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, packed);
  await rename(part, path);
  return packed;
}

/** @param {string} platform @param {string} name */
async function pack(platform, name) {
  const bytes = await readFile(`${source}/bin/napi-v6/${platform.replace("-", "/")}/${name}`);
  const digest = createHash("sha256").update(bytes).digest("hex");
  await writeFile(`${target}/${platform}/${name}.br`, await compressed(bytes, digest));
  return { name, sizeBytes: bytes.length, digest };
}

await rm(target, { recursive: true, force: true });
await mkdir(kept, { recursive: true });
/** @type {Record<string, unknown>} */
const platforms = {};
for (const [platform, library] of Object.entries(LIBRARIES)) {
  await mkdir(`${target}/${platform}`, { recursive: true });
  const names = ["onnxruntime_binding.node", library];
  platforms[platform] = await Promise.all(names.map((name) => pack(platform, name)));
}
const { version } = JSON.parse(await readFile(`${source}/package.json`, "utf8"));
await writeFile(`${target}/manifest.json`, `${JSON.stringify({ version, platforms }, null, 1)}\n`);
await rm(`${dist}/sqlite`, { recursive: true, force: true });
await cp(`${root}node_modules/better-sqlite3/prebuilds`, `${dist}/sqlite`, { recursive: true });
