import { addHints, countHints } from "../backends/hints.ts";
import type { Records } from "../backends/records.ts";
import { isObject, type Location, objectLocation, isWithin } from "../location.ts";
import type { EventMessage, ObjectChange } from "../notifications/message.ts";
import { parseMessage } from "../notifications/parse.ts";
import { isPlace } from "../text/untrusted.ts";
import { HttpError } from "./problem.ts";
import type { JobRequest } from "./work/jobs.ts";
import type { WorkThread } from "./work/work-thread.ts";

/** What became of one request. */
export interface TakenEvents {
  /** Objects that are looked at soon. */
  readonly hints: number;
  /** Objects that are not below an allowed root. */
  readonly elsewhere: number;
  /** Events that concern no content. */
  readonly ignored: number;
  /** Why a part of it could not be read; null when all of it could. */
  readonly unreadable: string | null;
}

export interface HintIntake {
  /**
   * Resolves when the library has what the message says: whoever sent it need not send it again.
   * @throws HttpError 400 for what is no event, 403 where no root is a bucket, 503 when too much
   * waits.
   */
  take(message: EventMessage): Promise<TakenEvents>;
  /** Takes up what an earlier server left. */
  begin(): void;
  close(): void;
}

export interface IntakeOptions {
  readonly records: () => Promise<Records>;
  readonly roots: readonly Location[];
  /** @returns whether the job waits still; somebody may cancel it before it begins. */
  readonly queueJob: (request: JobRequest) => () => boolean;
  readonly work: Pick<WorkThread, "run">;
  readonly onTaken: (taken: TakenEvents) => void;
}

/** What nobody has looked at by then should wait with its sender. */
const MAX_WAITING = 50_000;
/** How long the number of hints is believed. */
const COUNTED_MS = 2000;
/** Another run has the library, or it is away; whoever has it may take the hints up itself. */
const RETRY_MS = 15_000;

/** Takes notifications by HTTP: first into the library, then a run looks at the objects. */
export function createHintIntake(options: IntakeOptions): HintIntake {
  const roots = options.roots.filter(isObject);
  let isQueued = (): boolean => false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let counted = { atMs: -Infinity, hints: 0 };

  async function waiting(): Promise<number> {
    const now = performance.now();
    if (now - counted.atMs > COUNTED_MS)
      counted = { atMs: now, hints: await countHints(await options.records()) };
    return counted.hints;
  }

  /** One run at a time; what comes meanwhile is looked at by it or by the next one. */
  function schedule(): void {
    if (isQueued() || isClosed) return;
    const run: JobRequest["run"] = async (update, signal) => {
      try {
        update({ counts: await options.work.run("hints", { roots }, { signal }) });
      } finally {
        counted = { atMs: -Infinity, hints: 0 };
        // Who cancels the run wants no other; the next event begins one.
        if (!signal.aborted) lookLater();
      }
    };
    try {
      isQueued = options.queueJob({ kind: "index", by: "events", tenant: null, run });
    } catch {
      // So much work waits already; the hints stay.
      lookLater();
    }
  }

  /** Has a run look at what waits; a library that is away is asked again. */
  const look = (): Promise<void> =>
    waiting().then((hints) => {
      if (hints > 0) schedule();
    }, lookLater);

  function lookLater(): void {
    clearTimeout(timer);
    if (!isClosed) timer = setTimeout(() => void look(), RETRY_MS).unref();
  }

  return {
    async take(message) {
      if (roots.length === 0) throw noRoot();
      const parsed = parseMessage(message);
      if (parsed.changes.length === 0 && parsed.unusable !== undefined)
        throw new HttpError(400, "USAGE", `the event can't be read: ${parsed.unusable}`);
      if ((await waiting()) > MAX_WAITING)
        throw new HttpError(503, "OVERLOADED", "too many events wait to be looked at", {
          headers: { "Retry-After": "60" },
        });
      const places = parsed.changes
        .map((change) => placesBelow(change, roots))
        .filter((some) => some.length > 0);
      if (places.length > 0) {
        await addHints(await options.records(), places, null, Date.now());
        schedule();
      }
      const taken: TakenEvents = {
        hints: places.length,
        elsewhere: parsed.changes.length - places.length,
        ignored: parsed.ignored,
        unreadable: parsed.unusable ?? null,
      };
      options.onTaken(taken);
      return taken;
    },
    begin() {
      if (roots.length > 0) void look();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

const noRoot = (): HttpError =>
  new HttpError(403, "CREDENTIALS", "events are of buckets, and no allowed root is one", {
    hint: "the server's SERVE_INDEX_ROOTS names what may be indexed, such as s3://media/",
  });

const placesBelow = (
  { bucket, keys }: ObjectChange,
  roots: readonly Location[],
): readonly Location[] =>
  keys
    .map((key) => objectLocation(bucket, key))
    .filter((place) => isPlace(place) && roots.some((root) => isWithin(place, root)));
