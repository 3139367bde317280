import type { Consumer, Producer } from "@platformatic/kafka";
import { MediasearchError } from "../../errors.ts";
import { startRetries } from "../../retry.ts";
import type { EventBatch, EventFeed, FeedOptions, ReceivedMessage } from "../feed.ts";
import { connectionOptions, type KafkaOptions, loadKafka } from "./client.ts";
import { readSession } from "./session.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A broker that is gone is not told that this consumer leaves. */
const CLOSE_MS = 3000;

/** Reads a topic of Apache Kafka, of VAST's Event Broker, or of whatever speaks their protocol. */
export function openKafkaFeed(options: KafkaOptions): EventFeed {
  let producer: Promise<Producer> | undefined;
  const { deadLetterTopic } = options;
  return {
    read: (feedOptions) => readTopic(options, feedOptions),
    ...(deadLetterTopic === undefined
      ? {}
      : {
          reject: async (message: ReceivedMessage, reason: string): Promise<void> => {
            producer ??= openProducer(options);
            await sendRejected(await producer, deadLetterTopic, message, reason);
          },
        }),
    close: async () => void (await (await producer)?.close(true)),
  };
}

async function* readTopic(
  options: KafkaOptions,
  { signal, onNotice }: FeedOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const { Consumer, budget } = await loadKafka();
  const { topic, brokers } = options.address;
  const connection = connectionOptions(options);
  const waits = startRetries({ baseDelayMs: FIRST_WAIT_MS, maxDelayMs: LONGEST_WAIT_MS, signal });
  let isAway = false;
  for (;;) {
    const consumer = new Consumer({ ...connection, groupId: options.group, autocommit: false });
    // What is wrong shows up in the calls; without a listener each would end the process.
    consumer.on("error", () => {});
    try {
      for await (const batch of readSession(consumer, topic, budget, signal)) {
        if (isAway) onNotice(`events: ${brokers[0]} is back`);
        isAway = false;
        waits.restart();
        yield batch;
      }
    } catch (error) {
      signal.throwIfAborted();
      refuseForGood(error, options);
      if (!isAway) onNotice(`events: ${brokers[0]} does not answer, waiting (${reasonOf(error)})`);
      isAway = true;
      await waits.waitAfter(error);
    } finally {
      await closeQuickly(consumer);
    }
  }
}

/** @throws what no waiting mends */
function refuseForGood(error: unknown, { address }: KafkaOptions): void {
  if (error instanceof MediasearchError) throw error;
  const text = allReasons(error);
  if (/AuthenticationError|SASL_AUTHENTICATION_FAILED|AUTHORIZATION_FAILED|ILLEGAL_SASL/.test(text))
    throw new MediasearchError(
      "CREDENTIALS",
      `${address.brokers[0]}: the broker does not let this program in`,
      { cause: error, hint: "EVENTS_SASL, EVENTS_USER, EVENTS_PASSWORD   (mediasearch config)" },
    );
  if (/UNKNOWN_TOPIC|INVALID_TOPIC/.test(text))
    throw new MediasearchError("NOT_FOUND", `${address.topic}: the broker has no such topic`, {
      subject: address.topic,
      cause: error,
      hint: "make the topic first; its name stands behind the broker in --events",
    });
}

/** Codes and messages of an error and of everything that it holds. */
function allReasons(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "";
  const { code, apiId, errors } = error as Error & {
    readonly code?: unknown;
    readonly apiId?: unknown;
    readonly errors?: unknown;
  };
  const inner = Array.isArray(errors) ? errors : [];
  return [
    `${error.name} ${String(code)} ${String(apiId)} ${error.message}`,
    ...[...inner, error.cause].map((one) => allReasons(one, depth + 1)),
  ].join("\n");
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);

async function closeQuickly(consumer: Consumer): Promise<void> {
  const closed = consumer.close(true).catch(() => {});
  const late = new Promise<void>((resolve) => {
    setTimeout(resolve, CLOSE_MS).unref();
  });
  await Promise.race([closed, late]);
}

async function openProducer(options: KafkaOptions): Promise<Producer> {
  const { Producer } = await loadKafka();
  // VAST's broker knows neither compression nor idempotent producers.
  return new Producer({
    ...connectionOptions(options),
    compression: "none",
    idempotent: false,
    acks: 1,
  });
}

async function sendRejected(
  producer: Producer,
  topic: string,
  { body, position }: ReceivedMessage,
  reason: string,
): Promise<void> {
  await producer.send({
    messages: [
      {
        topic,
        key: Buffer.from(position),
        value: Buffer.from(body),
        headers: new Map([
          [Buffer.from("mediasearch-reason"), Buffer.from(reason)],
          [Buffer.from("mediasearch-position"), Buffer.from(position)],
        ]),
      },
    ],
  });
}
