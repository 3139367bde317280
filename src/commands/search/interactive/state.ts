import { type MediasearchError, toMediasearchError } from "../../../errors.ts";
import type { SearchResult, ResultPage } from "../../../results/search-result.ts";

/** What the interactive search shows. It is a value: every change must make a new one. */
export interface SearchState {
  /** Letters as they are seen, so that a cursor never stands inside one. */
  readonly letters: readonly string[];
  /** How many letters are before the cursor. */
  readonly cursor: number;
  readonly results: readonly SearchResult[];
  readonly total: number;
  /** How many of them can be listed, where hits of a moment are folded under the best. */
  readonly momentTotal: number;
  /** Whether `total` counts all hits, or only those that were ranked. */
  readonly totalIs: FoundPage["totalIs"];
  readonly didYouMean: string | null;
  readonly mark: MatchMarker;
  readonly selected: number;
  /** The mode that found what is shown; null before the first search. */
  readonly shownMode: string | null;
  readonly isSearching: boolean;
  /**
   * For the user: what was done, or why not. What is wrong with the question stays as long as the
   * question.
   */
  readonly note: {
    readonly text: string;
    readonly isError: boolean;
    readonly ofQuestion?: true;
  } | null;
  readonly playing: number | null;
}

/** Cuts a text where it matches what was asked. */
export type MatchMarker = (
  text: string,
) => readonly { readonly text: string; readonly matched: boolean }[];

export interface FoundPage extends Pick<
  ResultPage,
  "results" | "total" | "momentTotal" | "totalIs" | "didYouMean"
> {
  readonly mark: MatchMarker;
  /** What is missing in the question, which was answered as far as it goes. */
  readonly missing?: string | undefined;
}

/** Holds the state and tells listeners of each change. */
export interface StateHolder {
  get(): SearchState;
  change(part: Partial<SearchState>): void;
  subscribe(listener: () => void): () => void;
  /** No listener is told of anything from now on. */
  close(): void;
}

export function createStateHolder(): StateHolder {
  let state: SearchState = {
    letters: [],
    cursor: 0,
    results: [],
    total: 0,
    momentTotal: 0,
    totalIs: "all",
    didYouMean: null,
    mark: (text) => [{ text, matched: false }],
    selected: 0,
    shownMode: null,
    isSearching: false,
    note: null,
    playing: null,
  };
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    change(part) {
      state = { ...state, ...part };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
}

/** The note that tells of a failure. */
export const errorNote = (error: unknown): { readonly text: string; readonly isError: true } => ({
  text: inOneLine(toMediasearchError(error)),
  isError: true,
});

/** A message may go on with a picture of what it means; the note has room for its first line. */
const inOneLine = ({ message, hint }: MediasearchError): string =>
  [message.split("\n")[0], ...(hint ? [hint] : [])].join("; ");
