import type { Consumer } from "@platformatic/kafka";

export interface Positions {
  /** The offset to read next, by partition. */
  readonly next: Map<number, bigint>;
  /** Why messages may be lost; undefined when none are. */
  readonly gap: string | undefined;
}

const EARLIEST = -2n;
const LATEST = -1n;

/** Partitions of the topic that the group gave to this consumer. */
export const assignedPartitions = (consumer: Consumer, topic: string): readonly number[] =>
  (consumer.assignments ?? []).find((assigned) => assigned.topic === topic)?.partitions ?? [];

/**
 * Where to go on in each partition: behind what was acknowledged, or at the first message that is
 * left. A group that was away for longer than the broker keeps its offsets, or the messages, has
 * missed what came meanwhile.
 */
export async function findPositions(consumer: Consumer, topic: string): Promise<Positions> {
  const partitions = [...assignedPartitions(consumer, topic)];
  const next = new Map<number, bigint>();
  if (partitions.length === 0) return { next, gap: undefined };
  const wanted = { topics: [topic], partitions: { [topic]: partitions } };
  const committed = await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] });
  const earliest = await consumer.listOffsets({ ...wanted, timestamp: EARLIEST });
  const latest = await consumer.listOffsets({ ...wanted, timestamp: LATEST });
  let gap: string | undefined;
  for (const partition of partitions) {
    const first = earliest.get(topic)?.[partition] ?? 0n;
    const end = latest.get(topic)?.[partition] ?? first;
    const known = committed.get(topic)?.[partition] ?? -1n;
    const reason = gapReason(known, first, end);
    if (reason !== undefined) gap = `partition ${partition}: ${reason}`;
    next.set(partition, reason === undefined ? known : first);
  }
  return { next, gap };
}

/** The offset that the next message of a partition will have. */
export async function endOf(consumer: Consumer, topic: string, partition: number): Promise<bigint> {
  const wanted = { topics: [topic], partitions: { [topic]: [partition] } };
  const latest = await consumer.listOffsets({ ...wanted, timestamp: LATEST });
  return latest.get(topic)?.[partition] ?? 0n;
}

function gapReason(known: bigint, first: bigint, end: bigint): string | undefined {
  if (known < 0n) return "the broker knows no offset of this group";
  if (known < first) return "messages were deleted before they were read";
  if (known > end) return "the topic was made anew";
  return undefined;
}
