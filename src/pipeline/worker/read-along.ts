import type { Checkpoint } from "../../asr/transcriber.ts";
import { cleanCues } from "../../text/untrusted.ts";
import type { Cue } from "../../types.ts";
import type { RecognisedLine } from "./protocol.ts";

/**
 * Tells each line once, though a recogniser that tells them at once has them in its checkpoints and
 * its result again.
 */
export function createLineTeller(
  tell: (lines: readonly RecognisedLine[]) => void,
  resume: readonly Checkpoint[] = [],
): (cues: readonly Cue[]) => void {
  let toldMs = resume.at(-1)?.cues.at(-1)?.endMs ?? 0;
  return (cues) => {
    const lines = cues.filter(({ startMs, text }) => startMs >= toldMs && text.trim() !== "");
    toldMs = Math.max(toldMs, lines.at(-1)?.endMs ?? 0);
    if (lines.length > 0) tell(cleanCues(lines).map(toLine));
  };
}

const toLine = ({ startMs, endMs, speaker, text }: Cue): RecognisedLine => ({
  startMs,
  endMs,
  speaker,
  text,
});
