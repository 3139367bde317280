import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { STORE_CASES } from "./backend.contract.ts";
import type { AssetVersion, Backend, Hit, Store } from "./backend.ts";
import { openBackend } from "./registry.ts";

const openers: Readonly<Record<string, () => Promise<Backend>>> = {
  memory: () => openBackend("memory", { path: "", create: true }),
  async local() {
    const folder = mkdtempSync(join(tmpdir(), "mediasearch-store-"));
    const backend = await openBackend("local", { path: join(folder, "library.sqlite"), create: true });
    return { ...backend, close: async () => { await backend.close(); rmSync(folder, { recursive: true }); } };
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
        expect.assertions(0);
      });
  });

const version = (change: (version: AssetVersion) => AssetVersion) => (store: Store): Partial<Store> => ({ commit: (one, embedder) => store.commit(change(one), embedder) });
const hits = (change: (hits: Hit[]) => Hit[]) => (store: Store): Partial<Store> => ({
  searchText: async (query, filter, limit) => change(await store.searchText(query, filter, limit)),
});

/** What a careless store would do, each one law broken. */
const BUGS: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  "appends to the old version": (store) => ({
    async commit(one, embedder) {
      const old = [];
      for await (const segment of store.readVersion(one.id)) old.push(segment);
      await store.commit({ ...one, segments: [...old, ...one.segments].map((segment, index) => ({ ...segment, index })) }, embedder);
    },
  }),
  "removes the old version before it looks at the new one": (store) => ({ async commit(one, embedder) { await store.removeAsset(one.id); await store.commit(one, embedder); } }),
  "takes vectors of any model": (store) => ({ commit: async (one, embedder) => store.commit(one, (await store.identity()) ?? embedder) }),
  "drops speakers": version((one) => ({ ...one, segments: one.segments.map((segment) => ({ ...segment, speaker: null })) })),
  "rounds times to seconds": version((one) => ({ ...one, segments: one.segments.map((segment) => ({ ...segment, startMs: Math.round(segment.startMs / 1000) * 1000 })) })),
  "forgets the confidence": version((one) => ({ ...one, segments: one.segments.map((segment) => ({ ...segment, confidence: null })) })),
  "stores a missing duration as 0": version((one) => ({ ...one, durationMs: one.durationMs ?? 0 })),
  "calls captions recognised": version((one) => ({ ...one, origin: "asr" })),
  "filters after the limit": (store) => ({
    searchText: async (query, filter, limit) => (await store.searchText(query, {}, limit)).filter(({ asset }) => !filter.assets || filter.assets.has(asset)),
  }),
  "ignores the speaker": (store) => ({ searchVector: (vector, { assets }, limit) => store.searchVector(vector, { assets }, limit) }),
  "finds speakers by any part of their name": (store) => ({
    searchText: async (query, { assets, speaker }, limit) => (await store.searchText(query, { assets }, 1000))
      .filter(({ segment }) => speaker === undefined || segment.speaker?.toLowerCase().includes(speaker.toLowerCase())).slice(0, limit),
  }),
  "takes an empty set of files for all": (store) => ({
    searchText: (query, filter, limit) => store.searchText(query, { ...filter, assets: filter.assets?.size ? filter.assets : undefined }, limit),
  }),
  "wants all terms": (store) => ({
    async searchText({ terms }, filter, limit) {
      const lists = await Promise.all(terms.map((term) => store.searchText({ terms: [term] }, filter, 1000)));
      return (lists[0] ?? []).filter(({ segment }) => lists.every((list) => list.some((hit) => hit.segment.text === segment.text))).slice(0, limit);
    },
  }),
  "gives the worst first": hits((found) => found.toReversed()),
  "scores everything the same": hits((found) => found.map((hit) => ({ ...hit, score: 1 })).toSorted((a, b) => (a.segment.text < b.segment.text ? -1 : 1))),
  "ignores the limit": (store) => ({ searchText: (query, filter) => store.searchText(query, filter, 1000) }),
  "gives distances instead of similarities": (store) => ({
    searchVector: async (vector, filter, limit) => (await store.searchVector(vector, filter, limit)).map((hit) => ({ ...hit, score: 1 - hit.score })),
  }),
  "a failure hides what was there": (store) => ({ async recordFailure(file, reason) { await store.removeAsset(file.id); await store.recordFailure(file, reason); } }),
  "registering starts known files anew": (store) => ({ async register(files) { for (const { id } of files) await store.removeAsset(id); return store.register(files); } }),
  "removing leaves the words": (store) => ({ removeAsset: async () => void store }),
  "removing what is absent fails": (store) => ({ async removeAsset(id) { if (!(await store.getAsset(id))) throw new Error("absent"); await store.removeAsset(id); } }),
  "lists only the first page": (store) => ({ async *listAssets() { let n = 0; for await (const status of store.listAssets()) if (n++ < 500) yield status; } }),
  "touch loses the fingerprint": (store) => ({ async touch(file) { await store.removeAsset(file.id); await store.register([file]); } }),
  "re-embeds without noting the model": (store) => ({ reembed: async (_, embed, onProgress) => store.reembed((await store.identity()) ?? { embedder: "", dimensions: 0 }, embed, onProgress) }),
};

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
