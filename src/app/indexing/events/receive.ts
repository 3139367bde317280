import { setTimeout as sleep } from "node:timers/promises";
import type { EventBatch, EventFeed, ReceivedMessage } from "../../../notifications/feed.ts";
import type { ObjectChange } from "../../../notifications/message.ts";
import { parseMessage } from "../../../notifications/parse.ts";
import { keepDeadLetter } from "./dead-letters.ts";
import type { Inbox } from "./inbox.ts";

/** What became of the messages of a run. */
export interface EventCounts {
  /** Messages that arrived, each as often as it did. */
  readonly received: number;
  /** Objects that were to be looked at. */
  readonly hints: number;
  /** Told again before they were looked at. */
  readonly repeated: number;
  /** Objects that lie elsewhere. */
  readonly elsewhere: number;
  /** Events that concern no content. */
  readonly ignored: number;
  /** Messages that nobody can read. */
  readonly unusable: number;
}

export type MutableCounts = { -readonly [K in keyof EventCounts]: EventCounts[K] };

export interface ReceiveOptions {
  readonly feed: EventFeed;
  readonly inbox: Inbox;
  readonly counts: MutableCounts;
  /** Told when the feed has begun: from then on no event is missed. */
  readonly onBegun: () => void;
  readonly deadLetterPath: string;
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
  /** Told when messages may have been lost. Resolves when a listing is sure to follow. */
  readonly onGap: (reason: string) => Promise<void>;
  /** Repeats what fails while the library can't be reached. */
  readonly reachable: (work: () => Promise<void>) => Promise<void>;
}

/** The broker keeps the rest until this many have been looked at. */
const MAX_WAITING = 5000;
const FULL_WAIT_MS = 200;
/** A stream of garbage is told of now and then, not a thousand times. */
const TOLD_OF = 10;

/**
 * Takes messages off the feed until the signal aborts. A message is acknowledged when the library
 * has what it says, not when anything has been indexed: that may take hours.
 */
export async function receiveEvents(options: ReceiveOptions): Promise<void> {
  const { feed, inbox, signal, onNotice } = options;
  for await (const batch of feed.read({ signal, onNotice })) {
    await handleBatch(batch, options);
    while (inbox.size() > MAX_WAITING)
      await sleep(FULL_WAIT_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function handleBatch(batch: EventBatch, options: ReceiveOptions): Promise<void> {
  const { inbox, counts, reachable, onGap } = options;
  const { gap } = batch;
  if (gap !== undefined) await reachable(() => onGap(gap));
  options.onBegun();
  const changes: ObjectChange[] = [];
  for (const message of batch.messages) changes.push(...(await readMessage(message, options)));
  await reachable(async () => {
    const { kept, repeated, elsewhere } = await inbox.add(changes);
    counts.hints += kept;
    counts.repeated += repeated;
    counts.elsewhere += elsewhere;
  });
  // What could not be acknowledged comes again, and is known then.
  await batch.acknowledge().catch(() => {});
}

async function readMessage(
  message: ReceivedMessage,
  { feed, counts, deadLetterPath, onNotice }: ReceiveOptions,
): Promise<readonly ObjectChange[]> {
  const { changes, ignored, unusable } = parseMessage(message);
  counts.received++;
  counts.ignored += ignored;
  if (unusable === undefined) return changes;
  counts.unusable++;
  const kept = await keepDeadLetter(feed, deadLetterPath, message, unusable);
  if (counts.unusable <= TOLD_OF || counts.unusable % 1000 === 0)
    onNotice(`event ${message.position} can't be read: ${unusable}; it is in ${kept} now`);
  return changes;
}
