import { MediasearchError } from "./errors.ts";

/** An embedding model as a library names it. A library holds vectors of one model only. */
export interface EmbeddingModel {
  /**
   * The id of the embedder, then a + and how vectors are made with it of segments and what is said
   * around them.
   */
  readonly embedder: string;
  readonly dimensions: number;
}

/**
 * How vectors are made of segments; another name is needed for what makes others of the same
 * segments.
 * - passages: half a segment's own, half that of its passages
 * - late: a third its own, a third its passages', a third what it means inside of them
 */
export type Recipe = "passages" | "late";

const RECIPE_PATTERN = /\+(?:passages|late)$/;

/** What a library is marked with that has vectors of this embedder, made in this way. */
export const libraryModelId = (embedder: string, recipe: Recipe): string => `${embedder}+${recipe}`;

/** The id of the embedder of a library's vectors. A way that is not known here is part of it. */
export const embedderOf = ({ embedder }: Pick<EmbeddingModel, "embedder">): string =>
  embedder.replace(RECIPE_PATTERN, "");

const REEMBED = "mediasearch migrate --reembed";

/**
 * Whether vectors of both may stand in one library: the embedder is the same. Ways in which it is
 * used may differ until all vectors are renewed, since each gives means of its cosines.
 */
export const isSameModel = (a: EmbeddingModel, b: EmbeddingModel): boolean =>
  embedderOf(a) === embedderOf(b) && a.dimensions === b.dimensions;

/** Whether vectors were made in another way with the same embedder, and can be renewed. */
export const isOtherRecipe = (stored: EmbeddingModel, present: EmbeddingModel): boolean =>
  isSameModel(stored, present) && stored.embedder !== present.embedder;

/**
 * Checks vectors before they are stored.
 * @returns the model that the library has afterwards: `stored`, or `given` when these are its first
 * vectors.
 * @throws MODEL_MISMATCH when they are not of the stored model, BUG when one of them is useless.
 */
export function modelAfterCommit(
  stored: EmbeddingModel | undefined,
  given: EmbeddingModel | undefined,
  vectors: readonly Float32Array[],
): EmbeddingModel | undefined {
  if (vectors.length === 0) return stored;
  const model = stored ?? given;
  if (
    !given ||
    !model ||
    !isSameModel(given, model) ||
    vectors.some(({ length }) => length !== model.dimensions)
  )
    throw modelMismatchError(model);
  refuseUselessVectors(vectors, model);
  return model;
}

/**
 * A vector without a direction (zero, or not numbers) has no cosine with anything: it would be
 * stored and never be found.
 * @throws BUG
 */
function refuseUselessVectors(
  vectors: readonly Float32Array[],
  { embedder }: EmbeddingModel,
): void {
  for (const vector of vectors) {
    const squaredLength = vector.reduce((sum, value) => sum + value * value, 0);
    if (!(squaredLength > 0 && squaredLength < Infinity))
      throw new MediasearchError(
        "BUG",
        `the embedding model ${embedder} made a vector that is zero or not numbers`,
        { subject: embedder },
      );
  }
}

/**
 * Checks the vectors that a model made of texts: one of each, of the model's length, none of them
 * useless.
 * @throws BUG
 */
export function refuseIncompleteVectors(
  vectors: readonly Float32Array[],
  textCount: number,
  model: EmbeddingModel,
): void {
  const { embedder, dimensions } = model;
  if (vectors.length !== textCount || vectors.some(({ length }) => length !== dimensions))
    throw new MediasearchError(
      "BUG",
      `the embedding model ${embedder} made ${vectors.length} vectors of ${textCount} texts, or not of ${dimensions} dimensions`,
      { subject: embedder },
    );
  refuseUselessVectors(vectors, model);
}

/** Vectors were given that are not of the library's model. */
export const modelMismatchError = (stored: EmbeddingModel | undefined): MediasearchError =>
  new MediasearchError(
    "MODEL_MISMATCH",
    stored
      ? `the vectors are not of the library's embedding model ${stored.embedder} (${stored.dimensions} dimensions)`
      : "vectors without the name of their embedding model",
    { hint: REEMBED },
  );

/**
 * @throws MODEL_MISMATCH when the library has vectors of another model than the one that is set up
 * here.
 */
export function refuseOtherModel(
  stored: EmbeddingModel | undefined,
  present: Pick<EmbeddingModel, "embedder">,
  otherwise = "",
): void {
  const embedder = embedderOf(present);
  if (stored && embedderOf(stored) !== embedder)
    throw new MediasearchError(
      "MODEL_MISMATCH",
      `the library was made with the embedding model ${embedderOf(stored)}, not ${embedder}`,
      { hint: `${REEMBED}${otherwise}` },
    );
}
