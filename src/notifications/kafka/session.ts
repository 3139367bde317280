import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "@platformatic/kafka";
import type { EventBatch } from "../feed.ts";
import { type Fetching, fetchReadable, holds } from "./fetch.ts";
import { findPositions } from "./positions.ts";
import type { UnpackBudget } from "./unpack.ts";

/** VAST's broker does not wait: it is not asked more often than this. */
const EMPTY_WAIT_MS = 500;
/**
 * A member that is silent for this long has left the group. Until then nobody else gets its
 * partitions: a program that is killed and started again waits for its own former self.
 */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 3000;
const REBALANCE_MS = 60_000;

/**
 * Reads a topic as a member of a group, by as little of the protocol as VAST's broker has: the
 * classic protocol of groups, whole rebalances, plain fetches, and offsets that are committed when
 * the reader says so. Ends by rejecting when anything fails; the caller begins a new session.
 */
export async function* readSession(
  consumer: Consumer,
  topic: string,
  budget: UnpackBudget,
  signal: AbortSignal,
): AsyncGenerator<EventBatch, void, undefined> {
  let joins = 0;
  consumer.on("consumer:group:join", () => joins++);
  consumer.topics.track(topic);
  await consumer.joinGroup({
    sessionTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_MS,
  });
  let seenJoins = -1;
  let next = new Map<number, bigint>();
  const commitFor = (offsets: ReadonlyMap<number, bigint>, ofJoin: number) => async () => {
    // Partitions that were given to others meanwhile are read again there.
    if (joins === ofJoin) await commit(consumer, topic, offsets);
  };
  for (;;) {
    signal.throwIfAborted();
    if (joins !== seenJoins) {
      const ofJoin = joins;
      const positions = await findPositions(consumer, topic);
      next = positions.next;
      seenJoins = ofJoin;
      // Also without a gap: who waits for the reading to begin hears of it.
      yield { messages: [], gap: positions.gap, acknowledge: commitFor(new Map(next), ofJoin) };
      continue;
    }
    const startedAt = performance.now();
    const fetching: Fetching = { consumer, topic, budget };
    const read = await fetchReadable(fetching, next).catch((error: unknown) => {
      if (!isOutOfRange(error)) throw error;
      seenJoins = -1;
      return undefined;
    });
    if (!read || joins !== seenJoins) continue;
    for (const [partition, offset] of read.next) next.set(partition, offset);
    if (read.next.size > 0)
      yield {
        messages: read.messages,
        gap: read.gap,
        acknowledge: commitFor(read.next, seenJoins),
      };
    else
      await sleep(Math.max(0, EMPTY_WAIT_MS - (performance.now() - startedAt)), undefined, {
        signal,
      }).catch(() => signal.throwIfAborted());
  }
}

/** Whether the broker no longer has, or never had, the messages that were asked for. */
const isOutOfRange = (error: unknown): boolean =>
  holds(error, (one) => "apiId" in one && one.apiId === "OFFSET_OUT_OF_RANGE");

const commit = async (
  consumer: Consumer,
  topic: string,
  offsets: ReadonlyMap<number, bigint>,
): Promise<void> => {
  if (offsets.size === 0) return;
  await consumer.commit({
    offsets: [...offsets].map(([partition, offset]) => ({
      topic,
      partition,
      offset,
      leaderEpoch: -1,
    })),
  });
};
