import type { ComponentChildren } from "preact";
import type { Problem } from "./api.ts";
import { COLOURS, colourOf } from "./format.ts";

/** Text with the ranges that match marked. Its direction is its own. */
export function Marked({
  text,
  ranges,
}: {
  readonly text: string;
  readonly ranges: readonly (readonly [number, number])[];
}) {
  const parts: ComponentChildren[] = [];
  let done = 0;
  for (const [start, end] of ranges) {
    if (start < done || end > text.length) continue;
    parts.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  parts.push(text.slice(done));
  return <bdi>{parts}</bdi>;
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
