import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { AssetStatus } from "../../backends/catalog.ts";
import { folderOf, type Location } from "../../location.ts";
import type { MediaInput } from "../../media/byte-source.ts";
import type { FileCandidate, ScanItem } from "../scan/candidate.ts";
import { createScanFilters } from "../scan/scan-filters.ts";
import type { KnownAssets, KnownFiles, MediaSource } from "./media-source.ts";

/** An empty place with a source that looks at it. */
export interface SourceFixture {
  readonly source: MediaSource;
  /** A folder in which nothing is yet. */
  readonly root: Location;
  readonly locationOf: (name: string) => Location;
  readonly write: (name: string, content: string | Buffer) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
  /** How long a change is waited for. */
  readonly patienceMs: number;
  /** Reads what `open` gave. */
  readonly readInput: (input: MediaInput) => Promise<Buffer>;
}

export interface SourceCase {
  readonly law: string;
  /** It waits for changes. */
  readonly isSlow?: boolean;
  readonly run: (fixture: SourceFixture) => Promise<void>;
}

/** The beginning of an MP3 file. */
const MP3 = Buffer.concat([Buffer.from("ID3"), Buffer.alloc(61)]);
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

const list = (
  { source }: SourceFixture,
  root: Location,
  options: { readonly include?: readonly string[]; readonly exclude?: readonly string[] } = {},
): Promise<ScanItem[]> =>
  Array.fromAsync(
    source.list(
      root,
      createScanFilters({
        include: [],
        exclude: [],
        language: undefined,
        signal: never,
        ...options,
      }),
    ),
  );
const filesOf = (items: readonly ScanItem[]): FileCandidate[] =>
  items.flatMap((item) => (item.type === "file" ? [item.file] : []));
