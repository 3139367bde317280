import { extname } from "node:path";
import type { Origin } from "../../types.ts";
import type { EventOf } from "./event-text.ts";

type Work = EventOf<"expected">["work"];

/** Guesses of what nobody has looked at yet, by what files of the same ending were like. */
export interface LengthGuess {
  readonly tell: (work: Work, durationMs: number) => void;
  /** Milliseconds of audio. */
  readonly guess: (work: Work) => number;
  readonly tellOrigin: (path: string, origin: Origin) => void;
  /** Which part of the audio of such files is recognised: others have captions inside. */
  readonly audioShare: (work: Work) => number;
}

interface Seen {
  bytes: number;
  ms: number;
  readonly files: Record<Origin, number>;
}

/** 128 kbit/s. */
const GUESSED_BYTES_PER_MS = 16;

export function createLengthGuess(): LengthGuess {
  const seen = new Map<string, Seen>();
  const seenLike = (path: string): Seen => {
    const ending = extname(path).toLowerCase();
    const known = seen.get(ending) ?? { bytes: 0, ms: 0, files: { asr: 0, captions: 0 } };
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
    tellOrigin(path, origin) {
      seenLike(path).files[origin]++;
    },
    audioShare({ path, kind }) {
      if (kind === "captions") return 1;
      const { asr, captions } = seenLike(path).files;
      return (asr + 1) / (asr + captions + 1);
    },
  };
}
