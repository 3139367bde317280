/** How far a file was at a time, both in milliseconds. */
interface Place {
  readonly at: number;
  readonly positionMs: number;
}

/** The way of one file that is being recognised: where it was when. */
export interface Pace {
  readonly start: Place;
  /** The newest is the last. */
  readonly places: readonly Place[];
}

/** Of a long way every second place is forgotten, again and again. */
const MAX_PLACES = 128;

export const startPace = (at: number): Pace => ({ start: { at, positionMs: 0 }, places: [] });

/** Text comes in pieces: a place that is not further on tells nothing. */
export function movePace(pace: Pace, at: number, positionMs: number): Pace {
  const last = pace.places.at(-1) ?? pace.start;
  if (positionMs <= last.positionMs) return pace;
  const places = [...pace.places, { at, positionMs }];
  return {
    start: pace.start,
    places:
      places.length > MAX_PLACES ? places.filter((_, i) => (places.length - i) % 2 === 1) : places,
  };
}

/**
 * Milliseconds for one of audio: half by the whole way, half by its second half in time, so that a
 * machine that becomes busy shows and a moment does not count for much.
 */
export function paceRate({ start, places }: Pace): number | undefined {
  const last = places.at(-1);
  if (last === undefined) return undefined;
  const rateFrom = (from: Place): number =>
    (last.at - from.at) / Math.max(1, last.positionMs - from.positionMs);
  const middleAt = (start.at + last.at) / 2;
  const middle = places.findLast(({ at }) => at <= middleAt) ?? start;
  return (rateFrom(start) + rateFrom(middle)) / 2;
}
