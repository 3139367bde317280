import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { MediasearchError } from "../../errors.ts";
import { startRetries } from "../../retry.ts";
import type { EventAddress } from "../address.ts";
import type { EventBatch, EventFeed, FeedOptions, ReceivedMessage } from "../feed.ts";

export type SqsAddress = Extract<EventAddress, { readonly kind: "sqs" }>;

export interface SqsOptions {
  readonly address: SqsAddress;
  readonly region: string;
  /** Without it, the keys that AWS tools would use. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  readonly profile: string | undefined;
}

const BATCH = 10;
/** The longest that SQS holds a request open. */
const WAIT_SECONDS = 20;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Queues whose server does not hold requests open are not asked more often than this. */
const EMPTY_WAIT_MS = 500;

/**
 * Reads a queue of Amazon SQS. A message that is not acknowledged comes back after the queue's
 * visibility time-out, and goes to its dead-letter queue by the queue's own rules.
 */
export function openSqsFeed(options: SqsOptions): EventFeed {
  const { address, region, keys, profile } = options;
  const client = new SQSClient({
    endpoint: address.endpoint,
    region,
    credentials:
      keys ??
      defaultProvider({
        ...(profile === undefined ? {} : { profile }),
        timeout: 1000,
        maxRetries: 0,
      }),
    maxAttempts: 2,
  });
  return {
    read: (feedOptions) => readQueue(client, address, feedOptions),
    close: async () => client.destroy(),
  };
}

async function* readQueue(
  client: SQSClient,
  address: SqsAddress,
  { signal, onNotice }: FeedOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const waits = startRetries({ baseDelayMs: FIRST_WAIT_MS, maxDelayMs: LONGEST_WAIT_MS, signal });
  const host = new URL(address.endpoint).host;
  let isAway = false;
  yield { messages: [], acknowledge: async () => {} };
  for (;;) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const messages = await receive(client, address, signal).catch(async (error: unknown) => {
      signal.throwIfAborted();
      refuseForGood(error, address);
      if (!isAway) onNotice(`events: ${host} does not answer, waiting (${reasonOf(error)})`);
      isAway = true;
      await waits.waitAfter(error);
      return undefined;
    });
    if (!messages) continue;
    if (isAway) onNotice(`events: ${host} is back`);
    isAway = false;
    waits.restart();
    if (messages.length > 0)
      yield {
        messages: messages.map(toReceived),
        acknowledge: () => acknowledge(client, address, messages),
      };
    else
      await sleep(Math.max(0, EMPTY_WAIT_MS - (performance.now() - startedAt)), undefined, {
        signal,
      }).catch(() => signal.throwIfAborted());
  }
}

const receive = async (
  client: SQSClient,
  { queueUrl }: SqsAddress,
  signal: AbortSignal,
): Promise<readonly Message[]> => {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: BATCH,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageAttributeNames: ["All"],
  });
  return (await client.send(command, { abortSignal: signal })).Messages ?? [];
};

const toReceived = ({ Body, MessageId, MessageAttributes }: Message): ReceivedMessage => ({
  position: MessageId ?? "",
  headers: new Map(
    Object.entries(MessageAttributes ?? {}).flatMap(([name, { StringValue }]) =>
      StringValue === undefined ? [] : [[name.toLowerCase(), StringValue] as const],
    ),
  ),
  body: Buffer.from(Body ?? ""),
});

/** A message that could not be taken out comes once more, which does no harm. */
async function acknowledge(
  client: SQSClient,
  { queueUrl }: SqsAddress,
  messages: readonly Message[],
): Promise<void> {
  const command = new DeleteMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
  });
  await client.send(command).catch(() => {});
}

const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : "");
const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);

/** @throws what no waiting mends */
function refuseForGood(error: unknown, { queueUrl }: SqsAddress): void {
  const name = nameOfError(error);
  if (/QueueDoesNotExist|NonExistentQueue/.test(name))
    throw new MediasearchError("NOT_FOUND", `${queueUrl}: there is no such queue`, {
      subject: queueUrl,
      cause: error,
      hint: "make the queue first; --events sqs://HOST/ACCOUNT/QUEUE",
    });
  if (
    /AccessDenied|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|CredentialsProvider|ExpiredToken/.test(
      name,
    )
  )
    throw new MediasearchError(
      "CREDENTIALS",
      `${queueUrl}: the queue does not let this program in`,
      {
        subject: queueUrl,
        cause: error,
        hint: "EVENTS_USER and EVENTS_PASSWORD are its access key and secret   (mediasearch config)",
      },
    );
}
