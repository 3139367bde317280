import type { EventMessage } from "./message.ts";

export interface ReceivedMessage extends EventMessage {
  /** Where it stood, for whoever looks for it: `topic/partition/offset`, the id of a message. */
  readonly position: string;
}

export interface EventBatch {
  readonly messages: readonly ReceivedMessage[];
  /**
   * Why messages before these may be lost, such as by the broker's retention; what they told of
   * only a listing of the bucket can tell.
   */
  readonly gap?: string | undefined;
  /**
   * Must be called once everything that the batch says is durable, and before the next batch is
   * asked for. A batch that is not acknowledged is delivered again.
   */
  acknowledge(): Promise<void>;
}

export interface FeedOptions {
  readonly signal: AbortSignal;
  /** Told once each: a server that does not answer, and one that is back. */
  readonly onNotice: (text: string) => void;
}

/**
 * Where messages about objects come from: each at least once, in no order that anything depends on.
 * Each implementation has a folder beside this file and a line in `registry.ts`.
 */
export interface EventFeed {
  /**
   * Yields what arrives until the signal aborts, and waits for a server that is away. The first
   * batch, which may be empty, comes when the reading has begun: from then on nothing is missed.
   * @throws CREDENTIALS, or NOT_FOUND for a topic or queue that is not there; the signal's reason.
   */
  read(options: FeedOptions): AsyncIterable<EventBatch>;
  /**
   * Puts a message that nobody can read where the server keeps such messages. Left out by feeds
   * that have no such place.
   */
  readonly reject?: ((message: ReceivedMessage, reason: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}
