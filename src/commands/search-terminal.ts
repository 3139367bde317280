import { Box, type Key, render, Text, useInput, useWindowSize } from "ink";
import { createElement as h, type ReactNode, useSyncExternalStore } from "react";
import type { Io } from "../output.ts";
import { clock, grouped, plain } from "../output.ts";
import type { Line, Moment } from "../results/moment.ts";
import type { Mark, SearchModel, SearchState } from "./search-model.ts";

interface ViewProps {
  readonly model: SearchModel;
  readonly onExit: () => void;
}

/** Draws the interactive search on a screen of its own, which is gone when it ends. Resolves when the user leaves or the signal aborts. */
export async function showSearch(model: SearchModel, { stdin, stdout, signal }: Pick<Io, "stdin" | "stdout" | "signal">): Promise<void> {
  const app = render(h(SearchView, { model, onExit: () => app.unmount() }), {
    stdin: stdin as NodeJS.ReadStream, stdout: stdout as unknown as NodeJS.WriteStream, interactive: true, alternateScreen: true, exitOnCtrlC: false, patchConsole: false,
  });
  const leave = (): void => app.unmount();
  signal.addEventListener("abort", leave, { once: true });
  await app.waitUntilExit();
  signal.removeEventListener("abort", leave);
}

/** Lines that are not results: the question, two rules, the keys. */
const FRAME_LINES = 5;

function SearchView({ model, onExit }: ViewProps): ReactNode {
  const state = useSyncExternalStore(model.subscribe, model.state);
  const { rows, columns } = useWindowSize();
  const pageSize = Math.max(3, Math.floor((rows - FRAME_LINES) / 2));
  useInput((input, key) => onKey(model, input, key, pageSize, onExit));
  const first = Math.max(0, Math.min(state.selected - Math.floor(pageSize / 2), state.moments.length - pageSize));
  const { mark } = state;
  const selected = state.moments[state.selected];
  return h(Box, { flexDirection: "column", height: Math.max(8, rows - 1), width: columns },
    h(Question, { state }),
    h(Text, { dimColor: true }, "─".repeat(columns)),
    h(Box, { flexDirection: "column", height: pageSize },
      ...state.moments.slice(first, first + pageSize).map((moment) => h(Hit, { key: moment.number, moment, mark, isSelected: moment === selected, isPlaying: moment.number === state.playing })),
      state.moments.length === 0 ? h(Text, { key: "none", dimColor: true }, hintOf(state)) : null),
    h(Text, { dimColor: true }, "─".repeat(columns)),
    h(Box, { flexDirection: "column", flexGrow: 1, overflow: "hidden" }, selected ? h(Around, { moment: selected, mark }) : null),
    h(Keys, { state }));
}

const hintOf = ({ letters, isSearching }: SearchState): string => (letters.length === 0 ? "type what was said" : isSearching ? "" : "nothing found");

function Question({ state: { letters, cursor, total, shownMode, isSearching } }: { readonly state: SearchState }): ReactNode {
  const found = shownMode === null ? "" : `${grouped(total)} ${total === 1 ? "hit" : "hits"} · ${shownMode}${isSearching ? " …" : ""}`;
  return h(Box, { justifyContent: "space-between" },
    h(Text, { wrap: "truncate-start" }, h(Text, { color: "green", bold: true }, "❯ "), letters.slice(0, cursor).join(""), h(Text, { inverse: true }, letters[cursor] ?? " "), letters.slice(cursor + 1).join("")),
    h(Text, { dimColor: true }, `  ${found}`));
}

function Hit({ moment: { number, file, startMs, speaker, text }, mark, isSelected, isPlaying }: { readonly moment: Moment; readonly mark: Mark; readonly isSelected: boolean; readonly isPlaying: boolean }): ReactNode {
  return h(Text, { wrap: "truncate-end" },
    h(Text, { color: "green", bold: isSelected }, isPlaying ? "▶ " : isSelected ? "› " : "  "), h(Text, { dimColor: true }, `${String(number).padStart(2)} `),
    h(Text, { color: "cyan", bold: isSelected }, plain(file)), h(Text, { color: "green" }, `  ${clock(startMs)}  `), speaker === null ? "" : h(Text, { color: "magenta" }, `${plain(speaker)}  `), h(Marked, { text, mark }));
}

const Marked = ({ text, mark }: { readonly text: string; readonly mark: Mark }): ReactNode =>
  h(Text, null, ...mark(plain(text)).map((piece, i) => (piece.matched ? h(Text, { key: i, bold: true, color: "yellow" }, piece.text) : piece.text)));

function Around({ moment, mark }: { readonly moment: Moment; readonly mark: Mark }): ReactNode {
  const line = ({ startMs, speaker, text }: Line): ReactNode => h(Text, { key: startMs, dimColor: true }, `${clock(startMs)}  ${speaker === null ? "" : `${plain(speaker)}: `}${plain(text)}`);
  return h(Box, { flexDirection: "column" },
    ...moment.before.map(line),
    h(Text, { key: "it" }, h(Text, { color: "green" }, `${clock(moment.startMs)}  `), moment.speaker === null ? "" : h(Text, { color: "magenta" }, `${plain(moment.speaker)}: `), h(Marked, { text: moment.text, mark })),
    ...moment.after.map(line));
}

function Keys({ state: { note, playing } }: { readonly state: SearchState }): ReactNode {
  if (note) return h(Text, { wrap: "truncate-end", color: note.isError ? "red" : "green" }, plain(note.text));
  return h(Text, { wrap: "truncate-end", dimColor: true }, `↑↓ move · Enter ${playing === null ? "play" : "play · Esc stop"} · ^Y copy the time · ^O open the file · ^U clear · ^C leave`);
}

function onKey(model: SearchModel, input: string, key: Key, pageSize: number, onExit: () => void): void {
  if (key.ctrl) return onControl(model, input, onExit);
  if (key.escape) return model.state().playing !== null ? model.stop() : model.state().letters.length > 0 ? model.remove("all") : onExit();
  if (key.return) return model.play();
  if (key.upArrow || key.downArrow) return model.select(key.upArrow ? -1 : 1);
  if (key.pageUp || key.pageDown) return model.select(key.pageUp ? -pageSize : pageSize);
  if (key.leftArrow || key.rightArrow) return model.moveCursor(key.leftArrow ? "left" : "right");
  if (key.home || key.end) return model.moveCursor(key.home ? "start" : "end");
  // Terminals send 0x7f for Backspace, which Ink calls delete.
  if (key.backspace || key.delete) return model.remove("letter");
  if (input !== "" && !key.meta && !key.tab) onText(model, input, onExit);
}

/** What is pasted, or typed faster than it is read, comes in one piece, its control characters with it. */
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
    c: onExit, d: onExit, p: () => model.select(-1), n: () => model.select(1), y: () => model.copyTime(), o: () => model.open(),
    u: () => model.remove("all"), w: () => model.remove("word"), a: () => model.moveCursor("start"), e: () => model.moveCursor("end"),
  };
  acts[input]?.();
}
