import {
  branchIf,
  type Code,
  f32,
  get,
  i32,
  loop,
  set,
  tee,
  v128,
  type WasmFunction,
  when,
} from "./vector-wasm.ts";

/** Vectors are coded in groups of so many dimensions; the last group is filled up with what counts nothing. */
export const GROUP = 128;
export const GROUP_BYTES = GROUP / 2;
/** A chunk: sixteen bytes hold 32 dimensions, the lower halves 0..15, the upper halves 16..31. The query has sixteen bits for each. */
const CHUNK_BYTES = 16;
const QUERY_CHUNK_BYTES = 64;
/** One found row: its number, i32, and its score, f32. */
export const FOUND_BYTES = 8;

const [QUERY, CODES, SCALES, ROWS, GROUPS, BIAS, LEAST, FOUND] = [0, 1, 2, 3, 4, 5, 6, 7];
const [ROW, END, QUERY_AT, LEFT, SUM, BOTH, HALF, SCORE] = [8, 9, 10, 11, 12, 13, 14, 15];

const multiply = (part: Code, offset: number): Code => [
  ...get(HALF),
  ...part,
  ...get(QUERY_AT),
  ...v128.load(offset),
  ...v128.dot16,
  ...v128.add32,
];
const half = (bits: Code, offset: number): Code => [
  ...bits,
  ...v128.bytes(15),
  ...v128.and,
  ...set(HALF),
  ...get(SUM),
  ...multiply(v128.lower16, offset),
  ...multiply(v128.upper16, offset + 16),
  ...set(SUM),
];
const chunk = (n: number): Code => [
  ...get(CODES),
  ...v128.load(n * CHUNK_BYTES),
  ...set(BOTH),
  ...half(get(BOTH), n * QUERY_CHUNK_BYTES),
  ...half([...get(BOTH), ...i32.const(4), ...v128.shiftRight16], n * QUERY_CHUNK_BYTES + 32),
];
const step = (local: number, by: number): Code => [
  ...get(local),
  ...i32.const(by),
  ...i32.add,
  ...set(local),
];
const lanes: Code = [0, 1, 2, 3].flatMap((lane) => [
  ...get(SUM),
  ...v128.lane32(lane),
  ...(lane > 0 ? i32.add : []),
]);

/**
 * run(query, codes, scales, rows, groups, bias, least, found) → bytes written at `found`. For each row
 *   score = scale[row] × (Σ query[i] × code[row][i] − bias)
 * and when score ≥ least, the row's number and score are written. Addresses and counts are i32; bias and least f32.
 */
export const scanFunction = (): WasmFunction => ({
  params: ["i32", "i32", "i32", "i32", "i32", "f32", "f32", "i32"],
  locals: ["i32", "i32", "i32", "i32", "v128", "v128", "v128", "f32"],
  result: "i32",
  body: [
    ...get(FOUND),
    ...set(END),
    ...loop(
      v128.zero,
      set(SUM),
      get(QUERY),
      set(QUERY_AT),
      get(GROUPS),
      set(LEFT),
      loop(
        [0, 1, 2, 3].flatMap(chunk),
        step(CODES, GROUP_BYTES),
        step(QUERY_AT, (GROUP_BYTES / CHUNK_BYTES) * QUERY_CHUNK_BYTES),
        get(LEFT),
        i32.const(1),
        i32.sub,
        tee(LEFT),
        branchIf,
      ),
      lanes,
      f32.fromI32,
      get(BIAS),
      f32.sub,
      get(SCALES),
      f32.load(0),
      f32.mul,
      tee(SCORE),
      get(LEAST),
      f32.greaterOrEqual,
      when(
        get(END),
        get(ROW),
        i32.store(0),
        get(END),
        get(SCORE),
        f32.store(4),
        step(END, FOUND_BYTES),
      ),
      step(SCALES, 4),
      get(ROW),
      i32.const(1),
      i32.add,
      tee(ROW),
      get(ROWS),
      i32.lessUnsigned,
      branchIf,
    ),
    ...get(END),
    ...get(FOUND),
    ...i32.sub,
  ],
});
