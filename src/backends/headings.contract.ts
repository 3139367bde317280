import assert from "node:assert/strict";
import type { MediaFacts } from "../types.ts";
import type { Backend } from "./backend.ts";
import { MODEL, version } from "./library-case.contract.ts";
import { writeMediaFacts } from "./media-facts.ts";
import type { Condition } from "./search-index.ts";

type Parts = Pick<Backend, "library" | "records">;

const BRIDGE: MediaFacts = {
  title: "The Old Bridge",
  show: "Harbour Hour",
  chapters: [
    { startMs: 0, endMs: 5000, title: "Greetings" },
    { startMs: 5000, endMs: 15_000, title: "Tunnels and détours" },
  ],
};

/** A recording of three segments whose content is `content`. */
async function add(
  { library, records }: Parts,
  id: string,
  content: string,
  facts?: MediaFacts,
): Promise<void> {
  if (facts) await writeMediaFacts(records, content, facts);
  const texts = ["Good morning.", "The ferry is late.", "Take the other road."];
  const drafts = texts.map((text) => ({ text }));
  const fingerprint = `3|${content}||prefer||local`;
  await library.versions.commit(version(id, drafts, { fingerprint }), MODEL);
}

const found = async (
  { library }: Parts,
  words: readonly string[],
  where?: Condition,
): Promise<readonly string[]> =>
  (await library.searchIndex.searchHeadings(words, { where }, 10)).map(
    ({ asset, heading, segment }) => `${asset} ${heading}: ${segment.text}`,
  );

const meeting = async ({ library }: Parts, where: Condition): Promise<readonly string[]> =>
  (await library.searchIndex.searchText({ terms: [], termsOptional: true }, { where }, 50)).map(
    ({ asset, segment }) => `${asset} ${segment.index}`,
  );

/** The law of titles and chapters: what is written in records of kind "media" is found. */
export const HEADINGS_CASES: readonly {
  readonly law: string;
  /** Not where a replica answers searches, which fetches facts together with versions. */
  readonly isOfOneStore?: boolean;
  readonly run: (parts: Parts) => Promise<void>;
}[] = [
  {
    law: "finds titles and chapters, each with the first segment under it, and no shows",
    async run(parts) {
      await add(parts, "/a.mp3", "aa", BRIDGE);
      await add(parts, "/b.mp3", "bb");
      assert.deepEqual(await found(parts, ["bridges"]), ["/a.mp3 The Old Bridge: Good morning."]);
      assert.deepEqual(await found(parts, ["detour"]), [
        "/a.mp3 Tunnels and détours: The ferry is late.",
      ]);
      assert.deepEqual(await found(parts, ["harbour"]), []);
      assert.deepEqual(await found(parts, []), []);
    },
  },
  {
    law: "holds the filter for that segment, and finds nothing of files that are deleted",
    async run(parts) {
      await add(parts, "/a.mp3", "aa", BRIDGE);
      await add(parts, "/copy.mp3", "aa");
      assert.deepEqual(await found(parts, ["bridge"], { assets: new Set(["/copy.mp3"]) }), [
        "/copy.mp3 The Old Bridge: Good morning.",
      ]);
      await parts.library.catalog.markDeleted(["/a.mp3"]);
      assert.deepEqual(await found(parts, ["bridge"]), ["/copy.mp3 The Old Bridge: Good morning."]);
    },
  },
  {
    law: "filters by title and show whole files, and by chapter what is said in it",
    async run(parts) {
      await add(parts, "/a.mp3", "aa", BRIDGE);
      await add(parts, "/b.mp3", "bb", { title: "Bridges of Rome" });
      assert.deepEqual(await meeting(parts, { heading: "title", has: "OLD bridge" }), [
        "/a.mp3 0",
        "/a.mp3 1",
        "/a.mp3 2",
      ]);
      assert.deepEqual(await meeting(parts, { heading: "show", has: "harbour" }), [
        "/a.mp3 0",
        "/a.mp3 1",
        "/a.mp3 2",
      ]);
      assert.deepEqual(await meeting(parts, { heading: "title", has: "bridge old" }), []);
      assert.deepEqual(await meeting(parts, { heading: "chapter", has: "detours" }), [
        "/a.mp3 1",
        "/a.mp3 2",
      ]);
      const both = {
        all: [{ heading: "title", has: "old" }, { not: { heading: "chapter", has: "tunnels" } }],
      } as const;
      assert.deepEqual(await meeting(parts, both), ["/a.mp3 0"]);
    },
  },
  {
    isOfOneStore: true,
    law: "knows what is written last, also after the transcript, and forgets what is removed",
    async run(parts) {
      await add(parts, "/a.mp3", "aa", BRIDGE);
      await writeMediaFacts(parts.records, "aa", { title: "A new name" });
      assert.deepEqual(await found(parts, ["bridge"]), []);
      assert.deepEqual(await found(parts, ["name"]), ["/a.mp3 A new name: Good morning."]);
      await parts.records.remove("media", "aa");
      assert.deepEqual(await found(parts, ["name"]), []);
      assert.deepEqual(await meeting(parts, { heading: "title", has: "name" }), []);
    },
  },
];
