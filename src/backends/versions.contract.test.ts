import { VERSIONS_CASES } from "./versions.contract.ts";
import type { AssetVersion } from "./versions.ts";
import type { Library } from "./library.ts";
import { describeLibraryContract, type PartsOf, type PlantedBugs } from "./suite.contract.ts";

const change =
  (edit: (version: AssetVersion) => AssetVersion) =>
  (library: Library): PartsOf<Library> => ({
    versions: { commit: (one, model) => library.versions.commit(edit(one), model) },
  });
const vectorless = (one: AssetVersion): AssetVersion => ({
  ...one,
  segments: one.segments.map((segment) => ({ ...segment, vector: null })),
});

/** What a careless versions would do; each breaks one law. */
const BUGS: PlantedBugs<Library> = {
  "appends to the old version": (library) => ({
    versions: {
      async commit(one, embedder) {
        const old = [];
        for await (const segment of library.versions.read(one.id)) old.push(segment);
        await library.versions.commit(
          {
            ...one,
            segments: [...old, ...one.segments].map((segment, index) => ({ ...segment, index })),
          },
          embedder,
        );
      },
    },
  }),
  "removes the old version before it looks at the new one": (library) => ({
    versions: {
      async commit(one, embedder) {
        await library.catalog.remove(one.id);
        await library.versions.commit(one, embedder);
      },
    },
  }),
  "takes vectors of any model": (library) => ({
    versions: {
      commit: async (one, embedder) =>
        library.versions.commit(one, (await library.embeddings.model()) ?? embedder),
    },
  }),
  "drops speakers": change((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({ ...segment, speaker: null })),
  })),
  "rounds times to seconds": change((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({
      ...segment,
      startMs: Math.round(segment.startMs / 1000) * 1000,
    })),
  })),
  "forgets the confidence": change((one) => ({
    ...one,
    segments: one.segments.map((segment) => ({ ...segment, confidence: null })),
  })),
  "stores a missing duration as 0": change((one) => ({ ...one, durationMs: one.durationMs ?? 0 })),
  "calls captions recognised": change((one) => ({ ...one, origin: "asr" })),
  "takes vectors of any length for the model's": (library) => ({
    versions: {
      commit: async (one, embedder) =>
        library.versions.commit(
          one,
          embedder &&
            ((await library.embeddings.model())?.embedder === embedder.embedder
              ? await library.embeddings.model()
              : embedder),
        ),
    },
  }),
  "leaves out vectors that it can't use": (library) => ({
    versions: {
      commit: (one, embedder) =>
        library.versions.commit(one, embedder).catch((error: { code: string }) => {
          if (error.code === "BUG") return library.versions.commit(vectorless(one), embedder);
          throw error;
        }),
    },
  }),
  "calls what lacks vectors indexed": (library) => ({
    catalog: {
      async get(id) {
        const status = await library.catalog.get(id);
        return status?.state === "partial" ? { ...status, state: "indexed" } : status;
      },
    },
  }),
  "loses the words of a file that moves": (library) => ({
    versions: {
      async move(from, to) {
        await library.catalog.remove(from);
        await library.catalog.register([to]);
      },
    },
  }),
  "leaves a moved file at its old place too": (library) => ({
    versions: {
      move: (from, to) => library.versions.copy(from, to),
    },
  }),
  "moves what should be copied": (library) => ({
    versions: {
      copy: (from, to) => library.versions.move(from, to),
    },
  }),
  "indexes what moved in just now": change((one) => ({ ...one, indexedAtMs: undefined })),
  "archives what only gets another fingerprint": (library) => ({
    versions: {
      async restamp(id, fingerprint) {
        const asset = await library.catalog.get(id);
        if (!asset?.fingerprint) return;
        const segments = await Array.fromAsync(library.versions.read(id));
        const [origin, engine, language] = ["asr", "e@1", "en"] as const;
        const version = { ...asset, fingerprint, origin, engine, language, segments };
        await library.versions.commit(
          { ...version, indexedAtMs: 1 },
          await library.embeddings.model(),
        );
      },
    },
  }),
  "finds no deleted file by its fingerprint's beginning": (library) => ({
    versions: {
      findByPrefix: async (prefix) =>
        (await library.versions.findByPrefix(prefix)).filter(({ state }) => state !== "deleted"),
    },
  }),
  "reads one segment too few around a moment": (library) => ({
    versions: {
      readSegments: (id, from, to) => library.versions.readSegments(id, from, to - 1),
    },
  }),
};

describeLibraryContract("versions", VERSIONS_CASES, BUGS);
