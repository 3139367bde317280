import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { MediasearchError } from "../../errors.ts";
import { type ObjectStat, type ObjectStore, type Objects, readAll } from "../object-store.ts";

interface StoredObject {
  readonly stat: ObjectStat;
  readonly body: Buffer;
}

/** Opens buckets that live as long as the process. A bucket exists from its first use. */
export function openMemory(): Objects {
  const buckets = new Map<string, ObjectStore>();
  return {
    bucket(name) {
      const existing = buckets.get(name) ?? memoryBucket(name);
      buckets.set(name, existing);
      return existing;
    },
    link: async (bucket, key) => `memory://${bucket}/${encodeURIComponent(key)}`,
    async upload(bucket, key, path, { overwrite, signal }) {
      const store = this.bucket(bucket);
      const existing = await store.stat(key);
      const body = await readFile(path);
      if (existing && (await readAll(store.get(key))).equals(body)) return "present";
      if (existing && !overwrite)
        throw new MediasearchError(
          "USAGE",
          `s3://${bucket}/${key}: there is another object of this name`,
          { subject: key },
        );
      await store.put(
        key,
        (async function* () {
          yield body;
        })(),
        { signal },
      );
      return "uploaded";
    },
    close: () => {},
  };
}

function memoryBucket(bucket: string): ObjectStore {
  const entries = new Map<string, StoredObject>();
  return {
    bucket,
    async put(key, body, { ifAbsent = false, signal } = {}) {
      const whole = await readAll(body);
      signal?.throwIfAborted();
      if (ifAbsent && entries.has(key)) return undefined;
      const stat = {
        key,
        sizeBytes: whole.length,
        mtimeMs: Date.now(),
        etag: createHash("md5").update(whole).digest("hex"),
      };
      entries.set(key, { stat, body: whole });
      return stat;
    },
    async *get(key, { start = 0, end = Infinity, etag, signal } = {}) {
      signal?.throwIfAborted();
      const entry = entries.get(key);
      if (!entry)
        throw new MediasearchError("NOT_FOUND", `s3://${bucket}/${key}: does not exist`, {
          subject: key,
        });
      if (etag !== undefined && entry.stat.etag !== etag)
        throw new MediasearchError(
          "IO_FAILED",
          `s3://${bucket}/${key}: changed while it was read`,
          { subject: key },
        );
      const part = entry.body.subarray(start, end);
      if (part.length > 0) yield part;
    },
    async stat(key) {
      return entries.get(key)?.stat;
    },
    async *list(prefix, signal) {
      const found = [...entries.values()]
        .map(({ stat }) => stat)
        .filter(({ key }) => key.startsWith(prefix));
      for (const stat of found.toSorted((a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)),
      )) {
        signal?.throwIfAborted();
        yield stat;
      }
    },
    async remove(key) {
      entries.delete(key);
    },
  };
}
