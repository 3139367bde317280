import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "@platformatic/kafka";
import type { EventBatch, ReceivedMessage } from "../feed.ts";
import { assignedPartitions, findPositions } from "./positions.ts";

/** A broker waits that long for messages before it answers that there are none. */
const FETCH_WAIT_MS = 1000;
/** VAST's broker does not wait: it is not asked more often than this. */
const EMPTY_WAIT_MS = 500;
const FETCH_BYTES = 2 << 20;
/**
 * A member that is silent for this long has left the group. Until then nobody else gets its
 * partitions: a program that is killed and started again waits for its own former self.
 */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 3000;
const REBALANCE_MS = 60_000;
/** Bit of a batch that holds marks of transactions in place of messages. */
const IS_CONTROL = 0b10_0000;

type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;

interface ReadMessages {
  readonly messages: ReceivedMessage[];
  readonly next: ReadonlyMap<number, bigint>;
}

/**
 * Reads a topic as a member of a group, by as little of the protocol as VAST's broker has: the
 * classic protocol of groups, whole rebalances, plain fetches, and offsets that are committed when
 * the reader says so. Ends by rejecting when anything fails; the caller begins a new session.
 */
export async function* readSession(
  consumer: Consumer,
  topic: string,
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
    const read = await fetchMessages(consumer, topic, next).catch((error: unknown) => {
      if (!isOutOfRange(error)) throw error;
      seenJoins = -1;
      return undefined;
    });
    if (!read || joins !== seenJoins) continue;
    for (const [partition, offset] of read.next) next.set(partition, offset);
    if (read.next.size > 0)
      yield { messages: read.messages, acknowledge: commitFor(read.next, seenJoins) };
    else
      await sleep(Math.max(0, EMPTY_WAIT_MS - (performance.now() - startedAt)), undefined, {
        signal,
      }).catch(() => signal.throwIfAborted());
  }
}

/** Whether the broker no longer has, or never had, the messages that were asked for. */
const isOutOfRange = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  (("apiId" in error && error.apiId === "OFFSET_OUT_OF_RANGE") ||
    ("errors" in error && Array.isArray(error.errors) && error.errors.some(isOutOfRange)) ||
    ("cause" in error && isOutOfRange(error.cause)));

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

/** One fetch from each broker that leads partitions of this consumer. */
async function fetchMessages(
  consumer: Consumer,
  topic: string,
  next: ReadonlyMap<number, bigint>,
): Promise<ReadMessages> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const about = metadata.topics.get(topic);
  const own = assignedPartitions(consumer, topic).filter((partition) => next.has(partition));
  const read = { messages: [] as ReceivedMessage[], next: new Map<number, bigint>() };
  if (!about || own.length === 0) return read;
  const byNode = Map.groupBy(own, (partition) => about.partitions[partition]?.leader ?? -1);
  const answers = await Promise.all(
    [...byNode].map(([node, partitions]) =>
      consumer.fetch({
        node,
        maxWaitTime: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [
          {
            topicId: about.id,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: next.get(partition) ?? 0n,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
              partitionMaxBytes: FETCH_BYTES,
            })),
          },
        ],
      }),
    ),
  );
  for (const answer of answers) addMessages(read, answer, topic, next);
  return read;
}

type RecordsBatch = NonNullable<
  FetchResponse["responses"][number]["partitions"][number]["records"]
>[number];

function addMessages(
  read: { readonly messages: ReceivedMessage[]; readonly next: Map<number, bigint> },
  { responses }: FetchResponse,
  topic: string,
  next: ReadonlyMap<number, bigint>,
): void {
  for (const { partitionIndex: partition, records } of responses.flatMap(
    ({ partitions }) => partitions,
  )) {
    const from = next.get(partition);
    if (from === undefined) continue;
    for (const batch of records ?? []) {
      const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if (end <= from) continue;
      read.next.set(partition, end);
      read.messages.push(...messagesOf(batch, from, `${topic}/${partition}`));
    }
  }
}

/** A fetch begins with the whole batch that the offset lies in: what comes before it was read. */
function messagesOf(batch: RecordsBatch, from: bigint, place: string): ReceivedMessage[] {
  if ((batch.attributes & IS_CONTROL) !== 0) return [];
  return batch.records.flatMap(({ offsetDelta, value, headers }) => {
    const offset = batch.firstOffset + BigInt(offsetDelta);
    if (offset < from) return [];
    return [
      {
        position: `${place}/${offset}`,
        headers: toHeaders(headers),
        body: value ?? Buffer.alloc(0),
      },
    ];
  });
}

const toHeaders = (
  headers: readonly (readonly [Buffer | null, Buffer | null])[],
): ReadonlyMap<string, string> =>
  new Map(
    headers.flatMap(([name, value]) =>
      name && value ? [[name.toString().toLowerCase(), value.toString()] as const] : [],
    ),
  );
