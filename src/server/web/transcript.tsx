import type { RefObject, VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Hit, MediaFile, Segment, Transcript } from "./api.ts";
import type { Clock } from "./clock.ts";
import { isTyping } from "./results.tsx";
import { SelectionTools } from "./selection.tsx";
import { usePicked } from "./store.ts";
import { type Range, TranscriptLine } from "./transcript-line.tsx";

interface PaneProps {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly hits: readonly Hit[];
  readonly clock: Clock;
  readonly onSeek: (ms: number) => void;
  readonly onChanged: () => void;
  readonly canEdit: boolean;
  readonly canClip: boolean;
}

/** Of the search that led here, as many as the API gives at once. */
export const MAX_HITS = 1000;
/** Downloads that the API makes. */
const FORMATS = ["txt", "md", "srt", "vtt", "json"];

/**
 * What is said, line by line: a click seeks, the line that is being said is marked and followed.
 */
export function TranscriptPane(props: PaneProps) {
  const { file, transcript, hits, clock } = props;
  const { segments } = transcript;
  const [words, setWords] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  const [chosen, setChosen] = useState(-1);
  const list = useRef<HTMLOListElement>(null) as RefObject<HTMLOListElement>;
  const field = useRef<HTMLInputElement>(null) as RefObject<HTMLInputElement>;
  const pick = useCallback((ms: number) => indexAt(segments, ms), [segments]);
  const current = usePicked(clock, pick);
  const searched = useSettled(words);
  const matches = useMemo(() => matching(segments, searched, hits), [segments, searched, hits]);
  const show = (index: number): void =>
    list.current?.children[index]?.scrollIntoView({ block: "center" });
  const go = (step: number): void => {
    if (matches.length === 0) return;
    const next = (chosen + step + matches.length) % matches.length;
    setChosen(next);
    setFollowing(false);
    show(matches[next] ?? 0);
  };
  useEffect(() => {
    if (isFollowing && current >= 0) show(current);
  }, [current, isFollowing]);
  useTranscriptKeys(go, field);
  return (
    <section class="transcript" aria-label="Transcript">
      <Tools
        field={field}
        words={words}
        found={matches.length}
        chosen={chosen}
        isFollowing={isFollowing}
        onWords={(text) => {
          setWords(text);
          setChosen(-1);
        }}
        onGo={go}
        onFollow={setFollowing}
      />
      <SelectionTools {...props} list={list} />
      <ol
        ref={list}
        class="lines"
        lang={transcript.language}
        onWheel={() => setFollowing(false)}
        onTouchMove={() => setFollowing(false)}
      >
        <Lines {...props} words={searched} current={current} onFollow={() => setFollowing(true)} />
      </ol>
      <Downloads id={file.id} />
    </section>
  );
}

interface LinesProps extends PaneProps {
  readonly words: string;
  readonly current: number;
  readonly onFollow: () => void;
}

interface DrawnLine {
  readonly segment: Segment;
  readonly ranges: readonly Range[];
  readonly isNew: boolean;
  readonly canEdit: boolean;
  readonly line: VNode;
}

const NO_RANGES: readonly Range[] = [];

/**
 * All lines. Those that did not change are the same objects as before, which Preact passes over:
 * otherwise a transcript of 10,000 lines would be compared whole with every line that is said, and
 * with every letter that is searched for.
 */
function Lines(props: LinesProps) {
  const { transcript, hits, words, current, canEdit, onSeek, onFollow } = props;
  const { segments } = transcript;
  const drawn = useRef<readonly DrawnLine[]>([]);
  const draw = (segment: Segment, index: number, ranges: readonly Range[], isCurrent: boolean) => (
    <TranscriptLine
      key={segment.index}
      {...props}
      segment={segment}
      ranges={ranges}
      isNew={isTurn(segments, index)}
      isCurrent={isCurrent}
      onSeek={(ms) => {
        onFollow();
        onSeek(ms);
      }}
    />
  );
  const lines = useMemo(() => {
    const byStart = new Map(hits.map(({ startMs, highlights }) => [startMs, highlights]));
    const folded = foldCase(words.trim());
    drawn.current = segments.map((segment, index): DrawnLine => {
      const marked = folded === "" ? byStart.get(segment.startMs) : rangesOf(segment.text, folded);
      const facts = {
        segment,
        ranges: marked ?? NO_RANGES,
        isNew: isTurn(segments, index),
        canEdit,
      };
      const before = drawn.current[index];
      return before && isSameLine(before, facts)
        ? before
        : { ...facts, line: draw(segment, index, facts.ranges, false) };
    });
    return drawn.current.map(({ line }) => line);
  }, [segments, hits, words, canEdit]);
  const said = drawn.current[current];
  return <>{said ? lines.with(current, draw(said.segment, current, said.ranges, true)) : lines}</>;
}

