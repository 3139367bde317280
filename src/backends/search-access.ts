import type { MediasearchError } from "../errors.ts";
import type { AssetId } from "./catalog.ts";
import type { ReadableLibrary } from "./library.ts";
import type { Records } from "./records.ts";

/**
 * A bounded number of the vectors of earlier queries. It saves time and decides nothing: neither
 * method rejects or waits, and a vector that can't be kept now (the library is in use, or
 * read-only) is made again next time.
 */
export interface QueryVectors {
  get(embedder: string, query: string): Promise<Float32Array | undefined>;
  put(embedder: string, query: string, vector: Float32Array): Promise<void>;
}

export interface SearchViewOptions {
  /** true: the newest state of the library, or a rejection. */
  readonly fresh: boolean;
  /** Given when only some files are searched. */
  readonly only?: ((id: AssetId) => boolean) | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What searches read. */
export interface SearchView {
  readonly library: ReadableLibrary;
  /** What a copy has besides transcripts; the library's own records where it is left out. */
  readonly records?: Pick<Records, "get" | "list">;
  readonly queryVectors?: QueryVectors | undefined;
  /** When it was last the same as the library, Unix milliseconds; undefined: now. */
  readonly asOfMs?: number;
  /** Why the view could not be made the same as the library just now. */
  readonly away?: MediasearchError;
  /** What the user should know of where the view answers from, each in one line. */
  readonly notices?: readonly string[];
  /** Given when the view must be closed apart from its backend. */
  readonly close?: () => Promise<void>;
}

/**
 * Where searches are answered.
 * - library: by the library itself; `queryVectors` is absent where keeping them would gain nothing
 * - copy: by a copy on this machine, which `open` brings up to date when it is old, or by the
 *   library's server
 */
export type SearchAccess =
  | { readonly kind: "library"; readonly queryVectors?: QueryVectors | undefined }
  | { readonly kind: "copy"; open(options: SearchViewOptions): Promise<SearchView> };
