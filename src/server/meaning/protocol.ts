import type { CodeScan, LibraryFile, ScannedRows } from "../../backends/code-scan.ts";
import type { EmbeddingModel } from "../../embedding-model.ts";
import type { Failure } from "../threads.ts";

/** A query, and the model of the library that it is compared with. */
export interface QueryText {
  readonly type: "embed";
  readonly text: string;
  readonly stored: EmbeddingModel;
}

export interface ScanQuestion extends CodeScan {
  readonly type: "scan";
  readonly library: LibraryFile;
}

export type Question = QueryText | ScanQuestion;

/** A vector of the query; rows, or undefined for a library that can't be scanned. */
export type MeaningAnswer<Q extends Question> = Q extends QueryText
  ? Float32Array
  : ScannedRows | undefined;

export type ToMeaning =
  | { readonly type: "close" }
  | { readonly type: "ask"; readonly id: number; readonly question: Question };

export type FromMeaning =
  | { readonly type: "done"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure };
