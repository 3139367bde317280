import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/**
 * What stands between the client's input and the protocol: one message a line, of a bounded length,
 * and no more at a time than the client takes answers for. What is no request gets JSON-RPC's error
 * (https://www.jsonrpc.org/specification#error_object), so that no client waits for an answer in
 * vain.
 */

export const MAX_MESSAGE_BYTES = 10 * 2 ** 20;
/** Requests that are worked on or whose answers wait to be taken. */
const MAX_PENDING = 32;
const LINE_FEED = 10;

export interface GateOptions {
  readonly input: Readable;
  /** Where lines that are messages go. */
  readonly lines: Writable & Pick<Readable, "readableLength" | "readableFlowing">;
  readonly output: Writable;
  readonly pending: () => number;
  /** Resolves at the next answer. */
  readonly nextAnswer: () => Promise<unknown>;
}

/**
 * Passes messages on until the input ends.
 * @throws Error when a message is too long, or the input breaks.
 */
export async function passRequests(options: GateOptions): Promise<void> {
  const { input, lines, output } = options;
  for await (const line of linesOf(input)) {
    if (line.length === 0) continue;
    await hasRoom(options);
    const refusal = refusalOf(line);
    if (refusal === undefined) lines.write(`${line.toString("utf8")}\n`);
    else output.write(`${JSON.stringify(refusal)}\n`);
    // Only what the protocol has taken can be counted as pending.
    while (lines.readableFlowing === true && lines.readableLength > 0) await setImmediate();
  }
}

async function hasRoom({ output, pending, nextAnswer }: GateOptions): Promise<void> {
  while (pending() >= MAX_PENDING || output.writableNeedDrain)
    await Promise.race([
      ...(pending() > 0 ? [nextAnswer()] : []),
      ...(output.writableNeedDrain ? [once(output, "drain")] : []),
    ]);
}

/** The lines of a stream without their ends; what has no line end is a line all the same. */
async function* linesOf(input: Readable): AsyncIterable<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]);
      rest = rest.subarray(end + 1);
      parts = [];
      size = 0;
    }
    parts.push(rest);
    size += rest.length;
    if (size > MAX_MESSAGE_BYTES)
      throw new Error(`a message beyond the maximum size of ${MAX_MESSAGE_BYTES / 2 ** 20} MB`);
  }
  yield Buffer.concat(parts);
}

interface Refusal {
  readonly jsonrpc: "2.0";
  readonly id: string | number | null;
  readonly error: { readonly code: number; readonly message: string };
}

/** The answer to what is no JSON-RPC message; undefined for one that is. */
function refusalOf(line: Buffer): Refusal | undefined {
  const refuse = (code: number, message: string, id: Refusal["id"] = null): Refusal => ({
    jsonrpc: "2.0",
    id,
    error: { code, message },
  });
  let message: unknown;
  try {
    message = JSON.parse(line.toString("utf8"));
  } catch {
    return refuse(-32_700, "Parse error: not JSON");
  }
  if (typeof message !== "object" || message === null || Array.isArray(message))
    return refuse(-32_600, "Invalid Request: one JSON-RPC message a line");
  const { jsonrpc, id, method, params } = message as Readonly<Record<string, unknown>>;
  const isResponse = "result" in message || "error" in message;
  const isRequest =
    typeof method === "string" &&
    (params === undefined || (typeof params === "object" && params !== null));
  const isKnownId = id === undefined || typeof id === "string" || Number.isSafeInteger(id);
  if (jsonrpc === "2.0" && isKnownId && (isRequest || isResponse)) return undefined;
  const shown = typeof id === "string" || typeof id === "number" ? id : null;
  return refuse(-32_600, "Invalid Request: not JSON-RPC 2.0", shown);
}
