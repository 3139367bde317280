import type { MediasearchError } from "../../errors.ts";
import type { RunEvent } from "../../pipeline/run.ts";
import type { AppEvent } from "../events.ts";
import type { EventCounts } from "./events/receive.ts";
import type { RecognisedAgain } from "./recognised-again.ts";
import type { RunCounts } from "./tally.ts";

/** Everything that one call of indexPaths tells, in the order in which it happens. */
export type IndexingEvent =
  /**
   * The library is open. Told once more when the cluster went away and a file of this machine takes
   * its place.
   */
  | { readonly type: "started" }
  | RunEvent
  | AppEvent
  /** What somebody who watches folders should know, as a sentence. */
  | { readonly type: "notice"; readonly text: string }
  /** Told before more than ten minutes of audio are recognised though they were before. */
  | ({ readonly type: "recognising-again" } & RecognisedAgain)
  /** A server that a watching run needs does not answer; the run waits for it. */
  | { readonly type: "server-away"; readonly error: MediasearchError }
  /**
   * What became of the events that a run followed, once it ends. `hints` are objects that were to
   * be looked at, `waiting` those that are to be looked at still.
   */
  | ({ readonly type: "events"; readonly waiting: number } & EventCounts)
  /**
   * The end of a run, or of what a run did before it failed. `wallMs` is the time since it started.
   */
  | { readonly type: "summary"; readonly counts: RunCounts; readonly wallMs: number };
