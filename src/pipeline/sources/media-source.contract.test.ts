import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import { openMemory } from "../../objects/memory/open.ts";
import { bytes } from "../../objects/object-store.contract.ts";
import { openBucketSource } from "./bucket/open.ts";
import { openFolderSource } from "./folder/open.ts";
import { mediaSourceContract, SOURCE_CASES, type SourceFixture } from "./media-source.contract.ts";
import type { MediaSource } from "./media-source.ts";

async function folderFixture(): Promise<SourceFixture> {
  const root = join(tempFolder(), "root");
  await mkdir(root);
  const locationOf = (name: string): string => join(root, name);
  return {
    source: openFolderSource({ stableMs: 40 }),
    root,
    locationOf,
    patienceMs: 10_000,
    async write(name, content) {
      await mkdir(dirname(locationOf(name)), { recursive: true });
      await writeFile(locationOf(name), content);
    },
    remove: (name) => rm(locationOf(name)),
    readInput: async (input) => readFile(input as string),
  };
}

async function bucketFixture(): Promise<SourceFixture> {
  const objects = openMemory();
  const store = objects.bucket("media");
  const root = "s3://media/talks";
  return {
    source: openBucketSource({ objects: async () => objects, pollMs: 40 }),
    root,
    patienceMs: 10_000,
    locationOf: (name) =>
      name.startsWith("../") ? `s3://media/${name.slice(3)}` : `${root}/${name}`,
    write: async (name, content) => void (await store.put(`talks/${name}`, bytes(content))),
    remove: (name) => store.remove(`talks/${name}`),
    async readInput(input) {
      if (typeof input === "string") throw new Error(`${input}: a path, not bytes`);
      return Buffer.from(await input.read(0, input.sizeBytes));
    },
  };
}

mediaSourceContract("of folders", folderFixture);
mediaSourceContract("of buckets", bucketFixture);

const BUGS: Readonly<Record<string, (source: MediaSource) => Partial<MediaSource>>> = {
  "lists other files than media": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters)) {
        yield item;
        if (item.type === "file")
          yield { ...item, file: { ...item.file, path: `${item.file.path}.txt` } };
      }
    },
  }),
  "lists a file twice": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters)) {
        yield item;
        yield item;
      }
    },
  }),
  "forgets captions of their own": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters))
        if (item.type !== "file" || item.file.kind === "media") yield item;
    },
  }),
  "does not pair captions with media": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters))
        yield item.type === "file" ? { ...item, file: { ...item.file, sidecar: null } } : item;
    },
  }),
  "has one key for all captions": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters)) {
        const sidecar = item.type === "file" ? item.file.sidecar : null;
        yield item.type === "file" && sidecar
          ? { ...item, file: { ...item.file, sidecar: { ...sidecar, stat: "same" } } }
          : item;
      }
    },
  }),
  "ignores globs": (source) => ({
    list: (root, filters) =>
      source.list(root, { ...filters, accepts: () => true, excludesFolder: () => false }),
  }),
  "says nothing of a root that is not there": (source) => ({
    async *list(root, filters) {
      for await (const item of source.list(root, filters)) if (item.type === "file") yield item;
    },
  }),
  "tells of a file that is not there": (source) => ({
    stat: async (location, signal) =>
      (await source.stat(location, signal)) ?? { sizeBytes: 0, mtimeMs: 0 },
  }),
  "tells another size": (source) => ({
    stat: async (location, signal) => {
      const stat = await source.stat(location, signal);
      return stat && { ...stat, sizeBytes: stat.sizeBytes + 1 };
    },
  }),
  "reads on past the head": (source) => ({
    head: (location, maxBytes, signal) => source.head(location, maxBytes + 1, signal),
  }),
  "reads large files whole": (source) => ({
    read: (location, _, signal) => source.read(location, Infinity, signal),
  }),
  "reads small files not at all": () => ({ read: async () => undefined }),
  "tells of nothing that is watched": () => ({
    watch: async (_, { signal }) =>
      (async function* () {
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        });
        yield [];
      })(),
  }),
  "does not tell what went": (source) => ({
    watch: async (roots, options) => {
      const changes = await source.watch(roots, options);
      return (async function* () {
        for await (const batch of changes) {
          const there: string[] = [];
          for (const one of batch) if (await source.stat(one, options.signal)) there.push(one);
          yield there;
        }
      })();
    },
  }),
  "ends a watch without the reason": (source) => ({
    watch: async (roots, options) => {
      const changes = await source.watch(roots, options);
      return (async function* () {
        try {
          yield* changes;
        } catch {
          // Ends as if nothing more could change.
        }
      })();
    },
  }),
  "takes all that changed for there": () => ({
    sortChanges: async (changed) => ({ there: changed, gone: [] }),
  }),
  "takes all that changed for gone": () => ({
    sortChanges: async (changed) => ({ there: [], gone: changed }),
  }),
  "forgets media whose captions are gone": (source) => ({
    sortChanges: (changed, roots, store) =>
      source.sortChanges(
        changed.filter((location) => !location.endsWith(".vtt")),
        roots,
        store,
      ),
  }),
  "finds nothing deleted": () => ({
    findDeleted: async () => ({ deleted: [], forgotten: [], offline: new Map() }),
  }),
  "looks for deleted files everywhere": (source) => ({
    findDeleted: async (_, known) => {
      const deleted: string[] = [];
      for await (const { id, state } of known.catalog.list())
        if (state !== "deleted" && !(await source.stat(id, known.signal))) deleted.push(id);
      return { deleted, forgotten: [], offline: new Map() };
    },
  }),
  "deletes what is offline": (source) => ({
    findDeleted: async (roots, known) => {
      const found = await source.findDeleted(roots, known);
      const assets = await Array.fromAsync(known.catalog.list());
      return found.offline.size > 0
        ? { deleted: assets.map(({ id }) => id), forgotten: [], offline: new Map() }
        : found;
    },
  }),
};

/** Only an implementation that knows tags can have this one. */
const TAG_BUG = (source: MediaSource): Partial<MediaSource> => ({
  open: (location, _, signal) => source.open(location, undefined, signal),
});

async function brokenCases(
  open: () => Promise<SourceFixture>,
  plant: (source: MediaSource) => Partial<MediaSource>,
): Promise<string[]> {
  const isOfWatch = "watch" in plant((await open()).source);
  const broken = await Promise.all(
    SOURCE_CASES.filter(({ isSlow = false }) => isSlow === isOfWatch).map(async ({ law, run }) => {
      const fixture = await open();
      const source = { ...fixture.source, ...plant(fixture.source) };
      return run({ ...fixture, source, patienceMs: 800 }).then(
        () => [],
        () => [law],
      );
    }),
  );
  return broken.flat();
}

describe("the contract suite catches a source that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      expect(await brokenCases(bucketFixture, plant)).not.toEqual([]);
      expect(await brokenCases(folderFixture, plant)).not.toEqual([]);
    });

  it("opens another content than was listed", async () => {
    expect(await brokenCases(bucketFixture, TAG_BUG)).not.toEqual([]);
  });
});
