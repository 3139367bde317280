import type { Consumer } from "@platformatic/kafka";
import type { ReceivedMessage } from "../feed.ts";
import { assignedPartitions, endOf } from "./positions.ts";
import { type UnpackBudget, UnreadableBatch } from "./unpack.ts";

/** A broker waits that long for messages before it answers that there are none. */
const FETCH_WAIT_MS = 1000;
/** Events that were packed well unpack to twenty times as much, which is within the bound. */
const FETCH_BYTES = 512 << 10;
/** A broker sends one whole batch, however long it is. */
const ONE_BATCH = 1;
/** Bit of a batch that holds marks of transactions in place of messages. */
const IS_CONTROL = 0b10_0000;

type FetchResponse = Awaited<ReturnType<Consumer["fetch"]>>;

export interface ReadMessages {
  readonly messages: ReceivedMessage[];
  readonly next: Map<number, bigint>;
  /** Messages that were passed over; undefined when none were. */
  gap?: string;
}

export interface Fetching {
  readonly consumer: Consumer;
  readonly topic: string;
  readonly budget: UnpackBudget;
}

/** Whether an error, or one that it holds, is of a kind: the client wraps what failed. */
export const holds = (error: unknown, isOfKind: (one: object) => boolean): boolean =>
  typeof error === "object" &&
  error !== null &&
  (isOfKind(error) ||
    ("errors" in error &&
      Array.isArray(error.errors) &&
      error.errors.some((one) => holds(one, isOfKind))) ||
    ("cause" in error && holds(error.cause, isOfKind)));

/** A batch may also say that it has more records than it holds. */
const isUnreadable = (error: unknown): boolean =>
  holds(
    error,
    (one) =>
      one instanceof UnreadableBatch ||
      one instanceof RangeError ||
      (one instanceof Error && one.message === "Out of bounds."),
  );

/**
 * Fetches what comes next in every partition. Where something of it can't be unpacked, one batch of
 * one partition is fetched at a time, and the one that is to blame is passed over.
 */
export async function fetchReadable(
  fetching: Fetching,
  next: ReadonlyMap<number, bigint>,
): Promise<ReadMessages> {
  try {
    return await fetchMessages(fetching, next, FETCH_BYTES);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  const read: ReadMessages = { messages: [], next: new Map() };
  for (const [partition, offset] of next) {
    const one = await fetchOrPass(fetching, partition, offset);
    read.messages.push(...one.messages);
    for (const [known, end] of one.next) read.next.set(known, end);
    if (one.gap !== undefined) read.gap = one.gap;
  }
  return read;
}

/**
 * Nothing tells where a batch ends that can't be read: steps that double find the next one that
 * can. What they pass over only a listing of the bucket can tell.
 */
async function fetchOrPass(
  fetching: Fetching,
  partition: number,
  from: bigint,
): Promise<ReadMessages> {
  let end: bigint | undefined;
  let offset = from;
  for (let step = 1n; ; step *= 2n) {
    const passed =
      offset === from
        ? {}
        : { gap: `partition ${partition}: messages ${from} to ${offset - 1n} can't be unpacked` };
    if (offset === end) return { messages: [], next: new Map([[partition, offset]]), ...passed };
    try {
      return {
        ...(await fetchMessages(fetching, new Map([[partition, offset]]), ONE_BATCH)),
        ...passed,
      };
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
    end ??= await endOf(fetching.consumer, fetching.topic, partition);
    offset = from + step < end ? from + step : end;
  }
}

/** One fetch from each broker that leads partitions of this consumer. */
async function fetchMessages(
  { consumer, topic, budget }: Fetching,
  next: ReadonlyMap<number, bigint>,
  maxBytes: number,
): Promise<ReadMessages> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const about = metadata.topics.get(topic);
  const own = assignedPartitions(consumer, topic).filter((partition) => next.has(partition));
  const read: ReadMessages = { messages: [], next: new Map() };
  if (!about || own.length === 0) return read;
  budget.reset();
  const byNode = Map.groupBy(own, (partition) => about.partitions[partition]?.leader ?? -1);
  const answers = await Promise.all(
    [...byNode].map(([node, partitions]) =>
      consumer.fetch({
        node,
        maxWaitTime: FETCH_WAIT_MS,
        minBytes: 1,
        maxBytes,
        topics: [
          {
            topicId: about.id,
            partitions: partitions.map((partition) => ({
              partition,
              fetchOffset: next.get(partition) ?? 0n,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
              partitionMaxBytes: maxBytes,
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
