import type { RawCue } from "./raw-cue.ts";

/** How long a line stays where nothing says when it ends. */
const LAST_MS = 4000;
const LONGEST_MS = 10_000;

export type OpenCue = Omit<RawCue, "endMs"> & { readonly endMs: number | null };

/**
 * Ends cues of formats that only say when they begin: with the next, and after ten seconds at most.
 */
export function fillEnds(cues: readonly OpenCue[]): RawCue[] {
  const ordered = cues.toSorted((a, b) => a.startMs - b.startMs);
  return ordered.map((cue, i) => {
    if (cue.endMs !== null) return { ...cue, endMs: cue.endMs };
    const next = ordered.slice(i + 1, i + 20).find(({ startMs }) => startMs > cue.startMs);
    const endMs = next === undefined ? cue.startMs + LAST_MS : next.startMs;
    return { ...cue, endMs: Math.min(endMs, cue.startMs + LONGEST_MS) };
  });
}
