import type { SearchMode } from "../../../search/hybrid.ts";
import { errorNote, type FoundPage, type SearchState, type StateHolder } from "./state.ts";

export interface TypedQueryOptions {
  /** The mode of the search that follows when nobody types. */
  readonly mode: SearchMode;
  readonly find: (query: string, mode: SearchMode) => Promise<FoundPage>;
  /** Called with the first letter: the model may be loaded. */
  readonly onFirstLetter: () => void;
  /** After this time without a letter the query counts as typed. */
  readonly idleMs: number;
}

/** Searches while a query is typed. */
export interface TypedQuery {
  /** The query is now these letters, with the cursor behind so many of them. */
  change(letters: readonly string[], cursor: number): void;
  /** Searches that are under way must show nothing any more. */
  close(): void;
}

/**
 * Makes the query for words that are still being typed: the last word finds every word that begins
 * so, except inside quotation marks.
 */
export function typedSoFar(query: string): string {
  const isWord = /(?:^|[\s(])[\p{L}\p{N}]{3,}$/u.test(query) && !/\b(?:AND|OR|NOT)$/.test(query);
  return isWord && query.split('"').length % 2 === 1 ? `${query}*` : query;
}

/** Of the searches that were begun, only the newest may show what it found. */
export function createTypedQuery(holder: StateHolder, options: TypedQueryOptions): TypedQuery {
  let newest = 0;
  let idle: NodeJS.Timeout | undefined;
  let wasTyped = false;
  const search = async (
    query: string | Promise<string>,
    mode: SearchMode,
    isLast: boolean,
  ): Promise<number | undefined> => {
    const mine = ++newest;
    try {
      const page = await options.find(typeof query === "string" ? query : await query, mode);
      if (mine === newest) show(holder, page, mode, isLast);
      return page.total;
    } catch (error) {
      if (mine === newest)
        holder.change({ note: { ...errorNote(error), ofQuestion: true }, isSearching: false });
      return undefined;
    }
  };
  return {
    change(letters, cursor) {
      const query = letters.join("").trim();
      const isOther = query !== holder.get().letters.join("").trim();
      holder.change({ letters, cursor, ...(isOther ? { selected: 0 } : {}) });
      if (!isOther) return;
      clearTimeout(idle);
      newest++;
      if (query === "") return holder.change(EMPTY_PAGE);
      const { note } = holder.get();
      holder.change({ isSearching: true, note: note?.ofQuestion ? note : null });
      if (!wasTyped) options.onFirstLetter();
      wasTyped = true;
      const asTyped = letters.join("").trimStart();
      const whileTyped = search(typedSoFar(asTyped).trim(), "keyword", false);
      idle = setTimeout(
        () => void search(finalQuery(asTyped, whileTyped, options.find), options.mode, true),
        options.idleMs,
      );
    },
    close() {
      clearTimeout(idle);
      newest++;
    },
  };
}

const EMPTY_PAGE = {
  results: [],
  total: 0,
  momentTotal: 0,
  didYouMean: null,
  shownMode: null,
  isSearching: false,
  note: null,
} as const;

/** Shows a page. The hit that was selected stays selected if the last search found it too. */
function show(
  holder: StateHolder,
  { results, total, momentTotal, totalIs, didYouMean, mark, missing }: FoundPage,
  mode: SearchMode,
  isLast: boolean,
): void {
  const { results: shown, selected, note } = holder.get();
  const held = shown[selected];
  const same =
    isLast && held
      ? results.findIndex(({ path, startMs }) => path === held.path && startMs === held.startMs)
      : -1;
  holder.change({
    results,
    total,
    momentTotal,
    totalIs,
    didYouMean,
    mark,
    selected: selected === 0 ? 0 : Math.max(0, same),
    shownMode: mode,
    isSearching: !isLast,
    note: noteAfter(note, missing),
  });
}

/** What a key led to is told until the question changes, whenever the answer comes. */
function noteAfter(note: SearchState["note"], missing: string | undefined): SearchState["note"] {
  if (missing !== undefined) return { text: missing, isError: false, ofQuestion: true };
  return note?.ofQuestion ? null : note;
}

/**
 * The query when nobody types any more. Its last word counts as the beginning of a word only where
 * nobody said it as a whole, but somebody said a word that begins so.
 */
async function finalQuery(
  query: string,
  whileTyped: Promise<number | undefined>,
  find: TypedQueryOptions["find"],
): Promise<string> {
  const begun = typedSoFar(query);
  if (begun === query) return query.trim();
  const { total } = await find(/[^\s(]+$/.exec(query)?.[0] ?? query, "keyword");
  return total > 0 || (await whileTyped) === 0 ? query : begun;
}
