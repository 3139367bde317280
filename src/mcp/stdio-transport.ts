import { PassThrough, type Readable, type Writable } from "node:stream";
import type { Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { MAX_MESSAGE_BYTES, passRequests } from "./request-gate.ts";

export interface McpTransport {
  readonly transport: Transport;
  /**
   * Resolves when the input has ended and every request of it is answered. Rejects when the
   * connection breaks off.
   */
  readonly ended: Promise<void>;
}

/** The caller keeps a request of this method open, so no answer will come. */
const STANDING = "subscriptions/listen";

/**
 * The protocol's own transport drops what is still worked on when its input ends; this one answers
 * it.
 */
export function answeringTransport(input: Readable, output: Writable): McpTransport {
  const asked = new Set<unknown>();
  const lines = new PassThrough();
  const inner = new StdioServerTransport(lines, output, { maxBufferSize: MAX_MESSAGE_BYTES + 1 });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let hasEnded = false;
  let lastError: Error | undefined;
  const look = (): void => {
    if (hasEnded && asked.size === 0) resolve();
  };
  let answered = Promise.withResolvers<void>();
  const noteAnswer = (): void => {
    answered.resolve();
    answered = Promise.withResolvers<void>();
    look();
  };
  passRequests({
    input,
    lines,
    output,
    pending: () => asked.size,
    nextAnswer: () => answered.promise,
  }).then(
    () => {
      hasEnded = true;
      look();
    },
    (error: unknown) => reject(error as Error),
  );
  const transport: Transport = {
    start: () => inner.start(),
    close: () => inner.close(),
    async send(message) {
      await inner.send(message);
      if ("id" in message && !("method" in message)) asked.delete(message.id);
      noteAnswer();
    },
  };
  inner.onmessage = (message) => {
    if ("method" in message && "id" in message && message.method !== STANDING)
      asked.add(message.id);
    else if ("method" in message && message.method === "notifications/cancelled")
      asked.delete((message.params as { readonly requestId?: unknown } | undefined)?.requestId);
    transport.onmessage?.(message);
    noteAnswer();
  };
  inner.onerror = (error) => {
    lastError = error;
    transport.onerror?.(error);
  };
  inner.onclose = () => {
    transport.onclose?.();
    reject(lastError ?? new Error("the connection was closed"));
  };
  return { transport, ended };
}
