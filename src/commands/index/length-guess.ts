import { extname } from "node:path";
import type { Origin } from "../../types.ts";
import type { EventOf } from "./event-text.ts";

type Work = EventOf<"expected">["work"];

/** Where the words came from: not from the file where it is a copy, or failed. */
type Source = Origin | "elsewhere";

/** Guesses of what nobody has looked at yet, by what files of the same ending were like. */
export interface LengthGuess {
  readonly tell: (work: Work, durationMs: number) => void;
  /** Milliseconds of audio. */
  readonly guess: (work: Work) => number;
  readonly tellSource: (path: string, source: Source) => void;
  /** Which part of such audio is recognised: others have captions, are copies or fail. */
  readonly audioShare: (work: Work) => number;
}

interface Seen {
  bytes: number;
  ms: number;
  readonly files: Record<Source, number>;
}

/** 128 kbit/s. */
const GUESSED_BYTES_PER_MS = 16;

export function createLengthGuess(): LengthGuess {
  const seen = new Map<string, Seen>();
  const seenLike = (path: string): Seen => {
    const ending = extname(path).toLowerCase();
    const known = seen.get(ending) ?? {
      bytes: 0,
      ms: 0,
      files: { asr: 0, captions: 0, elsewhere: 0 },
    };
    seen.set(ending, known);
    return known;
  };
  return {
    tell({ path, sizeBytes }, durationMs) {
      const known = seenLike(path);
      known.bytes += sizeBytes;
      known.ms += durationMs;
    },
    guess({ path, sizeBytes }) {
      const own = seenLike(path);
      const known = own.ms > 0 ? [own] : [...seen.values()];
      const bytes = known.reduce((sum, one) => sum + one.bytes, 0);
      const ms = known.reduce((sum, one) => sum + one.ms, 0);
      return sizeBytes / (ms > 0 ? bytes / ms : GUESSED_BYTES_PER_MS);
    },
    tellSource(path, source) {
      seenLike(path).files[source]++;
    },
    audioShare({ path, kind }) {
      if (kind === "captions") return 1;
      const { asr, captions, elsewhere } = seenLike(path).files;
      return (asr + 1) / (asr + captions + elsewhere + 1);
    },
  };
}
