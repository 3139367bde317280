import type { SearchResult } from "../../../results/search-result.ts";
import { errorNote, type StateHolder } from "./state.ts";

/** Plays one hit at a time; the state says which. */
export interface Playback {
  /** Plays a hit; what plays already is stopped. */
  start(result: SearchResult): void;
  stop(): void;
  close(): void;
}

/** @param play resolves when the player ends. */
export function createPlayback(
  holder: StateHolder,
  play: (result: SearchResult, signal: AbortSignal) => Promise<void>,
): Playback {
  let player: AbortController | undefined;
  const stop = (): void => {
    player?.abort("stopped");
    player = undefined;
    holder.change({ playing: null });
  };
  return {
    start(result) {
      stop();
      const mine = new AbortController();
      player = mine;
      holder.change({ playing: result.number, note: null });
      play(result, mine.signal)
        .then(
          () => {},
          (error: unknown) => {
            if (!mine.signal.aborted) holder.change({ note: errorNote(error) });
          },
        )
        .finally(() => {
          if (player === mine) holder.change({ playing: null });
        });
    },
    stop,
    close: () => player?.abort("closed"),
  };
}
