import type { ComponentChildren } from "preact";
import type { Problem } from "./api.ts";
import { COLOURS, colourOf } from "./format.ts";

type Range = readonly [number, number];

interface MarkedProps {
  readonly text: string;
  /** What matches, in UTF-16 units, in order. */
  readonly ranges: readonly Range[];
  /** The word that is being said. */
  readonly said?: Range | undefined;
}

/** Text with the ranges that match marked. Its direction is its own. */
export function Marked({ text, ranges, said }: MarkedProps) {
  const parts: ComponentChildren[] = [];
  const ends = [...ranges, ...(said ? [said] : [])].flat();
  const cuts = [...new Set([0, ...ends, text.length])].toSorted((a, b) => a - b);
  for (const [i, start] of cuts.entries()) {
    const end = cuts[i + 1];
    if (end === undefined || start < 0 || end > text.length) continue;
    parts.push(<Part key={start} {...{ text, start, end, ranges, said }} />);
  }
  return <bdi>{parts}</bdi>;
}

interface PartProps extends MarkedProps {
  readonly start: number;
  readonly end: number;
}

function Part({ text, start, end, ranges, said }: PartProps) {
  const isIn = (range: Range): boolean => range[0] <= start && end <= range[1];
  const part = text.slice(start, end);
  const shown = said && isIn(said) ? <span class="said-now">{part}</span> : part;
  return ranges.some(isIn) ? <mark>{shown}</mark> : <>{shown}</>;
}

interface SpeakerProps {
  readonly name: string;
  /** All speakers of the recording. */
  readonly among?: readonly string[];
}

/** In a list of recordings a name has one colour; in a recording each speaker has another. */
export const Speaker = ({ name, among }: SpeakerProps) => (
  <span class={`speaker colour${among ? among.indexOf(name) % COLOURS : colourOf(name)}`}>
    <bdi>{name}</bdi>
  </span>
);

/** What went wrong, and what to do next. */
export const Failure = ({ problem }: { readonly problem: Problem }) => (
  <div class="failure" role="alert">
    <p>{problem.detail}</p>
    {problem.hint && <p class="quiet">{problem.hint}</p>}
    {problem.status === 401 && (
      <p>
        <a href="/signin">Sign in</a>
      </p>
    )}
  </div>
);

export const Waiting = () => (
  <p class="quiet" role="status">
    Loading…
  </p>
);