const namesOf = (items: readonly ScanItem[], { root }: SourceFixture): string[] =>
  filesOf(items).map(({ path }) => path.slice(root.length).replace(/^\//, ""));

function asset(id: Location, more: Partial<AssetStatus> = {}): AssetStatus {
  return {
    id,
    state: "indexed",
    sizeBytes: 1,
    mtimeMs: 1,
    sidecarKey: "",
    fingerprint: "f",
    origin: "asr",
    engine: "test",
    language: "en",
    durationMs: 1,
    recordedAtMs: null,
    segmentCount: 1,
    speakers: [],
    indexedAtMs: Date.now() + HOUR_MS,
    error: null,
    ...more,
  } as AssetStatus;
}

function catalogOf(...assets: readonly AssetStatus[]): KnownAssets {
  const sorted = assets.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  return {
    async *list() {
      yield* sorted;
    },
    get: async (id) => assets.find((one) => one.id === id),
  };
}
const known = (...assets: readonly AssetStatus[]): KnownFiles => ({
  catalog: catalogOf(...assets),
  jobs: [],
  signal: never,
});

/** The law of `MediaSource`. A case goes here when every source must obey it. */
export const SOURCE_CASES: readonly SourceCase[] = [
  {
    law: "lists media and lone captions below a root once each, and no hidden or other files",
    async run(fixture) {
      for (const name of ["b.mp3", "a/deep/c.flac", "lone.vtt", ".hidden.mp3", "a/.cache/x.mp3"])
        await fixture.write(name, MP3);
      await fixture.write("notes.txt", "no media");
      await fixture.write("unknown", MP3);
      await fixture.write("readme", "no media either, but long enough to look like something");
      const items = await list(fixture, fixture.root);
      expect(namesOf(items, fixture).toSorted()).toEqual([
        "a/deep/c.flac",
        "b.mp3",
        "lone.vtt",
        "unknown",
      ]);
      expect(filesOf(items).find(({ path }) => path.endsWith("lone.vtt"))?.kind).toBe("captions");
    },
  },
  {
    law: "pairs media with the captions beside it, whose key changes with them",
    async run(fixture) {
      await fixture.write("talk.mp4", MP3);
      await fixture.write("talk.en.srt", "one");
      const [first] = filesOf(await list(fixture, fixture.root));
      expect(first?.sidecar?.path).toBe(fixture.locationOf("talk.en.srt"));
      expect(first?.captionsBeside).toEqual([fixture.locationOf("talk.en.srt")]);
      await fixture.write("talk.en.srt", "another");
      const [second] = filesOf(await list(fixture, fixture.root));
      expect(second?.sidecar?.stat).not.toBe(first?.sidecar?.stat);
    },
  },
  {
    law: "lists what the globs let through",
    async run(fixture) {
      for (const name of ["a/one.mp3", "a/two.wav", "b/three.mp3"]) await fixture.write(name, MP3);
      const items = await list(fixture, fixture.root, { include: ["*.mp3"], exclude: ["b/**"] });
      expect(namesOf(items, fixture)).toEqual(["a/one.mp3"]);
    },
  },
  {
    law: "lists a file that is named alone, for captions their media, and tells what is not there",
    async run(fixture) {
      await fixture.write("talk.mp4", MP3);
      await fixture.write("talk.vtt", "WEBVTT");
      await fixture.write("other.mp3", MP3);
      for (const name of ["talk.mp4", "talk.vtt"])
        expect(namesOf(await list(fixture, fixture.locationOf(name)), fixture)).toEqual([
          "talk.mp4",
        ]);
      expect(await list(fixture, fixture.locationOf("none.mp3"))).toMatchObject([
        { type: "unreadable", error: { code: "NOT_FOUND" } },
      ]);
    },
  },
  {
    law: "tells size and time of what is there, as it lists them, and nothing of what is not",
    async run(fixture) {
      await fixture.write("a/b.mp3", MP3);
      const location = fixture.locationOf("a/b.mp3");
      const stat = await fixture.source.stat(location, never);
      const [listed] = filesOf(await list(fixture, fixture.root));
      expect(stat?.sizeBytes).toBe(MP3.length);
      expect(listed).toMatchObject({
        sizeBytes: MP3.length,
        mtimeMs: Math.floor(stat?.mtimeMs ?? 0),
      });
      expect(listed?.etag).toBe(stat?.etag);
      expect(await fixture.source.stat(fixture.locationOf("a/none.mp3"), never)).toBeUndefined();
      expect(await fixture.source.stat(fixture.locationOf("none/b.mp3"), never)).toBeUndefined();
    },
  },
  {
    law: "reads the beginning of a file, the whole of a small one, and refuses what is not there",
    async run(fixture) {
      const { source } = fixture;
      await fixture.write("a.vtt", "WEBVTT");
      const location = fixture.locationOf("a.vtt");
      expect((await source.head(location, 3, never)).toString()).toBe("WEB");
      expect((await source.head(location, 100, never)).toString()).toBe("WEBVTT");
      expect((await source.read(location, 6, never))?.toString()).toBe("WEBVTT");
      expect(await source.read(location, 5, never)).toBeUndefined();
      const none = fixture.locationOf("none.vtt");
      await expect(source.read(none, 5, never)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(source.head(none, 5, never)).rejects.toMatchObject({ code: "NOT_FOUND" });
    },
  },
  {
    law: "opens the bytes of a file, and never those of another than was listed",
    async run(fixture) {
      const { source, readInput } = fixture;
      const location = fixture.locationOf("a.mp3");
      await fixture.write("a.mp3", "first");
      expect((await readInput(await source.open(location, undefined, never))).toString()).toBe(
        "first",
      );
      const [listed] = filesOf(await list(fixture, location));
      await fixture.write("a.mp3", "other");
      if (listed?.etag !== undefined) {
        const { sizeBytes, etag } = listed;
        const read = source.open(location, { sizeBytes, etag }, never).then(readInput);
        await expect(read).rejects.toMatchObject({ code: "IO_FAILED" });
      }
    },
  },
  {
    law: "tells what comes, changes and goes below the roots, until it is stopped",
    isSlow: true,
    async run(fixture) {
      await fixture.write("kept.mp3", "1");
      const stop = new AbortController();
      const told = new Set<Location>();
      const changes = (
        await fixture.source.watch([fixture.root], { signal: stop.signal, onNotice: () => {} })
      )[Symbol.asyncIterator]();
      const first = changes.next();
      const ended = (async () => {
        for (let next = await first; !next.done; next = await changes.next())
          for (const location of next.value) told.add(location);
      })().catch((error: unknown) => error);
      const untilTold = async (name: string): Promise<void> => {
        const endMs = performance.now() + fixture.patienceMs;
        while (performance.now() < endMs && !told.has(fixture.locationOf(name))) await sleep(20);
        expect([...told]).toContain(fixture.locationOf(name));
        told.clear();
      };
      await sleep(100);
      await fixture.write("new.mp3", "1");
      await untilTold("new.mp3");
      await fixture.write("new.mp3", "longer");
      await untilTold("new.mp3");
      await fixture.remove("new.mp3");
      await untilTold("new.mp3");
      stop.abort(new Error("enough"));
      expect(await ended).toMatchObject({ message: "enough" });
    },
  },
  {
    law: "sorts changes into what to list and what is gone; media is listed again without its captions",
    async run(fixture) {
      for (const name of ["talk.mp4", "kept.mp3"]) await fixture.write(name, MP3);
      const [gone, changed, captions] = ["gone.mp3", "kept.mp3", "talk.vtt"].map(
        fixture.locationOf,
      ) as [Location, Location, Location];
      const catalog = catalogOf(asset(gone), asset(changed), asset(fixture.locationOf("talk.mp4")));
      const sorted = await fixture.source.sortChanges(
        [gone, changed, captions],
        [fixture.root],
        catalog,
      );
      expect(sorted.gone).toEqual([gone]);
      expect(sorted.there).toContain(changed);
      expect(sorted.there).not.toContain(gone);
      const again = sorted.there.filter((location) => location !== changed);
      expect([captions, folderOf(captions)]).toContain(again[0]);
      const root = await fixture.source.sortChanges([fixture.root], [fixture.root], catalog);
      expect(root).toEqual({ there: [fixture.root], gone: [] });
    },
  },
  {
    law: "finds what was deleted below a root, and nothing elsewhere, there, or deleted before",
    async run(fixture) {
      const { source, root } = fixture;
      await fixture.write("there.mp3", MP3);
      await fixture.write("a/other.mp3", MP3);
      const [there, gone, before, sibling] = [
        "there.mp3",
        "a/gone.mp3",
        "before.mp3",
        "../elsewhere/x.mp3",
      ].map(fixture.locationOf) as [Location, Location, Location, Location];
      const found = await source.findDeleted(
        [root],
        known(asset(there), asset(gone), asset(before, { state: "deleted" }), asset(sibling)),
      );
      expect(found.deleted).toEqual([gone]);
      expect(found.offline.size).toBe(0);
    },
  },
  {
    law: "takes a root in which nothing is left for offline, and deletes nothing",
    async run(fixture) {
      const location = fixture.locationOf("a.mp3");
      await fixture.write("a.mp3", MP3);
      await fixture.remove("a.mp3");
      const found = await fixture.source.findDeleted([fixture.root], known(asset(location)));
      expect(found.deleted).toEqual([]);
      expect([...found.offline]).toEqual([[fixture.root, 1]]);
    },
  },
];

/** `open` gives an empty place. */
export function mediaSourceContract(name: string, open: () => Promise<SourceFixture>): void {
  describe(`the source ${name}`, () => {
    for (const { law, run } of SOURCE_CASES)
      it(law, async () => {
        await expect(run(await open())).resolves.toBeUndefined();
      });
  });
}
