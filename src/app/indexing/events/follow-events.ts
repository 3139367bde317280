import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetLook, lastLookMs, noteLook } from "../../../backends/hints.ts";
import type { Records } from "../../../backends/records.ts";
import { MediasearchError } from "../../../errors.ts";
import { isObject, type Location } from "../../../location.ts";
import type { EventFeed } from "../../../notifications/feed.ts";
import { formatDuration } from "../../../text/format.ts";
import type { Context } from "../../context.ts";
import type { IndexingEvent } from "../index-event.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { type MutableCounts, receiveEvents } from "./receive.ts";

/** A run that follows events: what it works with, and what it does. */
export interface EventRun {
  readonly context: Context;
  readonly roots: readonly Location[];
  readonly records: Records;
  /** Whether no other run can be at the library. */
  readonly isAlone: boolean;
  readonly emit: (event: IndexingEvent) => void;
  /** Lists everything below the roots, and finds what was deleted. */
  readonly look: () => Promise<void>;
  /** Looks at these places alone. */
  readonly indexChanges: (places: readonly Location[]) => Promise<void>;
  /** Does what other commands ask of this run. */
  readonly serveRequests: () => Promise<void>;
  /** Whether the run is to end: somebody drains it. */
  readonly isOver: () => Promise<boolean>;
  /** Repeats what fails while a server can't be reached. */
  readonly reachable: (work: () => Promise<void>) => Promise<void>;
}

/** Objects that are looked at together; those that come meanwhile wait for them. */
const AT_ONCE = 100;
const IDLE_MS = 2000;
/** How often it is looked whether others left hints. */
const ADOPT_MS = 5000;
/** A broker that is away does not keep the bucket from being listed. */
const BEGIN_MS = 15_000;

/**
 * Keeps a library up to date by notifications of the bucket, in place of listing it again and
 * again. An event is a hint: the object store says what is there. A listing now and then stays the
 * truth: at first, after messages were lost, and every EVENTS_RECONCILE.
 */
export async function followEvents(run: EventRun): Promise<void> {
  const { context, roots, records, emit } = run;
  const inside = new AbortController();
  const signal = AbortSignal.any([context.signal, inside.signal]);
  const feed = await openFeedOf(context);
  const inbox = createInbox({ records, roots, keeper: randomUUID(), isAlone: run.isAlone });
  const counts: MutableCounts = {
    received: 0,
    hints: 0,
    repeated: 0,
    elsewhere: 0,
    ignored: 0,
    unusable: 0,
  };
  const gaps = { count: 0 };
  const begun = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  const receiving = receiveEvents({
    feed,
    inbox,
    counts,
    signal,
    reachable: run.reachable,
    deadLetterPath: join(context.config.settings.home, "event-dead-letters.jsonl"),
    onNotice: (text) => emit({ type: "notice", text }),
    onBegun: begun.resolve,
    async onGap(reason) {
      gaps.count++;
      for (const root of roots) await forgetLook(records, root);
      emit({ type: "notice", text: `events may be missing (${reason}): the bucket is listed` });
    },
  }).catch((error: unknown) => {
    failure = { error };
    begun.resolve();
  });
  const check = (): void => {
    if (failure) throw failure.error;
    signal.throwIfAborted();
  };
  try {
    // What comes while the bucket is listed is told by events from then on.
    await Promise.race([begun.promise, sleep(BEGIN_MS, undefined, { signal })]);
    await workOff({ ...run, gaps }, inbox, check);
  } finally {
    inside.abort(new MediasearchError("INTERRUPTED", "events are no longer followed"));
    await receiving;
    await feed.close().catch(() => {});
    emit({ type: "events", ...counts, waiting: inbox.size() });
  }
}

/**
 * Looks at the objects that hints name, until none is left: those that a server took by HTTP, and
 * those of runs that are gone.
 */
export async function workOffHints({
  records,
  roots,
  isAlone,
  indexChanges,
}: Pick<EventRun, "records" | "roots" | "isAlone" | "indexChanges">): Promise<void> {
  if (!roots.some(isObject)) return;
  const inbox = createInbox({ records, roots, keeper: randomUUID(), isAlone });
  await inbox.adopt();
  for (;;) {
    const taken = inbox.take(AT_ONCE);
    if (taken.length === 0) return;
    await indexChanges(taken.flatMap(({ places }) => places));
    await inbox.settle(taken);
  }
}

interface Following extends EventRun {
  /** How often messages were lost. A listing that began before is no proof any more. */
  readonly gaps: { readonly count: number };
}

async function workOff(run: Following, inbox: Inbox, check: () => void): Promise<void> {
  const { reachable } = run;
  let adoptedAt = -Infinity;
  for (;;) {
    check();
    if (await run.isOver()) return;
    await reachable(run.serveRequests);
    await reachable(() => lookWhenDue(run));
    if (performance.now() - adoptedAt > ADOPT_MS) {
      await reachable(() => inbox.adopt());
      adoptedAt = performance.now();
    }
    const taken = inbox.take(AT_ONCE);
    if (taken.length === 0) {
      await inbox.untilFilled(IDLE_MS);
      continue;
    }
    await reachable(() => run.indexChanges(taken.flatMap(({ places }) => places)));
    // What was not begun any more is left to others.
    if (await run.isOver()) return;
    await reachable(() => inbox.settle(taken));
  }
}

/** Lists the bucket when that was not done for a while, or never. */
async function lookWhenDue({
  context,
  roots,
  records,
  emit,
  look,
  gaps,
  isOver,
}: Following): Promise<void> {
  const { reconcileMs } = context.config.settings;
  const times = await Promise.all(roots.map((root) => lastLookMs(records, root)));
  const oldest = times.reduce((least: number | null, time) =>
    least === null || time === null ? null : Math.min(least, time),
  );
  const startedAt = Date.now();
  const gapsBefore = gaps.count;
  if (oldest !== null && startedAt - oldest < reconcileMs) return;
  if (oldest !== null)
    emit({
      type: "notice",
      text: `the bucket is listed again, ${formatDuration(startedAt - oldest)} after the last time`,
    });
  await look();
  if (gaps.count === gapsBefore && !(await isOver()))
    for (const root of roots) await noteLook(records, root, startedAt);
}

async function openFeedOf({ config }: Context): Promise<EventFeed> {
  const { settings } = config;
  const { openFeed } = await import("../../../notifications/registry.ts");
  return openFeed({
    address: settings.events ?? "",
    group: settings.eventGroup,
    mechanism: settings.eventSasl,
    user: settings.eventUser,
    password: settings.eventPassword,
    deadLetterTopic: settings.eventDeadLetters,
    caFile: settings.caFile,
    region: settings.region,
    profile: settings.awsProfile,
  });
}

/**
 * Whether a run that watches these places follows events: by the settings, and for buckets alone.
 * @throws USAGE when `--events` was given for something else
 */
export function followsEvents(
  { settings, sources }: Context["config"],
  watch: boolean,
  roots: readonly Location[],
): boolean {
  if (settings.events === undefined) return false;
  const isBucket = roots.length > 0 && roots.every(isObject);
  if (watch && isBucket) return true;
  if (sources.events.kind !== "flag") return false;
  throw new MediasearchError(
    "USAGE",
    watch
      ? `--events: events tell of objects, and ${roots.find((root) => !isObject(root))} is none`
      : "--events: goes with --watch",
    { subject: "--events", hint: "mediasearch index --watch s3://BUCKET/PREFIX --events …" },
  );
}
