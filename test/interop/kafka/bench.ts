import { setTimeout as sleep } from "node:timers/promises";
import { type Admin, Consumer, type Producer } from "@platformatic/kafka";
import { bytes } from "../../../src/objects/object-store.contract.ts";
import type { ObjectStore } from "../../../src/objects/object-store.ts";
import type { S3Server } from "../../helpers/s3.ts";
import type { Broker } from "./broker.ts";

const PATIENCE_MS = 600_000;

export interface Bench {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly broker: Broker;
  readonly s3: S3Server;
  readonly bucket: ObjectStore;
  readonly folder: string;
  /** For followers: through the proxy. */
  readonly address: (topic: string) => string;
}

export const keyOf = (i: number): string => `talks/${i % 7}/recording ${i}+é.vtt`;
export const put = async (bucket: ObjectStore, key: string, words: string): Promise<void> =>
  void (await bucket.put(
    key,
    bytes(Buffer.from(`WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge and ${words}.\n`)),
  ));

export const message = (topic: string, key: string, eventName = "ObjectCreated:Put") => ({
  topic,
  key: Buffer.from(key),
  value: Buffer.from(
    JSON.stringify({
      Records: [
        {
          eventVersion: "2.2",
          eventSource: "vast:s3",
          eventName,
          s3: { bucket: { name: "media" }, object: { key, size: "77" } },
        },
      ],
    }),
  ),
});

/** Repeats what fails while the broker is down. */
export async function send(
  { producer }: Bench,
  messages: ReturnType<typeof message>[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += 200)
    for (;;)
      try {
        await producer.send({ messages: messages.slice(from, from + 200), acks: 1 });
        break;
      } catch {
        await sleep(500);
      }
}

export function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}

/** Messages that the group has acknowledged. */
export async function countAcknowledged({ broker }: Bench, topic: string): Promise<number> {
  const consumer = new Consumer({
    clientId: "count",
    groupId: "mediasearch",
    bootstrapBrokers: [broker.address],
  });
  try {
    const partitions = [0, 1, 2, 3];
    const offsets = await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] });
    return (offsets.get(topic) ?? []).reduce((sum, at) => sum + Math.max(0, Number(at)), 0);
  } catch {
    return 0;
  } finally {
    await consumer.close(true).catch(() => {});
  }
}

export async function untilRead(bench: Bench, topic: string): Promise<boolean> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(1000))
    if ((await countAcknowledged(bench, topic)) >= (await countMessages(bench, topic))) return true;
  return false;
}

export async function countMessages({ broker }: Bench, topic: string): Promise<number> {
  const consumer = new Consumer({
    clientId: "count",
    groupId: "count",
    bootstrapBrokers: [broker.address],
  });
  const offsets = await consumer.listOffsets({ topics: [topic], timestamp: -1n });
  await consumer.close(true);
  return Number((offsets.get(topic) ?? []).reduce((sum, offset) => sum + offset, 0n));
}
