import { randomUUID } from "node:crypto";
import type { Settings } from "../config/settings.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { formatBytes } from "../text/format.ts";
import { failed, ok, type CheckStep } from "../check.ts";
import { networkSteps } from "./network.ts";

const S3_GROUP = "S3";
/** More than one part of a multipart upload. */
const LARGE_BYTES = 9 * 1_048_576;
const OBJECT_STORE_CHECK_MS = 30_000;

/**
 * The steps to the object store, from the address to a large upload. What they write they remove.
 */
export function objectStoreSteps(settings: Settings): readonly CheckStep[] {
  const { s3Endpoint: url, mediaBucket, caFile } = settings;
  const network =
    url === undefined
      ? []
      : networkSteps({ url, setting: "VAST_S3_ENDPOINT", group: S3_GROUP, caFile });
  const probe: Probe = { key: `.mediasearch-doctor/${randomUUID()}` };
  return [
    ...network,
    bucketStep(settings, probe),
    ...(mediaBucket === undefined ? [] : [writeStep(mediaBucket, probe), uploadStep(probe)]),
  ];
}

/** What the steps share: the bucket that an earlier one opened, and the key that they write to. */
interface Probe {
  readonly key: string;
  bucket?: ObjectStore;
  close?: () => void;
}

function openedBucket({ bucket }: Probe): ObjectStore {
  if (!bucket) throw new MediasearchError("BUG", "the step before this one left nothing");
  return bucket;
}

const bucketStep = (settings: Settings, probe: Probe): CheckStep => ({
  check: "S3 bucket",
  group: S3_GROUP,
  tried: `list the bucket ${settings.mediaBucket ?? ""}`,
  code: "CREDENTIALS",
  timeoutMs: OBJECT_STORE_CHECK_MS,
  async run(signal) {
    const { mediaBucket } = settings;
    if (mediaBucket === undefined) return ok("no MEDIA_BUCKET to look into");
    const { openS3 } = await import("../objects/s3/open.ts");
    const objects = openS3({
      endpoint: settings.s3Endpoint,
      region: settings.region,
      accessKeyId: settings.accessKeyId,
      secretAccessKey: settings.secretAccessKey,
      profile: settings.awsProfile,
      caFile: settings.caFile,
      pathStyle: settings.pathStyle,
    });
    probe.close = () => objects.close();
    probe.bucket = objects.bucket(mediaBucket);
    try {
      for await (const { key } of probe.bucket.list("", signal))
        return ok(`bucket ${mediaBucket}, first key ${key}`);
      return ok(`bucket ${mediaBucket}, empty`);
    } catch (error) {
      if (toMediasearchError(error).code !== "IO_FAILED" || !(await isDatabase(settings, signal)))
        throw error;
      return failed(
        "VAST_S3_ENDPOINT is the address of VAST DataBase, which answers no S3 there",
        "give the S3 address in VAST_S3_ENDPOINT and the DataBase's in VAST_ENDPOINT",
        "USAGE",
      );
    }
  },
});

const writeStep = (mediaBucket: string, probe: Probe): CheckStep => ({
  check: "S3 right to write",
  group: S3_GROUP,
  tried: "write, read and remove an object",
  code: "CREDENTIALS",
  timeoutMs: OBJECT_STORE_CHECK_MS,
  async run(signal) {
    const bucket = openedBucket(probe);
    try {
      await bucket.put(probe.key, probeBody(1000), { signal });
    } catch (error) {
      const ours = toMediasearchError(error);
      if (ours.code !== "CREDENTIALS") throw ours;
      return failed(
        `the key may read ${mediaBucket} and not write it`,
        "allow s3:PutObject on the bucket; searching and indexing need no more than reading, uploads do",
      );
    }
    const { readAll } = await import("../objects/object-store.ts");
    const back = await readAll(bucket.get(probe.key, { signal }));
    await bucket.remove(probe.key);
    return back.length === 1000
      ? ok("writes, reads and removes")
      : failed(
          `wrote 1000 bytes and read ${back.length}`,
          "report it with the server's name and version",
        );
  },
});

const uploadStep = (probe: Probe): CheckStep => ({
  check: "S3 large upload",
  group: S3_GROUP,
  tried: "upload an object in parts",
  code: "IO_FAILED",
  timeoutMs: OBJECT_STORE_CHECK_MS,
  async run(signal) {
    const bucket = openedBucket(probe);
    const startedAt = performance.now();
    const stat = await bucket.put(probe.key, probeBody(LARGE_BYTES), { signal });
    const seconds = (performance.now() - startedAt) / 1000;
    await bucket.remove(probe.key);
    probe.close?.();
    return stat?.sizeBytes === LARGE_BYTES
      ? ok(`uploads in parts, ${formatBytes(LARGE_BYTES / seconds)}/s`)
      : failed(
          `uploaded ${LARGE_BYTES} bytes, of which ${stat?.sizeBytes ?? 0} are there`,
          "report it with the server's name and version",
        );
  },
});

async function* probeBody(length: number): AsyncIterable<Uint8Array> {
  const piece = new Uint8Array(65_536).fill(120);
  for (let left = length; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length));
}

/** Whether the DataBase answers at the address that was given for S3. */
async function isDatabase(
  { s3Endpoint, accessKeyId, secretAccessKey }: Settings,
  signal: AbortSignal,
): Promise<boolean> {
  if (s3Endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    return false;
  const { connectClient } = await import("../backends/vast/wire/client.ts");
  return connectClient({
    endpoint: s3Endpoint,
    accessKeyId,
    secretAccessKey,
    timeoutMs: 3000,
    signal,
  }).then(
    (client) => {
      client.close();
      return true;
    },
    () => false,
  );
}
