import { readFileSync } from "node:fs";
import { openBert } from "../bert.ts";
import { bundledModelFile, bundledGraph } from "../bundled-file.ts";
import type { Embedder, PassageVectors } from "../embedder.ts";
import type { EmbedderSettings } from "../settings.ts";
import { identifyBest, PART_DIMENSIONS } from "./identify.ts";
import { SECOND_MODEL, secondModel } from "./weights.ts";

/**
 * What the cosines of the two models weigh in the score, in the order of `MODELS`. Those of
 * e5-small-v2 lie between .7 and .9, so that a difference of them is worth 2.86 times as much as
 * one of all-MiniLM-L6-v2 (docs/decisions/0016-two-models.md).
 */
const WEIGHTS = [0.3, 0.7 * 2.86] as const;

const MODELS = [
  { model: "all-MiniLM-L6-v2", maxTokens: 256, prefixes: { query: "", passage: "" } },
  { model: SECOND_MODEL, maxTokens: 512, prefixes: { query: "query: ", passage: "passage: " } },
] as const;

/**
 * Two models as one: a passage's vector is both of theirs in a row, a query's too, weighed, so that
 * one inner product is the weighed sum of both cosines. Both are of unit length.
 */
export async function open({ modelCache = "" }: EmbedderSettings): Promise<Embedder> {
  const vocabulary = readFileSync(bundledModelFile("all-MiniLM-L6-v2", "vocab.txt"), "utf8");
  const opened = await Promise.all(
    MODELS.map(async ({ model, ...how }) =>
      openBert({
        ...how,
        vocabulary,
        dimensions: PART_DIMENSIONS,
        model: model === SECOND_MODEL ? await secondModel(modelCache) : bundledGraph(model),
      }),
    ),
  );
  const equal = MODELS.map(() => 1);
  return {
    ...idOf(),
    async embed(texts, options) {
      const weights = options.as === "query" ? WEIGHTS : equal;
      const made = await inTurn(opened, (one) => one.embed(texts, options));
      return texts.map((_, i) =>
        inARow(made.map((vectors) => vectors[i]) as Float32Array[], weights),
      );
    },
    async embedPassages(passages, signal) {
      const made = await inTurn(opened, (one) => one.embedPassages(passages, signal));
      return passages.map((_, i) =>
        joinPassages(made.map((vectors) => vectors[i]) as PassageVectors[], equal),
      );
    },
    close: async () => void (await Promise.all(opened.map((one) => one.close()))),
  };
}

const idOf = (): Pick<Embedder, "id" | "dimensions"> => {
  const { embedder: id, dimensions } = identifyBest();
  return { id, dimensions };
};

/** One after the other: each takes a processor for itself. */
async function inTurn<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = [];
  for (const item of items) made.push(await make(item));
  return made;
}

function inARow(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const length = Math.hypot(...weights);
  const joined = new Float32Array(vectors.length * PART_DIMENSIONS);
  vectors.forEach((vector, part) => {
    const factor = (weights[part] ?? 0) / length;
    for (let i = 0; i < PART_DIMENSIONS; i++)
      joined[part * PART_DIMENSIONS + i] = (vector[i] ?? 0) * factor;
  });
  return joined;
}

/** A part that one of the models cuts off has no vector. */
const joinPassages = (
  made: readonly PassageVectors[],
  weights: readonly number[],
): PassageVectors => ({
  whole: inARow(
    made.map(({ whole }) => whole),
    weights,
  ),
  parts: (made[0]?.parts ?? []).map((_, at) => {
    const parts = made.map(({ parts: some }) => some[at]);
    return parts.every((part) => part !== null && part !== undefined)
      ? inARow(parts as Float32Array[], weights)
      : null;
  }),
});
