import { type InferenceSession, loadOnnxRuntime, type Tensor } from "../models/onnx-runtime.ts";
import type { Embedder, EmbedOptions, PassageVectors, TextPart } from "./embedder.ts";
import { openWordPiece } from "./wordpiece.ts";

export interface BertModel {
  /**
   * Path of the ONNX file: an optimised graph whose weights are in a file beside it
   * (scripts/make-embedding-graph.py).
   */
  readonly model: string;
  /** One token a line. */
  readonly vocabulary: string;
  readonly dimensions: number;
  /** Tokens that the model takes, [CLS] and [SEP] included. */
  readonly maxTokens: number;
  /** What its authors say must stand before texts. */
  readonly prefixes: Readonly<Record<EmbedOptions["as"], string>>;
}

const CLS = 101;
const SEP = 102;

/**
 * A sentence-embedding model of BERT's kind: mean pooling over all tokens, then unit length. One
 * text a call of the model: dynamic quantisation would make a vector depend on its neighbours in a
 * batch.
 */
export async function openBert(
  options: BertModel,
): Promise<Required<Pick<Embedder, "embed" | "embedPassages" | "close">>> {
  const { dimensions, maxTokens, prefixes } = options;
  const { InferenceSession, Tensor } = await loadOnnxRuntime();
  const tokenizer = openWordPiece(options.vocabulary);
  // By its path: the runtime maps the weights, which takes less than reading and copying them.
  const openSession = (isPrepacked: boolean): Promise<InferenceSession> =>
    InferenceSession.create(options.model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
      extra: { session: { disable_prepacking: isPrepacked ? "0" : "1" } },
    });
  const session = await startedQuickly(openSession);
  const tokensOf = (text: string): number[] => tokenizer.encode(text, Infinity).slice(1, -1);
  /** The last hidden states, one row a token. What is too long is cut before the last token. */
  const statesOf = async (tokens: readonly number[]): Promise<States> => {
    const ids = [CLS, ...tokens.slice(0, maxTokens - 2), SEP];
    const output = await session.run((names) => modelInputs(ids, names, Tensor));
    return { rows: output["last_hidden_state"]?.data as Float32Array, count: ids.length };
  };
  const embedText = async (text: string): Promise<Float32Array> => {
    const { rows, count } = await statesOf(tokensOf(text));
    return meanOfRows(rows, 0, count, dimensions);
  };
  const embedPassage = async (parts: readonly TextPart[]): Promise<PassageVectors> => {
    const tokens = tokensOf(prefixes.passage);
    const spans = parts.map(({ before, text }) => {
      tokens.push(...tokensOf(before));
      const from = tokens.length + 1;
      tokens.push(...tokensOf(text));
      return { from, to: tokens.length + 1 };
    });
    const { rows, count } = await statesOf(tokens);
    return {
      whole: meanOfRows(rows, 0, count, dimensions),
      parts: spans.map(({ from, to }) => {
        const end = Math.min(to, count - 1);
        return end > from ? meanOfRows(rows, from, end, dimensions) : null;
      }),
    };
  };
  return {
    embed: (texts, { as, signal }) =>
      inTurn(texts, (text) => embedText(prefixes[as] + text), signal),
    embedPassages: (passages, signal) => inTurn(passages, embedPassage, signal),
    close: () => session.release(),
  };
}

/** What a session for few texts gains at its start is lost after as many. */
const FEW_RUNS = 16;

interface RunningSession {
  run(
    inputs: (names: readonly string[]) => InferenceSession.OnnxValueMapType,
  ): Promise<InferenceSession.OnnxValueMapType>;
  release(): Promise<void>;
}

/**
 * Weights that are laid out anew for the processor make each run faster by a quarter and the start
 * slower by a fifth: who goes on gets a session of that kind. Both give the same numbers.
 */
async function startedQuickly(
  open: (isPrepacked: boolean) => Promise<InferenceSession>,
): Promise<RunningSession> {
  const first = await open(false);
  const firstRuns: Promise<void>[] = [];
  let session = first;
  let replacing: Promise<void> | undefined;
  const replace = async (): Promise<void> => {
    session = await open(true);
    await Promise.all(firstRuns);
    await first.release();
  };
  return {
    async run(inputs) {
      if (firstRuns.length >= FEW_RUNS) await (replacing ??= replace());
      const output = session.run(inputs(session.inputNames));
      // Only their ends are waited for: what they gave is not kept.
      if (session === first)
        firstRuns.push(
          output.then(
            () => {},
            () => {},
          ),
        );
      return output;
    },
    async release() {
      await replacing;
      await session.release();
    },
  };
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  make: (item: Item) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result[]> {
  const made: Result[] = [];
  for (const item of items) {
    signal?.throwIfAborted();
    made.push(await make(item));
  }
  return made;
}

interface States {
  readonly rows: Float32Array;
  readonly count: number;
}

function modelInputs(
  ids: readonly number[],
  names: readonly string[],
  Make: typeof Tensor,
): InferenceSession.OnnxValueMapType {
  const row = (value: (id: number) => bigint): Tensor =>
    new Make("int64", BigInt64Array.from(ids, value), [1, ids.length]);
  const inputs: Readonly<Record<string, (id: number) => bigint>> = {
    input_ids: BigInt,
    attention_mask: () => 1n,
    token_type_ids: () => 0n,
  };
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = inputs[name];
      return value ? [[name, row(value)]] : [];
    }),
  );
}

/** The mean of some rows, to unit length. */
function meanOfRows(
  rows: Float32Array,
  from: number,
  to: number,
  dimensions: number,
): Float32Array {
  // The sum: unit length comes afterwards.
  const vector = new Float32Array(dimensions);
  for (let row = from; row < to; row++)
    for (let i = 0; i < dimensions; i++)
      vector[i] = (vector[i] ?? 0) + (rows[row * dimensions + i] ?? 0);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
