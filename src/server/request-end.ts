import type { Identity } from "../app/access/identity.ts";
import type { Stage } from "./reads/stages.ts";

/** What metrics tell of the answer to a search. */
export interface SearchAnswer {
  readonly mode: string;
  readonly total: number;
  readonly hits: readonly unknown[];
  readonly processingTimeMs: number;
}

/** How a request ended, for logs, metrics and the audit. */
export interface Ended {
  /** undefined for the page's files, and for what no route answers. */
  readonly route:
    | {
        readonly method: string;
        readonly path: string;
        readonly tag: string;
        readonly audit?: string;
      }
    | undefined;
  readonly method: string;
  readonly status: number;
  /** Milliseconds until the head of the answer was made. */
  readonly ms: number;
  readonly requestId: string;
  /** Whose call this was a part of, by `traceparent`; a trace of its own otherwise. */
  readonly trace: { readonly traceId: string; readonly parentId?: string | undefined };
  readonly address: string;
  /** Who asked, or who is signed in by it. */
  readonly identity: Identity | undefined;
  /** undefined when the request did not pass its checks. */
  readonly call:
    | {
        readonly params: Readonly<Record<string, string>>;
        readonly query: Readonly<Record<string, unknown>>;
        readonly body: unknown;
      }
    | undefined;
  readonly answer?: SearchAnswer | undefined;
  readonly stages?: readonly Stage[] | undefined;
  /** It was refused, although its status does not say so. */
  readonly isRefusal?: boolean;
  readonly error: unknown;
}
