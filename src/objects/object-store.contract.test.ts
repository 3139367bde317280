import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startS3 } from "../../test/helpers/s3.ts";
import { openMemory } from "./memory/open.ts";
import { bytes, OBJECT_CASES, objectStoreContract } from "./object-store.contract.ts";
import { type ObjectStore, readAll } from "./object-store.ts";
import { openS3, type S3Objects } from "./s3/open.ts";

let server: S3Server;
let objects: S3Objects;
let n = 0;
beforeAll(async () => {
  server = await startS3({ pageSize: 300 });
  objects = openS3(server.options);
});
afterAll(async () => {
  objects.close();
  await server.stop();
});

objectStoreContract("in memory", async () => openMemory().bucket("media"), { manyObjects: 605 });
objectStoreContract(
  "S3",
  async (): Promise<ObjectStore> => {
    const Bucket = `bucket-${n++}`;
    await objects.client.send(new CreateBucketCommand({ Bucket }));
    return objects.bucket(Bucket);
  },
  { manyObjects: 605 },
);

const BUGS: Readonly<Record<string, (store: ObjectStore) => Partial<ObjectStore>>> = {
  "adds a byte": (store) => ({
    put: async (key, body, options) => store.put(key, bytes(await readAll(body), "!"), options),
  }),
  "ignores where a range ends": (store) => ({
    get: (key, options) => store.get(key, { ...options, end: undefined }),
  }),
  "takes the end for the last byte": (store) => ({
    get: (key, options = {}) =>
      store.get(key, { ...options, end: options.end === undefined ? undefined : options.end + 1 }),
  }),
  "reads the whole beyond the end": (store) => ({
    async *get(key, options = {}) {
      yield* store.get(
        key,
        (options.start ?? 0) >= ((await store.stat(key))?.sizeBytes ?? 0) ? {} : options,
      );
    },
  }),
  "gives nothing for what is missing": (store) => ({
    async *get(key, options) {
      if (await store.stat(key)) yield* store.get(key, options);
    },
  }),
  "does not look at the tag": (store) => ({
    get: (key, options) => store.get(key, { ...options, etag: undefined }),
  }),
  "replaces what is there": (store) => ({
    put: (key, body, options) => store.put(key, body, { ...options, ifAbsent: false }),
  }),
  "never replaces": (store) => ({
    put: async (key, body, options) =>
      (await store.put(key, body, { ...options, ifAbsent: true })) ?? store.stat(key),
  }),
  "keeps half a body": (store) => ({
    async put(key, body, options) {
      const parts: Uint8Array[] = [];
      try {
        for await (const part of body) parts.push(part);
      } catch (error) {
        await store.put(key, bytes(...parts));
        throw error;
      }
      return store.put(key, bytes(...parts), options);
    },
  }),
  "goes on when told to stop": (store) => ({
    put: (key, body, options = {}) => store.put(key, body, { ...options, signal: undefined }),
  }),
  "lists one page": (store) => ({
    async *list(prefix) {
      let n = 0;
      for await (const one of store.list(prefix)) if (n++ < 300) yield one;
    },
  }),
  "lists folders only": (store) => ({
    list: (prefix, signal) =>
      store.list(prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`, signal),
  }),
  "lists in another order": (store) => ({
    async *list(prefix, signal) {
      const all = [];
      for await (const one of store.list(prefix, signal)) all.unshift(one);
      yield* all;
    },
  }),
  "tidies keys": (store) => ({
    put: (key, body, options) => store.put(key.replaceAll("//", "/"), body, options),
    get: (key, options) => store.get(key.replaceAll("//", "/"), options),
  }),
  "decodes keys": (store) => ({
    async *list(prefix, signal) {
      for await (const one of store.list(prefix, signal))
        yield { ...one, key: one.key.replaceAll("+", " ") };
    },
  }),
  "has one tag for all": (store) => ({
    stat: async (key) => {
      const stat = await store.stat(key);
      return stat && { ...stat, etag: "same" };
    },
  }),
  "fails to remove twice": (store) => ({
    remove: async (key) => {
      if (!(await store.stat(key))) throw new Error("none");
      await store.remove(key);
    },
  }),
  "does not remove": () => ({ remove: async () => {} }),
  "sees folders as objects": (store) => ({
    stat: async (key) => {
      for await (const one of store.list(key.replace(/\/?$/, "/"))) return { ...one, key };
      return store.stat(key);
    },
  }),
};

describe("the contract suite catches an object store that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      let broken = 0;
      for (const { run } of OBJECT_CASES) {
        const store = openMemory().bucket("media");
        await run({ ...store, ...plant(store) }, { manyObjects: 305 }).catch(() => broken++);
      }
      expect(broken).toBeGreaterThan(0);
    });
});
