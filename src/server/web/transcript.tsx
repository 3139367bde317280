import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Hit, MediaFile, Segment, Transcript } from "./api.ts";
import { Correction, RenameSpeaker } from "./corrections.tsx";
import { formatClock } from "./format.ts";
import { Marked, Speaker } from "./parts.tsx";
import { isTyping } from "./results.tsx";

interface PaneProps {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly hits: readonly Hit[];
  readonly nowMs: number;
  readonly onSeek: (ms: number) => void;
  readonly onChanged: () => void;
  readonly canEdit: boolean;
}

/** Downloads that the API makes. */
const FORMATS = ["txt", "md", "srt", "vtt", "json"];

/**
 * What is said, line by line: a click seeks, the line that is being said is marked and followed.
 */
export function TranscriptPane(props: PaneProps) {
  const { file, transcript, hits, nowMs, onSeek } = props;
  const { segments } = transcript;
  const [words, setWords] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  const [chosen, setChosen] = useState(-1);
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLInputElement>(null) as RefObject<HTMLInputElement>;
  const current = useMemo(() => indexAt(segments, nowMs), [segments, nowMs]);
  const matches = useMemo(() => matching(segments, words, hits), [segments, words, hits]);
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
      <ol
        ref={list}
        class="lines"
        lang={transcript.language}
        onWheel={() => setFollowing(false)}
        onTouchMove={() => setFollowing(false)}
      >
        {segments.map((segment, index) => (
          <TranscriptLine
            key={segment.index}
            {...props}
            segment={segment}
            isNew={segment.speaker !== segments[index - 1]?.speaker}
            isCurrent={index === current}
            words={words}
            onSeek={() => {
              setFollowing(true);
              onSeek(segment.startMs);
            }}
          />
        ))}
      </ol>
      <Downloads id={file.id} />
    </section>
  );
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
        {found > 0 && `${Math.max(0, chosen) + 1} of ${found}`}
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

interface LineProps extends PaneProps {
  readonly segment: Segment;
  /** Another speaker than in the line before. */
  readonly isNew: boolean;
  readonly isCurrent: boolean;
  readonly words: string;
}

function TranscriptLine(props: LineProps) {
  const { segment, isNew, isCurrent, words, hits, onSeek, canEdit } = props;
  const [isEditing, setEditing] = useState(false);
  const hit = hits.find(({ startMs }) => startMs === segment.startMs);
  const ranges = words === "" ? (hit?.highlights ?? []) : rangesOf(segment.text, words);
  const close = (): void => setEditing(false);
  return (
    <li class={isCurrent ? "current" : ""} aria-current={isCurrent ? "true" : undefined}>
      {isNew && segment.speaker && (
        <div class="turn">
          <Speaker name={segment.speaker} among={props.file.speakers} />
          {canEdit && <RenameSpeaker {...props} name={segment.speaker} />}
        </div>
      )}
      {isEditing ? (
        <Correction {...props} onClose={close} />
      ) : (
        <>
          <button
            type="button"
            class={segment.confidence !== null && segment.confidence < 0.5 ? "line unsure" : "line"}
            onClick={() => onSeek(segment.startMs)}
            dir="auto"
          >
            <span class="time">{formatClock(segment.startMs)}</span>{" "}
            <Marked text={segment.text} ranges={ranges} />
          </button>
          {canEdit && (
            <button
              type="button"
              class="edit"
              aria-label={`Correct the line at ${formatClock(segment.startMs)}`}
              onClick={() => setEditing(true)}
            >
              ✎
            </button>
          )}
        </>
      )}
    </li>
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

function rangesOf(text: string, words: string): readonly (readonly [number, number])[] {
  const folded = foldCase(words.trim());
  const found: [number, number][] = [];
  if (folded === "") return found;
  const inText = foldCase(text);
  for (let at = inText.indexOf(folded); at >= 0; at = inText.indexOf(folded, at + folded.length))
    found.push([at, at + folded.length]);
  return found;
}
