import { useCallback, useState } from "preact/hooks";
import type { MediaFile, Segment, Transcript, Word } from "./api.ts";
import type { Clock } from "./clock.ts";
import { Correction, RenameSpeaker } from "./corrections.tsx";
import { formatClock } from "./format.ts";
import { Marked, Speaker } from "./parts.tsx";
import { usePicked } from "./store.ts";

/** A part of a text, in UTF-16 units, the end excluded. */
export type Range = readonly [number, number];

interface LineProps {
  readonly file: MediaFile;
  readonly transcript: Transcript;
  readonly segment: Segment;
  /** What is marked in the text. */
  readonly ranges: readonly Range[];
  readonly clock: Clock;
  /** Another speaker than in the line before. */
  readonly isNew: boolean;
  readonly isCurrent: boolean;
  readonly canEdit: boolean;
  readonly onSeek: (ms: number) => void;
  readonly onChanged: () => void;
}

export function TranscriptLine(props: LineProps) {
  const { segment, ranges, isNew, isCurrent, clock, onSeek, canEdit } = props;
  const [isEditing, setEditing] = useState(false);
  return (
    <li class={isCurrent ? "current" : ""} aria-current={isCurrent ? "true" : undefined}>
      {isNew && segment.speaker && (
        <div class="turn">
          <Speaker name={segment.speaker} among={props.file.speakers} />
          {canEdit && <RenameSpeaker {...props} name={segment.speaker} />}
        </div>
      )}
      {isEditing ? (
        <Correction {...props} onClose={() => setEditing(false)} />
      ) : (
        <>
          <button
            type="button"
            class={segment.confidence !== null && segment.confidence < 0.5 ? "line unsure" : "line"}
            // What was selected to be copied is not played.
            onClick={() => getSelection()?.isCollapsed !== false && onSeek(segment.startMs)}
            dir="auto"
          >
            <span class="time">{formatClock(segment.startMs)}</span>{" "}
            {isCurrent && segment.words ? (
              <SaidWords segment={segment} words={segment.words} ranges={ranges} clock={clock} />
            ) : (
              <Marked text={segment.text} ranges={ranges} />
            )}
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

interface SaidProps {
  readonly segment: Segment;
  readonly words: readonly Word[];
  readonly ranges: readonly Range[];
  readonly clock: Clock;
}

/** The text of a line in which the word that is being said is marked. */
function SaidWords({ segment: { text }, words, ranges, clock }: SaidProps) {
  const pick = useCallback(
    (ms: number) => words.findLastIndex(({ startMs }) => startMs <= ms),
    [words],
  );
  const now = usePicked(clock, pick);
  const said = wordRanges(text, words)[now];
  return <Marked text={text} ranges={ranges} said={said} />;
}

/** Where each word stands in the text, in UTF-16 units. */
function wordRanges(text: string, words: readonly Word[]): readonly Range[] {
  let done = 0;
  return words.map(({ text: word }) => {
    const start = Math.max(done, text.indexOf(word, done));
    done = start + word.length;
    return [start, done];
  });
}
