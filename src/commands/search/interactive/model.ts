import { stripControls } from "../../../text/strip-controls.ts";
import { formatTimestamp } from "../../../text/format.ts";
import type { SearchResult } from "../../../results/search-result.ts";
import { createPlayback } from "./playback.ts";
import { createStateHolder, errorNote, type SearchState } from "./state.ts";
import { createTypedQuery, type TypedQueryOptions } from "./typed-query.ts";

export interface SearchModelOptions extends TypedQueryOptions {
  /** Resolves when the player ends. */
  readonly play: (result: SearchResult, signal: AbortSignal) => Promise<void>;
  readonly open: (result: SearchResult) => Promise<void>;
  readonly copy: (text: string) => void;
}

export interface SearchModel {
  state(): SearchState;
  subscribe(listener: () => void): () => void;
  insert(text: string): void;
  /** Takes letters away: the one before the cursor, the word before it, or all. */
  remove(what: "letter" | "word" | "all"): void;
  /** Searches for the suggested query. */
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

const segmenter = new Intl.Segmenter();
const splitLetters = (text: string): string[] =>
  [...segmenter.segment(text)].map(({ segment }) => segment);

/** How many of the letters before the cursor stay when the last letter or word is removed. */
function lettersLeft(before: readonly string[], what: "letter" | "word"): number {
  if (what === "letter") return Math.max(0, before.length - 1);
  return splitLetters(before.join("").replace(/\S*\s*$/, "")).length;
}

/**
 * The interactive search without its screen: words are searched at once, meaning when nobody types.
 * The newest search wins, whichever comes back first.
 */
export function createSearchModel(options: SearchModelOptions): SearchModel {
  const holder = createStateHolder();
  const query = createTypedQuery(holder, options);
  const playback = createPlayback(holder, options.play);
  const selectedResult = (): SearchResult | undefined => {
    const { results, selected } = holder.get();
    return results[selected];
  };
  return {
    state: holder.get,
    subscribe: holder.subscribe,
    insert(text) {
      const { letters, cursor } = holder.get();
      // oxlint-disable-next-line no-control-regex -- what is pasted may hold anything
      const added = splitLetters(text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " "));
      query.change(
        [...letters.slice(0, cursor), ...added, ...letters.slice(cursor)],
        cursor + added.length,
      );
    },
    remove(what) {
      if (what === "all") return query.change([], 0);
      const { letters, cursor } = holder.get();
      const before = letters.slice(0, cursor);
      const left = lettersLeft(before, what);
      query.change([...before.slice(0, left), ...letters.slice(cursor)], left);
    },
    moveCursor(to) {
      const { letters, cursor } = holder.get();
      const end = letters.length;
      const targets = { start: 0, end, left: cursor - 1, right: cursor + 1 };
      holder.change({ cursor: Math.max(0, Math.min(end, targets[to])) });
    },
    takeSuggestion() {
      const { didYouMean } = holder.get();
      if (didYouMean === null) return;
      const meant = splitLetters(didYouMean);
      query.change(meant, meant.length);
    },
    select(step) {
      const { results, selected, note } = holder.get();
      holder.change({
        selected: Math.max(0, Math.min(results.length - 1, selected + step)),
        note: note?.ofQuestion ? note : null,
      });
    },
    play() {
      const result = selectedResult();
      if (result) playback.start(result);
    },
    stop: playback.stop,
    open() {
      const result = selectedResult();
      if (!result) return;
      options.open(result).then(
        () => holder.change({ note: { text: `opened ${result.file}`, isError: false } }),
        (error: unknown) => holder.change({ note: errorNote(error) }),
      );
    },
    copyTime() {
      const result = selectedResult();
      if (!result) return;
      const time = formatTimestamp(result.startMs);
      options.copy(copiedText(result, time));
      holder.change({
        note: { text: `copied ${time} with its file and its words`, isError: false },
      });
    },
    close() {
      query.close();
      holder.close();
      playback.close();
    },
  };
}

/** What somebody pastes into a note: where it was said, by whom, and the words. */
const copiedText = ({ file, speaker, text }: SearchResult, time: string): string =>
  stripControls(`${file}  ${time}  ${speaker === null ? "" : `${speaker}: `}${text}`);