const isSameLine = (a: Omit<DrawnLine, "line">, b: Omit<DrawnLine, "line">): boolean =>
  a.segment === b.segment &&
  a.ranges === b.ranges &&
  a.isNew === b.isNew &&
  a.canEdit === b.canEdit;

/** Whether another speaker than in the line before speaks. */
const isTurn = (segments: readonly Segment[], index: number): boolean =>
  segments[index]?.speaker !== segments[index - 1]?.speaker;

const SETTLE_MS = 150;

/** A text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** n and p go through the hits, / searches. */
function useTranscriptKeys(go: (step: number) => void, field: RefObject<HTMLInputElement>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      if (event.key === "n") go(1);
      else if (event.key === "p") go(-1);
      else if (event.key === "/") field.current?.focus();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

const Downloads = ({ id }: { readonly id: string }) => (
  <p class="quiet">
    Download:{" "}
    {FORMATS.map((format) => (
      <a
        key={format}
        class="format"
        download
        href={`/v1/files/${encodeURIComponent(id)}/transcript?format=${format}`}
      >
        {format}
      </a>
    ))}
  </p>
);

interface ToolsProps {
  readonly field: RefObject<HTMLInputElement>;
  readonly words: string;
  /** How many lines match, and which of them was shown last; -1 for none. */
  readonly found: number;
  readonly chosen: number;
  readonly isFollowing: boolean;
  readonly onWords: (words: string) => void;
  readonly onGo: (step: number) => void;
  readonly onFollow: (isFollowing: boolean) => void;
}

/** The search that led here has its best hits only; what is typed here is counted to the end. */
const foundText = (found: number, words: string): string =>
  `${found.toLocaleString("en")}${words === "" && found >= MAX_HITS ? " and more" : ""}`;

function Tools(props: ToolsProps) {
  const { field, words, found, chosen, isFollowing, onWords, onGo, onFollow } = props;
  return (
    <div class="tools">
      <input
        ref={field}
        type="search"
        placeholder="Search in the transcript"
        aria-label="Search in the transcript"
        value={words}
        onInput={({ currentTarget }) => onWords(currentTarget.value)}
        onKeyDown={({ key }) => key === "Enter" && onGo(1)}
      />
      <span role="status">
        {found > 0 && `${Math.max(0, chosen) + 1} of ${foundText(found, words)}`}
        {words !== "" && found === 0 && "nothing found"}
      </span>
      <button type="button" onClick={() => onGo(-1)} disabled={found === 0}>
        Previous
      </button>
      <button type="button" onClick={() => onGo(1)} disabled={found === 0}>
        Next
      </button>
      <label>
        <input
          type="checkbox"
          checked={isFollowing}
          onChange={({ currentTarget }) => onFollow(currentTarget.checked)}
        />{" "}
        Follow
      </label>
    </div>
  );
}

/** The line that is being said, or the last one before; -1 before the first. */
function indexAt(segments: readonly Segment[], ms: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const foldCase = (text: string): string => text.toLocaleLowerCase();

function matching(
  segments: readonly Segment[],
  words: string,
  hits: readonly Hit[],
): readonly number[] {
  const starts = new Set(hits.map(({ startMs }) => startMs));
  const folded = foldCase(words.trim());
  const isMatch = ({ text, startMs }: Segment): boolean =>
    folded === "" ? starts.has(startMs) : foldCase(text).includes(folded);
  return segments.flatMap((segment, index) => (isMatch(segment) ? [index] : []));
}

/** Where words stand in a text, in UTF-16 units; undefined for nowhere. */
function rangesOf(text: string, folded: string): readonly Range[] | undefined {
  const inText = foldCase(text);
  const found: [number, number][] = [];
  for (let at = inText.indexOf(folded); at >= 0; at = inText.indexOf(folded, at + folded.length))
    found.push([at, at + folded.length]);
  return found.length === 0 ? undefined : found;
}
