import { toFloat32, type StoredTensor, type Weights } from "./ctranslate2.ts";

/** 1/√64; a power of two, so that nothing is lost by storing the queries with it. */
const QUERY_SCALE = 64 ** -0.5;
const QUERIES = /self_attention\/linear_0\/|^decoder\/.*\/attention\/linear_0\//;

/** Gives weights whose queries are scaled already: their first `state` rows. */
export function withScaledQueries(weights: Weights, state: number): Weights {
  return new Map(
    [...weights].map(([name, tensor]) => [
      name,
      QUERIES.test(name) && /\/(weight|bias)$/.test(name) ? scaled(tensor, state) : tensor,
    ]),
  );
}

function scaled(tensor: StoredTensor, state: number): StoredTensor {
  const values = toFloat32(tensor);
  const rowLength = tensor.shape.slice(1).reduce((product, size) => product * size, 1);
  for (let i = 0; i < state * rowLength; i++) values[i] = (values[i] as number) * QUERY_SCALE;
  return { shape: tensor.shape, type: "float32", bytes: new Uint8Array(values.buffer) };
}
