import { Box, type Key, render, Text, useInput, useWindowSize } from "ink";
import { createElement as h, type ReactNode, useSyncExternalStore } from "react";
import type { CliStreams } from "../../../terminal/io.ts";
import { formatTimestamp, formatNumber } from "../../../text/format.ts";
import { stripControls } from "../../../text/strip-controls.ts";
import type { ResultLine, SearchResult } from "../../../results/search-result.ts";
import { possibleCaptionName } from "../../../media/captions/names.ts";
import { nameOf } from "../../../location.ts";
import { layoutOf, linesBefore, linesOf, shortPath } from "./layout.ts";
import type { SearchModel } from "./model.ts";
import type { MatchMarker, SearchState } from "./state.ts";

interface ViewProps {
  readonly model: SearchModel;
  readonly onExit: () => void;
}

/**
 * Draws the interactive search on a screen of its own, which is gone when it ends. Resolves when
 * the user leaves or the signal aborts.
 */
export async function showSearch(
  model: SearchModel,
  { stdin, stdout, signal }: Pick<CliStreams, "stdin" | "stdout" | "signal">,
): Promise<void> {
  const app = render(h(SearchScreen, { model, onExit: () => app.unmount() }), {
    stdin: stdin as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    interactive: true,
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const leave = (): void => app.unmount();
  signal.addEventListener("abort", leave, { once: true });
  await app.waitUntilExit();
  signal.removeEventListener("abort", leave);
}

function SearchScreen({ model, onExit }: ViewProps): ReactNode {
  const state = useSyncExternalStore(model.subscribe, model.state);
  const { rows, columns } = useWindowSize();
  const { height, page, around, notes } = layoutOf(rows, columns, state.note?.text);
  useInput((input, key) => onKey(model, input, key, Math.max(1, page), onExit));
  const first = Math.max(
    0,
    Math.min(state.selected - Math.floor(page / 2), state.results.length - page),
  );
  const { mark } = state;
  const selected = state.results[state.selected];
  return h(
    Box,
    { flexDirection: "column", height, width: columns },
    h(QueryLine, { state, columns }),
    around > 0 ? h(RuleLine, { columns }) : null,
    part(
      page,
      ...state.results.slice(first, first + page).map((result) =>
        h(ResultRow, {
          key: result.number,
          result,
          mark,
          columns,
          isSelected: result === selected,
          isPlaying: result.number === state.playing,
        }),
      ),
      state.results.length === 0
        ? h(Text, { key: "none", dimColor: true, wrap: "truncate-end" }, hintOf(state))
        : null,
    ),
    around > 0 ? h(RuleLine, { columns }) : null,
    around > 0
      ? part(
          around,
          selected
            ? h(Around, { key: "around", result: selected, mark, lines: around, columns })
            : null,
        )
      : null,
    part(notes, h(Notes, { key: "notes", state })),
  );
}

/**
 * Lines that no other part can take away: what does not fit is not shown. Without its size Yoga
 * would shrink every text a little, one over the other.
 */
const part = (lines: number, ...children: readonly ReactNode[]): ReactNode =>
  h(
    Box,
    { flexDirection: "column", height: lines, flexShrink: 0, overflow: "hidden" },
    ...children,
  );

const RuleLine = ({ columns }: { readonly columns: number }): ReactNode =>
  h(Box, { flexShrink: 0, height: 1 }, h(Text, { dimColor: true }, "─".repeat(columns)));

function hintOf({ letters, isSearching, note }: SearchState): string {
  if (letters.length === 0) return "type what was said";
  return isSearching || note?.ofQuestion ? "" : "nothing found";
}

function QueryLine({
  state,
  columns,
}: {
  readonly state: SearchState;
  readonly columns: number;
}): ReactNode {
  const { letters, cursor } = state;
  const countText = foundOf(state);
  return h(
    Box,
    { justifyContent: "space-between", flexShrink: 0, height: 1, overflow: "hidden" },
    h(
      Text,
      { wrap: "truncate-start" },
      h(Text, { color: "green", bold: true }, "❯ "),
      letters.slice(0, cursor).join(""),
      h(Text, { inverse: true }, letters[cursor] ?? " "),
      letters.slice(cursor + 1).join(""),
    ),
    // The query has priority over the number of hits.
    columns - countText.length < MIN_QUESTION
      ? null
      : h(Box, { flexShrink: 0 }, h(Text, { dimColor: true }, `  ${countText}`)),
  );
}

const MIN_QUESTION = 16;

/** Says how many hits there are, and how many of them can be listed. */
function foundOf({
  results: { length },
  total,
  momentTotal,
  totalIs,
  shownMode,
  isSearching,
}: SearchState): string {
  if (shownMode === null) return "";
  const shown = length >= momentTotal ? hitsOf(total) : shownShare(length, momentTotal, totalIs);
  return `${shown} · ${shownMode}${isSearching ? " …" : ""}`;
}

function shownShare(shown: number, total: number, totalIs: SearchState["totalIs"]): string {
  return totalIs === "ranked"
    ? `the best ${shown} of ${formatNumber(total)} ranked`
    : `first ${shown} of ${hitsOf(total)}`;
}

const hitsOf = (total: number): string => `${formatNumber(total)} ${total === 1 ? "hit" : "hits"}`;

function pointerOf(isPlaying: boolean, isSelected: boolean): string {
  if (isPlaying) return "▶ ";
  return isSelected ? "› " : "  ";
}

function ResultRow({
  result: { number, path, file, startMs, speaker, text, folded },
  mark,
  columns,
  isSelected,
  isPlaying,
}: {
  readonly result: SearchResult;
  readonly mark: MatchMarker;
  readonly columns: number;
  readonly isSelected: boolean;
  readonly isPlaying: boolean;
}): ReactNode {
  const name = shortPath(stripControls(file), columns);
  const isCaptions = possibleCaptionName(nameOf(path)) !== null;
  return h(
    Text,
    { wrap: "truncate-end" },
    h(Text, { color: "green", bold: isSelected }, pointerOf(isPlaying, isSelected)),
    h(Text, { dimColor: true }, `${String(number).padStart(2)} `),
    isCaptions
      ? h(Text, { dimColor: true, strikethrough: true }, name)
      : h(Text, { color: "cyan", bold: isSelected }, name),
    h(Text, { color: "green" }, `  ${formatTimestamp(startMs)}  `),
    folded.length === 0 ? "" : h(Text, { dimColor: true }, `+${folded.length}  `),
    speaker === null ? "" : h(Text, { color: "magenta" }, `${stripControls(speaker)}  `),
    h(Marked, { text, mark }),
  );
}

const Marked = ({ text, mark }: { readonly text: string; readonly mark: MatchMarker }): ReactNode =>
  h(
    Text,
    null,
    ...mark(stripControls(text)).map((piece, i) =>
      piece.matched ? h(Text, { key: i, bold: true, color: "yellow" }, piece.text) : piece.text,
    ),
  );

interface AroundProps {
  readonly result: SearchResult;
  readonly mark: MatchMarker;
  readonly lines: number;
  readonly columns: number;
}

function Around({ result, mark, lines, columns }: AroundProps): ReactNode {
  const line = (one: ResultLine, i: number): ReactNode =>
    h(
      Text,
      { key: `${one.startMs} ${i}`, dimColor: true, wrap: "truncate-end" },
      beginningOf(one),
      h(Marked, { text: one.text, mark }),
    );
  const { startMs, speaker, text, before, after } = result;
  const shown = linesBefore(
    lines,
    linesOf(`${beginningOf(result)}${stripControls(text)}`, columns),
  );
  return h(
    Box,
    { flexDirection: "column", flexShrink: 0 },
    ...before.slice(Math.max(0, before.length - shown)).map(line),
    h(
      Text,
      { key: "it" },
      h(Text, { color: "green" }, `${formatTimestamp(startMs)}  `),
      speaker === null ? "" : h(Text, { color: "magenta" }, `${stripControls(speaker)}: `),
      h(Marked, { text, mark }),
    ),
    ...after.map(line),
  );
}

const beginningOf = ({ startMs, speaker }: ResultLine): string =>
  `${formatTimestamp(startMs)}  ${speaker === null ? "" : `${stripControls(speaker)}: `}`;

function Notes({
  state: { note, playing, didYouMean },
}: {
  readonly state: SearchState;
}): ReactNode {
  if (note) return h(Text, { color: note.isError ? "red" : "green" }, stripControls(note.text));
  if (didYouMean !== null)
    return h(
      Text,
      { wrap: "truncate-end" },
      h(Text, { color: "cyan" }, "did you mean: "),
      stripControls(didYouMean),
      h(Text, { dimColor: true }, " · Tab takes it"),
    );
  return h(
    Text,
    { wrap: "truncate-end", dimColor: true },
    `↑↓ move · Enter ${playing === null ? "play" : "play · Esc stop"} · ^Y copy · ^O open the file · ^U clear · ^C leave`,
  );
}

function onKey(
  model: SearchModel,
  input: string,
  key: Key,
  pageSize: number,
  onExit: () => void,
): void {
  if (key.ctrl) return onControl(model, input, onExit);
  if (key.escape) return onEscape(model, onExit);
  if (key.return) return model.play();
  const step = stepOf(key, pageSize);
  if (step !== undefined) return model.select(step);
  const target = cursorTarget(key);
  if (target !== undefined) return model.moveCursor(target);
  // Terminals send 0x7f for Backspace, which Ink calls delete.
  if (key.backspace || key.delete) return model.remove("letter");
  if (key.tab) return model.takeSuggestion();
  if (input !== "" && !key.meta) onText(model, input, onExit);
}

/** Escape takes back what is nearest: the playing, then the query, then the program. */
function onEscape(model: SearchModel, onExit: () => void): void {
  const { playing, letters } = model.state();
  if (playing !== null) model.stop();
  else if (letters.length > 0) model.remove("all");
  else onExit();
}

/** How many hits a key moves the selection; undefined for other keys. */
function stepOf(key: Key, pageSize: number): number | undefined {
  if (key.upArrow) return -1;
  if (key.downArrow) return 1;
  if (key.pageUp) return -pageSize;
  return key.pageDown ? pageSize : undefined;
}

/** Where a key moves the cursor; undefined for other keys. */
function cursorTarget(key: Key): "left" | "right" | "start" | "end" | undefined {
  if (key.leftArrow) return "left";
  if (key.rightArrow) return "right";
  if (key.home) return "start";
  return key.end ? "end" : undefined;
}

/**
 * What is pasted, or typed faster than it is read, comes in one piece, its control characters with
 * it.
 */
function onText(model: SearchModel, input: string, onExit: () => void): void {
  // oxlint-disable-next-line no-control-regex -- these are the keys
  for (const [piece] of input.matchAll(/[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g)) {
    const code = piece.charCodeAt(0);
    if (code >= 32 && code !== 127) model.insert(piece);
    else if (code === 127 || code === 8) model.remove("letter");
    else if (piece === "\r" && input.endsWith("\r")) model.play();
    else if (piece === "\r" || piece === "\n" || piece === "\t") model.insert(" ");
    else if (code > 0 && code <= 26) onControl(model, String.fromCharCode(code + 96), onExit);
  }
}

function onControl(model: SearchModel, input: string, onExit: () => void): void {
  const acts: Readonly<Record<string, () => void>> = {
    c: onExit,
    d: onExit,
    p: () => model.select(-1),
    n: () => model.select(1),
    y: () => model.copyTime(),
    o: () => model.open(),
    u: () => model.remove("all"),
    w: () => model.remove("word"),
    a: () => model.moveCursor("start"),
    e: () => model.moveCursor("end"),
  };
  acts[input]?.();
}
