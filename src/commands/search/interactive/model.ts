import { type MediasearchError, toMediasearchError } from "../../../errors.ts";
import { formatTimestamp } from "../../../text/format.ts";
import type { SearchResult, ResultPage } from "../../../results/moment.ts";
import type { SearchMode } from "../../../search/hybrid.ts";

/** What the interactive search shows. A value: every change makes a new one. */
export interface SearchState {
  /** Letters as they are seen, so that a cursor never stands inside one. */
  readonly letters: readonly string[];
  /** Letters before it. */
  readonly cursor: number;
  readonly moments: readonly SearchResult[];
  readonly total: number;
  /** Whether that is all there are, or only what was ranked. */
  readonly totalIs: Found["totalIs"];
  readonly didYouMean: string | null;
  readonly mark: Mark;
  readonly selected: number;
  /** The mode that found what is shown; null before the first search. */
  readonly shownMode: string | null;
  readonly isSearching: boolean;
  /** For the user: what was done, or why not. What is wrong with the question stays as long as the question. */
  readonly note: {
    readonly text: string;
    readonly isError: boolean;
    readonly ofQuestion?: true;
  } | null;
  readonly playing: number | null;
}

/** Cuts a text where it matches what was asked. */
export type Mark = (
  text: string,
) => readonly { readonly text: string; readonly matched: boolean }[];

export interface Found extends Pick<ResultPage, "moments" | "total" | "totalIs" | "didYouMean"> {
  readonly mark: Mark;
}

export interface SearchModelOptions {
  /** The mode of the search that follows when nobody types. */
  readonly mode: SearchMode;
  readonly find: (query: string, mode: SearchMode) => Promise<Found>;
  /** Resolves when the player ends. */
  readonly play: (moment: SearchResult, signal: AbortSignal) => Promise<void>;
  readonly open: (moment: SearchResult) => Promise<void>;
  readonly copy: (text: string) => void;
  /** Called with the first letter: the model may be loaded. */
  readonly onFirstLetter: () => void;
  readonly idleMs: number;
}

export interface SearchModel {
  state(): SearchState;
  subscribe(listener: () => void): () => void;
  insert(text: string): void;
  /** Takes letters away: the one before the cursor, the word before it, or all. */
  remove(what: "letter" | "word" | "all"): void;
  /** Asks for what may have been meant. */
  takeSuggestion(): void;
  moveCursor(to: "left" | "right" | "start" | "end"): void;
  select(step: number): void;
  /** Plays the selected hit; what plays already is stopped. */
  play(): void;
  stop(): void;
  open(): void;
  copyTime(): void;
  close(): void;
}

const letters = new Intl.Segmenter();
const split = (text: string): string[] => [...letters.segment(text)].map(({ segment }) => segment);

