import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { STORE_CASES } from "./backend.contract.ts";
import type { AssetVersion, Backend, Hit, Store } from "./backend.ts";
import { openBackend } from "./registry.ts";
import { collect } from "./store-case.contract.ts";

const openers: Readonly<Record<string, () => Promise<Backend>>> = {
  memory: () => openBackend("memory", { path: "", create: true }),
  async local() {
    const folder = mkdtempSync(join(tmpdir(), "mediasearch-store-"));
    const backend = await openBackend("local", {
      path: join(folder, "library.sqlite"),
      create: true,
    });
    return {
      ...backend,
      close: async () => {
        await backend.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

for (const [name, open] of Object.entries(openers))
  describe(`the ${name} store`, () => {
    for (const { law, run } of STORE_CASES)
      it(law, async () => {
        const backend = await open();
        try {
          await run(backend.store);
        } finally {
          await backend.close();
        }
      });
  });

const version =
  (change: (version: AssetVersion) => AssetVersion) =>
  (store: Store): Partial<Store> => ({
    commit: (one, embedder) => store.commit(change(one), embedder),
  });
const vectorless = (one: AssetVersion): AssetVersion => ({
  ...one,
  segments: one.segments.map((segment) => ({ ...segment, vector: null })),
});
const hits =
  (change: (hits: Hit[]) => Hit[]) =>
  (store: Store): Partial<Store> => ({
    searchText: async (query, filter, limit) =>
      change(await store.searchText(query, filter, limit)),
  });

/** What a careless store would do, each one law broken. */
const BUGS: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  "appends to the old version": (store) => ({
    async commit(one, embedder) {
      const old = [];
      for await (const segment of store.readVersion(one.id)) old.push(segment);
      await store.commit(
        {
          ...one,
          segments: [...old, ...one.segments].map((segment, index) => ({ ...segment, index })),
        },
        embedder,
      );
    },
  }),
  "removes the old version before it looks at the new one": (store) => ({
    async commit(one, embedder) {
      await store.removeAsset(one.id);
      await store.commit(one, embedder);
    },
  }),
  "takes vectors of any model": (store) => ({
    commit: async (one, embedder) => store.commit(one, (await store.identity()) ?? embedder),
  }),
  "drops speakers": version((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({ ...segment, speaker: null })),
  })),
  "rounds times to seconds": version((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({
      ...segment,
      startMs: Math.round(segment.startMs / 1000) * 1000,
    })),
  })),
  "forgets the confidence": version((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({ ...segment, confidence: null })),
  })),
  "stores a missing duration as 0": version((one) => ({ ...one, durationMs: one.durationMs ?? 0 })),
  "calls captions recognised": version((one) => ({ ...one, origin: "asr" })),
  "filters after the limit": (store) => ({
    searchText: async (query, filter, limit) =>
      (await store.searchText(query, {}, limit)).filter(
        ({ asset }) => !filter.assets || filter.assets.has(asset),
      ),
  }),
  "ignores the speaker": (store) => ({
    searchVector: (vector, { assets }, limit) => store.searchVector(vector, { assets }, limit),
  }),
  "finds speakers by any part of their name": (store) => ({
    searchText: async (query, { assets, speaker }, limit) =>
      (await store.searchText(query, { assets }, 1000))
        .filter(
          ({ segment }) =>
            speaker === undefined || segment.speaker?.toLowerCase().includes(speaker.toLowerCase()),
        )
        .slice(0, limit),
  }),
  "takes an empty set of files for all": (store) => ({
    searchText: (query, filter, limit) =>
      store.searchText(
        query,
        { ...filter, assets: filter.assets?.size ? filter.assets : undefined },
        limit,
      ),
  }),
  "wants all terms": (store) => ({
    async searchText({ terms }, filter, limit) {
      const lists = await Promise.all(
        terms.map((term) => store.searchText({ terms: [term] }, filter, 1000)),
      );
      return (lists[0] ?? [])
        .filter(({ segment }) =>
          lists.every((list) => list.some((hit) => hit.segment.text === segment.text)),
        )
        .slice(0, limit);
    },
  }),
  "gives the worst first": hits((found) => found.toReversed()),
  "scores everything the same": hits((found) =>
    found
      .map((hit) => ({ ...hit, score: 1 }))
      .toSorted((a, b) => (a.segment.text < b.segment.text ? -1 : 1)),
  ),
  "counts no further than a thousand": (store) => ({
    countText: async (query, filter) => Math.min(1000, await store.countText(query, filter)),
  }),
  "counts without the filter": (store) => ({ countText: (query) => store.countText(query, {}) }),
  "ignores conditions when it compares meanings": (store) => ({
    searchVector: (vector, { assets, speaker }, limit) =>
      store.searchVector(vector, { assets, speaker }, limit),
  }),
  "applies conditions after the limit": (store) => ({
    async searchText(query, { where, ...filter }, limit) {
      const meets = new Set(
        (await store.searchText({ terms: [], termsOptional: true }, { where }, 1000)).map(
          ({ asset, segment }) => asset + segment.index,
        ),
      );
      return (await store.searchText(query, filter, limit)).filter(({ asset, segment }) =>
        meets.has(asset + segment.index),
      );
    },
  }),
  "takes optional terms for wanted": (store) => ({
    searchText: ({ terms }, filter, limit) => store.searchText({ terms }, filter, limit),
  }),
  "weighs every term alike": () => ({ termWeights: async (terms) => terms.map(() => 1) }),
  "corrects what is right": (store) => ({
    spellings: async (words) => new Map([...(await store.spellings(words)), ["budget", "budgets"]]),
  }),
  "ignores the limit": (store) => ({
    searchText: (query, filter) => store.searchText(query, filter, 1000),
  }),
  "gives distances instead of similarities": (store) => ({
    searchVector: async (vector, filter, limit) =>
      (await store.searchVector(vector, filter, limit)).map((hit) => ({
        ...hit,
        score: 1 - hit.score,
      })),
  }),
  "takes every vector for one of unit length": (store) => ({
    async searchVector(vector, filter, limit) {
      const found = await store.searchVector(vector, filter, 1000);
      const scored = await Promise.all(
        found.map(async (hit) => {
          const own = (await collect(store.readVersion(hit.asset)))[hit.segment.index]?.vector;
          return { ...hit, score: hit.score / (own ? Math.hypot(...own) : 1) };
        }),
      );
      return scored.toSorted((a, b) => b.score - a.score).slice(0, limit);
    },
  }),
  "a failure hides what was there": (store) => ({
    async recordFailure(file, reason) {
      await store.removeAsset(file.id);
      await store.recordFailure(file, reason);
    },
  }),
  "registering starts known files anew": (store) => ({
    async register(files) {
      for (const { id } of files) await store.removeAsset(id);
      return store.register(files);
    },
  }),
  "removing leaves the words": (store) => ({ removeAsset: async () => void store }),
  "removing what is absent fails": (store) => ({
    async removeAsset(id) {
      if (!(await store.getAsset(id))) throw new Error("absent");
      await store.removeAsset(id);
    },
  }),
  "lists only the first page": (store) => ({
    async *listAssets() {
      let n = 0;
      for await (const status of store.listAssets()) if (n++ < 500) yield status;
    },
  }),
  "touch loses the fingerprint": (store) => ({
    async touch(file) {
      await store.removeAsset(file.id);
      await store.register([file]);
    },
  }),
  "takes vectors of any length for the model's": (store) => ({
    commit: async (one, embedder) =>
      store.commit(
        one,
        embedder &&
          ((await store.identity())?.embedder === embedder.embedder
            ? await store.identity()
            : embedder),
      ),
  }),
  "leaves out vectors that it can't use": (store) => ({
    commit: (one, embedder) =>
      store.commit(one, embedder).catch((error: { code: string }) => {
        if (error.code === "BUG") return store.commit(vectorless(one), embedder);
        throw error;
      }),
  }),
  "calls what lacks vectors indexed": (store) => ({
    async getAsset(id) {
      const status = await store.getAsset(id);
      return status?.state === "partial" ? { ...status, state: "indexed" } : status;
    },
  }),
  "reads a term as syntax": (store) => ({
    async searchText(query, filter, limit) {
      if (query.terms.some((term) => /["(\0]/.test(String(term)))) throw new Error("syntax error");
      return store.searchText(query, filter, limit);
    },
  }),
  "minds the case of speakers": (store) => ({
    searchText: async (query, filter, limit) =>
      (await store.searchText(query, filter, limit)).filter(
        ({ segment }) => !filter.speaker || segment.speaker?.includes(filter.speaker),
      ),
  }),
  "lists by UTF-16 order": (store) => ({
    async *listAssets() {
      const all = [];
      for await (const status of store.listAssets()) all.push(status);
      yield* all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
  }),
  "drops the vectors before re-embedding": (store) => ({
    async reembed(embedder, embed, onProgress) {
      for await (const { id } of store.listAssets()) await store.removeAsset(id);
      await store.reembed(embedder, embed, onProgress);
    },
  }),
  "gives new words the vectors of the old ones": (store) => {
    const old = new Map<number, Float32Array | undefined>();
    return {
      reembed: (embedder, embed, onProgress) =>
        store.reembed(
          embedder,
          async (segments) => {
            const vectors = await embed(segments);
            segments.forEach(({ index }, i) => old.set(index, vectors[i]));
            return vectors;
          },
          onProgress,
        ),
      async *readVersion(id) {
        for await (const segment of store.readVersion(id))
          yield { ...segment, vector: segment.vector ?? old.get(segment.index) ?? null };
      },
    };
  },
  "re-embeds in batches": (store) => ({
    reembed: (embedder, embed, onProgress) =>
      store.reembed(
        embedder,
        async (segments) => {
          const vectors: Float32Array[] = [];
          for (let at = 0; at < segments.length; at += 128)
            vectors.push(...(await embed(segments.slice(at, at + 128))));
          return vectors;
        },
        onProgress,
      ),
  }),
  "loses the words of a file that moves": (store) => ({
    async moveAsset(from, to) {
      await store.removeAsset(from);
      await store.register([to]);
    },
  }),
  "leaves a moved file at its old place too": (store) => ({
    moveAsset: (from, to) => store.copyVersion(from, to),
  }),
  "moves what should be copied": (store) => ({
    copyVersion: (from, to) => store.moveAsset(from, to),
  }),
  "goes on finding what was deleted": (store) => ({ markDeleted: async () => void store }),
  "forgets what was deleted at once": (store) => ({
    async markDeleted(ids) {
      for (const id of ids) await store.removeAsset(id);
    },
  }),
  "archives nothing": () => ({ listArchived: async () => [] }),
  "archives words only": (store) => ({
    async *readArchived() {
      for await (const one of store.readArchived())
        yield { ...one, segments: one.segments.map((segment) => ({ ...segment, speaker: null })) };
    },
  }),
  "adds an archived version again and again": (store) => {
    const more: Parameters<Store["addArchived"]>[0][] = [];
    return {
      addArchived: async (version) => void more.push(version),
      async *readArchived() {
        yield* store.readArchived();
        yield* more;
      },
    };
  },
  "indexes what moved in just now": version((one) => ({ ...one, indexedAtMs: undefined })),
  "reads one segment too few around a moment": (store) => ({
    readSegments: (id, from, to) => store.readSegments(id, from, to - 1),
  }),
  "purges nothing": () => ({ purge: async () => 0 }),
  "re-embeds without noting the model": (store) => ({
    reembed: async (_, embed, onProgress) =>
      store.reembed((await store.identity()) ?? { embedder: "", dimensions: 0 }, embed, onProgress),
  }),
};

describe("both stores", () => {
  it("score the same texts and meanings alike, in the same order", async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const vocabulary =
      "walrus penguin committees votes voting café oceans the deep a running runner Ada's bridge".split(
        " ",
      );
    const text = (): string =>
      Array.from({ length: 1 + random(12) }, () => vocabulary[random(vocabulary.length)]).join(" ");
    const versions = Array.from({ length: 20 }, (_, file): AssetVersion => ({
      id: `/${file}`,
      sizeBytes: 1,
      mtimeMs: 1,
      fingerprint: "f",
      sidecarKey: "",
      origin: "asr",
      engine: "e",
      language: "en",
      durationMs: 1,
      segments: Array.from({ length: 10 }, (_, index) => ({
        index,
        startMs: index,
        endMs: index + 1,
        text: text(),
        speaker: random(3) === 0 ? "Ada Moreau" : null,
        confidence: 1,
        vector: Float32Array.of(random(9) - 4, random(9) - 4, 1),
      })),
    }));
    const answers = [];
    for (const open of Object.values(openers)) {
      const { store, close } = await open();
      for (const one of versions) await store.commit(one, { embedder: "m", dimensions: 3 });
      const found: Hit[] = [];
      for (const terms of [
        ["walrus"],
        ["vote", "bridges"],
        ["cafe", "ada", "deep"],
        ["ada's"],
        ["moreau", "run"],
      ])
        found.push(
          ...(await store.searchText({ terms }, {}, 300)),
          ...(await store.searchText({ terms }, { speaker: "ada" }, 300)),
        );
      found.push(...(await store.searchVector(Float32Array.of(1, 2, 3), {}, 30)));
      answers.push(
        found.map(({ asset, segment, score }) =>
          [asset, segment.index, score.toFixed(5)].join(" "),
        ),
      );
      await close();
    }
    expect(answers[0]?.length).toBeGreaterThan(100);
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe("the contract suite catches a store that", () => {
  for (const [bug, plant] of Object.entries(BUGS))
    it(bug, async () => {
      const broken: string[] = [];
      for (const { law, run } of STORE_CASES) {
        const { store } = await openBackend("memory", { path: "", create: true });
        await run({ ...store, ...plant(store) }).catch(() => broken.push(law));
      }
      expect(broken.length).toBeGreaterThan(0);
      expect(broken.length).toBeLessThan(STORE_CASES.length);
    });
});
