import type { ReadableLibrary } from "../../backends/library.ts";
import type { OpenEmbedder } from "../../search/hybrid.ts";
import type { Reader } from "./reader.ts";
import { search, type SearchArgs } from "./search.ts";

/**
 * What a search does, in the order of its parts: embed (the vector of the query), vectors, words,
 * and rank (all the rest, from the fusion of both lists to the marks in the texts).
 */
export type StageName = "embed" | "vectors" | "words" | "rank";

export interface Stage {
  readonly name: StageName;
  /** Unix milliseconds of its beginning. */
  readonly startMs: number;
  /** How long it took, in milliseconds. What it did in several goes is added up. */
  readonly tookMs: number;
}

/** As `search`, with what each part of it took. */
export async function searchInStages(reader: Reader, args: SearchArgs) {
  const clock = createStageClock();
  const startedAtMs = now();
  const page = await search(
    {
      ...reader,
      library: timedLibrary(reader.library, clock.time),
      openEmbedder: timedEmbedder(reader.openEmbedder, clock.time),
    },
    args,
  );
  return { page, stages: clock.stages(startedAtMs, now()) };
}

/** Finer than a millisecond, and comparable between threads. */
const now = (): number => performance.timeOrigin + performance.now();

type Time = <T>(name: StageName, act: () => Promise<T>) => Promise<T>;

function createStageClock(): {
  readonly time: Time;
  readonly stages: (startedAtMs: number, endedAtMs: number) => readonly Stage[];
} {
  const taken = new Map<StageName, { readonly startMs: number; tookMs: number }>();
  let lastEndMs = 0;
  return {
    async time(name, act) {
      const startMs = now();
      try {
        return await act();
      } finally {
        const stage = taken.get(name) ?? { startMs, tookMs: 0 };
        // Calls that are made together end one after the other; no time counts twice.
        const endMs = now();
        stage.tookMs += endMs - Math.max(startMs, lastEndMs);
        lastEndMs = endMs;
        taken.set(name, stage);
      }
    },
    stages(startedAtMs, endedAtMs) {
      const parts = Array.from(taken, ([name, stage]): Stage => ({ name, ...stage }));
      const elsewhereMs = parts.reduce((sum, { tookMs }) => sum + tookMs, 0);
      const tookMs = Math.max(0, endedAtMs - startedAtMs - elsewhereMs);
      return [...parts, { name: "rank", startMs: endedAtMs - tookMs, tookMs }];
    },
  };
}

function timedLibrary(library: ReadableLibrary, time: Time): ReadableLibrary {
  const { searchIndex } = library;
  return {
    ...library,
    searchIndex: {
      ...searchIndex,
      searchText: (...call) => time("words", () => searchIndex.searchText(...call)),
      countText: (...call) => time("words", () => searchIndex.countText(...call)),
      termWeights: (...call) => time("words", () => searchIndex.termWeights(...call)),
      spellings: (...call) => time("words", () => searchIndex.spellings(...call)),
      searchHeadings: (...call) => time("words", () => searchIndex.searchHeadings(...call)),
      searchVector: (...call) => time("vectors", () => searchIndex.searchVector(...call)),
    },
  };
}

const timedEmbedder =
  (open: OpenEmbedder, time: Time): OpenEmbedder =>
  async (stored) => {
    const embedder = await open(stored);
    return {
      ...embedder,
      embed: (...call) => time("embed", () => embedder.embed(...call)),
    };
  };
