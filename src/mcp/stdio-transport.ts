import { PassThrough, type Readable, type Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

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
  const inner = new StdioServerTransport(lines, output);
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let hasEnded = false;
  let lastError: Error | undefined;
  const look = (): void => {
    if (hasEnded && asked.size === 0) resolve();
  };
  const onEnd = async (): Promise<void> => {
    // The last message may lack its line end.
    lines.write("\n");
    // When nobody reads the output there is nothing to wait for.
    while (lines.readableFlowing === true && lines.readableLength > 0) await setImmediate();
    await setImmediate();
    hasEnded = true;
    look();
  };
  input.pipe(lines, { end: false });
  input
    .once("end", () => void onEnd())
    .once("error", reject)
    .once("close", () => void onEnd());
  const transport: Transport = {
    start: () => inner.start(),
    close: () => inner.close(),
    async send(message) {
      await inner.send(message);
      if ("id" in message && !("method" in message)) asked.delete(message.id);
      look();
    },
  };
  inner.onmessage = (message) => {
    if ("method" in message && "id" in message && message.method !== STANDING)
      asked.add(message.id);
    else if ("method" in message && message.method === "notifications/cancelled")
      asked.delete((message.params as { readonly requestId?: unknown } | undefined)?.requestId);
    transport.onmessage?.(message);
    look();
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
