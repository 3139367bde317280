import { MediasearchError } from "../errors.ts";
import type { Limits } from "../supervised-child.ts";

export type ChildBounds = Pick<Limits, "maxSilenceMs" | "maxMemoryBytes">;

const BOUNDS: ChildBounds = {
  // Copying says nothing on its way, and a film may be long.
  maxSilenceMs: 30 * 60_000,
  // Encoding the largest picture that cameras make takes half of it.
  maxMemoryBytes: 4_000_000_000,
};

/**
 * What a process may take that works on one recording for somebody who waits.
 * @param subject the file that an error is about.
 * @param did what the process did, as in "the process that cut it".
 */
export const childLimits = (
  subject: string,
  did: string,
  { maxSilenceMs, maxMemoryBytes }: ChildBounds = BOUNDS,
): Limits => ({
  maxSilenceMs,
  maxMemoryBytes,
  tooSilent: () =>
    new MediasearchError("TIMED_OUT", `${subject}: no progress for ${maxSilenceMs / 60_000} min`, {
      subject,
    }),
  tooLarge: () =>
    new MediasearchError(
      "OUT_OF_MEMORY",
      `${subject}: the process that ${did} it needed more than ${maxMemoryBytes / 1e6} MB`,
      { subject },
    ),
});
