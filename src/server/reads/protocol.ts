import type { Question } from "../meaning/protocol.ts";
import type { Failure } from "../threads.ts";
import type { OperationName } from "./operations.ts";
import type { Sight } from "./reader.ts";

export type ToReader =
  | { readonly type: "close" }
  | {
      readonly type: "read";
      readonly id: number;
      readonly operation: OperationName;
      readonly sight: Sight;
      readonly args: object;
    }
  /** What came of a question. */
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "no-answer"; readonly id: number; readonly failure: Failure };

export type FromReader =
  /** The library is open, or is not there yet. */
  | { readonly type: "ready" }
  /** What the operator should know of how searches are answered. */
  | { readonly type: "notice"; readonly message: string }
  | { readonly type: "done"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  /** A read needs something of the thread that knows meanings. */
  | { readonly type: "ask"; readonly id: number; readonly question: Question };
