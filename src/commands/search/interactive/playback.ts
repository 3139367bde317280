import type { SearchResult } from "../../../results/moment.ts";
import { errorNote, type StateHolder } from "./state.ts";

/** Plays one hit at a time; the state says which. */
export interface Playback {
  /** Plays a hit; what plays already is stopped. */
  start(moment: SearchResult): void;
  stop(): void;
  close(): void;
}

/** @param play resolves when the player ends. */
export function createPlayback(
  holder: StateHolder,
  play: (moment: SearchResult, signal: AbortSignal) => Promise<void>,
): Playback {
  let player: AbortController | undefined;
  const stop = (): void => {
    player?.abort("stopped");
    player = undefined;
    holder.change({ playing: null });
  };
  return {
    start(moment) {
      stop();
      const mine = new AbortController();
      player = mine;
      holder.change({ playing: moment.number, note: null });
      play(moment, mine.signal)
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
