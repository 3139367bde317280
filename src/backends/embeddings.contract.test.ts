import { EMBEDDINGS_CASES } from "./embeddings.contract.ts";
import type { Library } from "./library.ts";
import { describeLibraryContract, type PlantedBugs } from "./suite.contract.ts";

/** What a careless embeddings would do; each breaks one law. */
const BUGS: PlantedBugs<Library> = {
  "drops the vectors before re-embedding": (library) => ({
    embeddings: {
      async rebuild(embedder, embed, onProgress) {
        for await (const { id } of library.catalog.list()) await library.catalog.remove(id);
        await library.embeddings.rebuild(embedder, embed, onProgress);
      },
    },
  }),
  "gives new words the vectors of the old ones": (library) => {
    const old = new Map<number, Float32Array | undefined>();
    return {
      embeddings: {
        rebuild: (embedder, embed, onProgress) =>
          library.embeddings.rebuild(
            embedder,
            async (segments) => {
              const vectors = await embed(segments);
              segments.forEach(({ index }, i) => old.set(index, vectors[i]));
              return vectors;
            },
            onProgress,
          ),
      },
      versions: {
        async *read(id) {
          for await (const segment of library.versions.read(id))
            yield { ...segment, vector: segment.vector ?? old.get(segment.index) ?? null };
        },
      },
    };
  },
  "re-embeds in batches": (library) => ({
    embeddings: {
      rebuild: (embedder, embed, onProgress) =>
        library.embeddings.rebuild(
          embedder,
          async (segments) => {
            const vectors: Float32Array[] = [];
            for (let at = 0; at < segments.length; at += 128)
              vectors.push(...(await embed(segments.slice(at, at + 128))));
            return vectors;
          },
          onProgress,
        ),
    },
  }),
  "forgets how far it renewed": (library) => ({
    embeddings: {
      renew: (model, embed, onProgress) => library.embeddings.rebuild(model, embed, onProgress),
    },
  }),
  "renews without noting the model": (library) => ({
    embeddings: {
      renew: async (_, embed, onProgress) =>
        library.embeddings.renew?.(
          (await library.embeddings.model()) ?? { embedder: "", dimensions: 0 },
          embed,
          onProgress,
        ),
    },
  }),
  "re-embeds without noting the model": (library) => ({
    embeddings: {
      rebuild: async (_, embed, onProgress) =>
        library.embeddings.rebuild(
          (await library.embeddings.model()) ?? { embedder: "", dimensions: 0 },
          embed,
          onProgress,
        ),
    },
  }),
};

describeLibraryContract("embeddings", EMBEDDINGS_CASES, BUGS);
