import { MediasearchError } from "../errors.ts";

/** Somebody speaks from here to there, in milliseconds, as an annotation says. */
export interface ReferenceTurn {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: string;
}

const FIELDS = { type: 0, start: 3, duration: 4, speaker: 7 } as const;
/** No annotation of one recording is longer. */
const MAX_TURNS = 1_000_000;

/**
 * Reads Rich Transcription Time Marked text (NIST RT-09, appendix A): lines
 * `SPEAKER file channel start duration <NA> <NA> name <NA> <NA>`, times in seconds. Lines of other
 * types are passed over. All turns are taken, whatever file they name.
 * @throws UNREADABLE_MEDIA where a line of a speaker has no times or no name.
 */
export function parseRttm(text: string, path: string): readonly ReferenceTurn[] {
  const turns: ReferenceTurn[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const fields = line.trim().split(/\s+/);
    if (fields[FIELDS.type] !== "SPEAKER") continue;
    const start = Number(fields[FIELDS.start]);
    const duration = Number(fields[FIELDS.duration]);
    const speaker = fields[FIELDS.speaker];
    if (!(start >= 0) || !(duration >= 0) || speaker === undefined || turns.length >= MAX_TURNS)
      throw new MediasearchError("UNREADABLE_MEDIA", `${path}: line ${i + 1} is no line of RTTM`, {
        subject: path,
        hint: "SPEAKER talk 1 0.50 2.25 <NA> <NA> ada <NA> <NA>",
      });
    turns.push({ startMs: start * 1000, endMs: (start + duration) * 1000, speaker });
  }
  return turns;
}
