import { MediasearchError } from "./errors.ts";

/** An embedding model as a library names it. A library holds vectors of one model only. */
export interface EmbeddingModel {
  /** The id of the embedder: it changes with everything that changes the vectors. */
  readonly embedder: string;
  readonly dimensions: number;
}

const REEMBED = "mediasearch migrate --reembed";

export const isSameModel = (a: EmbeddingModel, b: EmbeddingModel): boolean =>
  a.embedder === b.embedder && a.dimensions === b.dimensions;

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
  present: string,
  otherwise = "",
): void {
  if (stored && stored.embedder !== present)
    throw new MediasearchError(
      "MODEL_MISMATCH",
      `the library was made with the embedding model ${stored.embedder}, not ${present}`,
      { hint: `${REEMBED}${otherwise}` },
    );
}