/** The words so far find at once what begins so: the last one is still being typed. Not so inside of quotation marks. */
export function typedSoFar(query: string): string {
  const isWord = /(?:^|[\s(])[\p{L}\p{N}]{3,}$/u.test(query) && !/\b(?:AND|OR|NOT)$/.test(query);
  return isWord && query.split('"').length % 2 === 1 ? `${query}*` : query;
}

/** How many of the letters before the cursor stay when the last letter or word is removed. */
function lettersLeft(before: readonly string[], what: "letter" | "word"): number {
  if (what === "letter") return Math.max(0, before.length - 1);
  return split(before.join("").replace(/\S*\s*$/, "")).length;
}

/** The interactive search without its screen: words at once, meaning when nobody types. The newest search wins, whatever comes back first. */
export function searchModel(options: SearchModelOptions): SearchModel {
  let state: SearchState = {
    letters: [],
    cursor: 0,
    moments: [],
    total: 0,
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
  let newest = 0;
  let idle: NodeJS.Timeout | undefined;
  let player: AbortController | undefined;
  let wasTyped = false;

  const set = (change: Partial<SearchState>): void => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };
  const fail = (error: unknown): void =>
    set({ note: { text: told(toMediasearchError(error)), isError: true } });

  /** What stands there now: the last word as the beginning of one where nobody said it as a whole, but something that begins so. */
  const settled = async (
    query: string,
    whileTyped: Promise<number | undefined>,
  ): Promise<string> => {
    const begun = typedSoFar(query);
    if (begun === query) return query.trim();
    const { total } = await options.find(/[^\s(]+$/.exec(query)?.[0] ?? query, "keyword");
    return total > 0 || (await whileTyped) === 0 ? query : begun;
  };
  /** @returns how many there are; undefined when nobody wants to know any more. */
  const search = async (
    asked: string | Promise<string>,
    mode: SearchMode,
    isLast: boolean,
  ): Promise<number | undefined> => {
    const mine = ++newest;
    try {
      const { moments, total, totalIs, didYouMean, mark } = await options.find(
        typeof asked === "string" ? asked : await asked,
        mode,
      );
      if (mine !== newest) return total;
      const held = state.moments[state.selected];
      const same =
        isLast && held
          ? moments.findIndex(({ path, startMs }) => path === held.path && startMs === held.startMs)
          : -1;
      set({
        moments,
        total,
        totalIs,
        didYouMean,
        mark,
        selected: state.selected === 0 ? 0 : Math.max(0, same),
        shownMode: mode,
        isSearching: !isLast,
        note: state.note?.isError ? null : state.note,
      });
      return total;
    } catch (error) {
      if (mine === newest)
        set({
          note: { text: told(toMediasearchError(error)), isError: true, ofQuestion: true },
          isSearching: false,
        });
      return undefined;
    }
  };
  const changed = (text: readonly string[], cursor: number): void => {
    const query = text.join("").trim();
    const isOther = query !== state.letters.join("").trim();
    set({ letters: text, cursor, ...(isOther ? { selected: 0 } : {}) });
    if (!isOther) return;
    clearTimeout(idle);
    newest++;
    if (query === "")
      return set({
        moments: [],
        total: 0,
        didYouMean: null,
        shownMode: null,
        isSearching: false,
        note: null,
      });
    set({ isSearching: true, note: state.note?.isError ? state.note : null });
    if (!wasTyped) options.onFirstLetter();
    wasTyped = true;
    const asTyped = text.join("").trimStart();
    const whileTyped = search(typedSoFar(asTyped).trim(), "keyword", false);
    idle = setTimeout(
      () => void search(settled(asTyped, whileTyped), options.mode, true),
      options.idleMs,
    );
  };
  const chosen = (): SearchResult | undefined => state.moments[state.selected];
  const stop = (): void => {
    player?.abort("stopped");
    player = undefined;
    set({ playing: null });
  };
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    insert(text) {
      // oxlint-disable-next-line no-control-regex -- what is pasted may hold anything
      const added = split(text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " "));
      changed(
        [...state.letters.slice(0, state.cursor), ...added, ...state.letters.slice(state.cursor)],
        state.cursor + added.length,
      );
    },
    remove(what) {
      const before = state.letters.slice(0, state.cursor);
      if (what === "all") return changed([], 0);
      const left = lettersLeft(before, what);
      changed([...before.slice(0, left), ...state.letters.slice(state.cursor)], left);
    },
    moveCursor(to) {
      const end = state.letters.length;
      const targets = { start: 0, end, left: state.cursor - 1, right: state.cursor + 1 };
      set({ cursor: Math.max(0, Math.min(end, targets[to])) });
    },
    takeSuggestion() {
      if (state.didYouMean === null) return;
      const meant = split(state.didYouMean);
      changed(meant, meant.length);
    },
    select: (step) =>
      set({
        selected: Math.max(0, Math.min(state.moments.length - 1, state.selected + step)),
        note: state.note?.ofQuestion ? state.note : null,
      }),
    play() {
      const moment = chosen();
      if (!moment) return;
      stop();
      const mine = new AbortController();
      player = mine;
      set({ playing: moment.number, note: null });
      options
        .play(moment, mine.signal)
        .then(
          () => {},
          (error: unknown) => {
            if (!mine.signal.aborted) fail(error);
          },
        )
        .finally(() => {
          if (player === mine) set({ playing: null });
        });
    },
    stop,
    open() {
      const moment = chosen();
      if (moment)
        options
          .open(moment)
          .then(() => set({ note: { text: `opened ${moment.file}`, isError: false } }), fail);
    },
    copyTime() {
      const moment = chosen();
      if (!moment) return;
      const text = formatTimestamp(moment.startMs);
      options.copy(text);
      set({ note: { text: `copied ${text}`, isError: false } });
    },
    close() {
      clearTimeout(idle);
      newest++;
      listeners.clear();
      player?.abort("closed");
    },
  };
}

/** In one line: a message may go on with a picture of what it means. */
const told = ({ message, hint }: MediasearchError): string =>
  [message.split("\n")[0], ...(hint ? [hint] : [])].join("; ");
