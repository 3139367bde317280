/** How long the second look at a file takes, which makes vectors of its text. */
export interface EmbeddingTime {
  readonly tell: (recognisingMs: number, embeddingMs: number) => void;
  /** As a part of the time of recognising. */
  readonly share: () => number;
  /** Besides that, for each file. */
  readonly fixedMs: () => number;
}

/** Embedding as a part of recognising on usual machines: a guess worth ten seconds. */
const GUESSED_SHARE = 0.03;
const GUESS_MS = 10_000;
/** What was recognised in less time shows what each file costs, not what its text does. */
const MIN_RECOGNISING_MS = 4000;
const FIXED_GUESS_MS = 50;

/** Learns from files that are done: long ones tell the share, short ones what each file costs. */
export function createEmbeddingTime(): EmbeddingTime {
  const long = { recognisingMs: GUESS_MS, embeddingMs: GUESS_MS * GUESSED_SHARE };
  const short = { files: 1, ms: FIXED_GUESS_MS };
  const share = (): number => long.embeddingMs / long.recognisingMs;
  return {
    tell(recognisingMs, embeddingMs) {
      if (recognisingMs >= MIN_RECOGNISING_MS) {
        long.recognisingMs += recognisingMs;
        long.embeddingMs += embeddingMs;
      } else {
        short.files++;
        short.ms += Math.max(0, embeddingMs - share() * recognisingMs);
      }
    },
    share,
    fixedMs: () => short.ms / short.files,
  };
}
