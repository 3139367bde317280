import type { Frame, Stream } from "node-av/lib";
import type { AvModule } from "../ffmpeg.ts";
import type { Output } from "./output.ts";
import {
  blackPicture,
  type PictureFilter,
  type PictureFormat,
  pictureFilter,
  quarterTurnsOf,
} from "./picture.ts";

export interface Show {
  /** A decoded frame and its time from the piece's start. */
  take(frame: Frame, ms: number): void;
  isFull(): boolean;
  doneMs(): number;
  /** Shows the last one for what is left. */
  end(): void;
  free(): void;
}

export interface ShowOptions {
  /** undefined for what is only heard: it is shown black. */
  readonly stream: Stream | undefined;
  readonly title: string | null;
  /** How many frames to show in all. */
  readonly count: number;
}

/**
 * Writes frames at the output's rate: each shows the last frame of the source that began by then.
 */
export function showPictures(
  av: AvModule,
  output: Output,
  format: PictureFormat,
  { stream, title, count }: ShowOptions,
): Show {
  const frameMs = (format.frameRate.den * 1000) / format.frameRate.num;
  const quarterTurns = stream ? quarterTurnsOf(stream) : 0;
  let filter: PictureFilter | undefined;
  let held: Frame | undefined;
  /** The held frame as it is shown; made when it is first needed. */
  let shown: Frame | undefined;
  let done = 0;

  const fit = (frame: Frame, turns: number): Frame => {
    if (!filter?.fits(frame)) {
      filter?.free();
      filter = pictureFilter(av, frame, format, { quarterTurns: turns, title });
    }
    return filter.apply(frame);
  };
  const black = (): Frame => {
    const picture = blackPicture(av, format);
    const fitted = fit(picture, 0);
    picture.free();
    return fitted;
  };
  const hold = (frame: Frame | undefined): void => {
    held?.free();
    shown?.free();
    shown = undefined;
    held = frame;
  };
  const showUntil = (end: number): void => {
    for (; done < end; done++) output.picture((shown ??= held ? fit(held, quarterTurns) : black()));
  };
  return {
    take(frame, ms) {
      if (Number.isNaN(ms)) return;
      if (held) showUntil(Math.min(count, Math.ceil((ms - frameMs / 100) / frameMs)));
      hold(frame.clone() ?? undefined);
    },
    isFull: () => done >= count,
    doneMs: () => done * frameMs,
    end: () => showUntil(count),
    free() {
      hold(undefined);
      filter?.free();
    },
  };
}
