import { readRoot } from "./flat.ts";

/**
 * One Arrow IPC message of a query's reply, and where its sub-split goes on after the page that it
 * is part of.
 */
export interface Framed {
  readonly stream: number;
  readonly nextRowId: bigint;
  /** The encapsulated message: prefix, metadata, body. `isEnd` = end of stream. */
  readonly message: Buffer;
  readonly isEnd: boolean;
}

const KEEP_ALIVE = 0xffffffff;
const COMPLETED = 0xfffffffe;
const FAILED = 0xfffffffd;
const CONTINUATION = 0xffffffff;
/** Larger than any message that a server makes; a length beyond it means that bytes were lost. */
const MAX_FRAME_BYTES = 1 << 29;
/** Behind the end marker there is nothing; a server that goes on writing is left. */
const MAX_REST_BYTES = 1 << 20;
/** Signs of life without any row: a query that takes longer has died. */
const MAX_KEEP_ALIVE_MS = 15 * 60_000;

/** A reply that says that the query failed on the server, after it had begun. */
export class QueryFailed extends Error {
  readonly code: bigint;

  constructor(code: bigint) {
    super(`the query failed on the server, code ${code}`);
    this.code = code;
  }
}

/**
 * Cuts the reply of a query into its messages (protocol page §8). Ends with the completion marker,
 * after which the reply is read to its end: the connection can serve the next call only then.
 * @throws QueryFailed at the failure marker; Error when the reply ends before either.
 */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncIterable<Framed> {
  const source = chunks[Symbol.asyncIterator]();
  const bytes = byteReader(source);
  try {
    let lastMessageAt = performance.now();
    for (;;) {
      const stream = (await bytes.take(4)).readUInt32LE();
      if (stream === KEEP_ALIVE) {
        if (performance.now() - lastMessageAt > MAX_KEEP_ALIVE_MS)
          throw new Error("the reply brings signs of life and no rows");
        continue;
      }
      lastMessageAt = performance.now();
      if (stream === COMPLETED) return await readRest(source);
      if (stream === FAILED) throw new QueryFailed((await bytes.take(8)).readBigUInt64LE());
      const nextRowId = (await bytes.take(8)).readBigUInt64LE();
      yield { stream, nextRowId, ...(await readMessage(bytes)) };
    }
  } finally {
    await source.return?.();
  }
}

async function readRest(source: AsyncIterator<Buffer>): Promise<void> {
  for (let size = 0; size < MAX_REST_BYTES;) {
    const { done, value } = await source.next();
    if (done) return;
    size += value.length;
  }
}

/** https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format */
async function readMessage(bytes: ByteReader): Promise<Pick<Framed, "message" | "isEnd">> {
  const prefix = await bytes.take(8);
  const length = prefix.readInt32LE(4);
  if (prefix.readUInt32LE() !== CONTINUATION || length < 0 || length > MAX_FRAME_BYTES)
    throw new Error("the reply is not a sequence of Arrow messages");
  if (length === 0) return { message: prefix, isEnd: true };
  const metadata = await bytes.take(length);
  const bodyLength = Number(readRoot(metadata).i64(3));
  if (bodyLength < 0 || bodyLength > MAX_FRAME_BYTES)
    throw new Error("a message of the reply has an impossible length");
  return { message: Buffer.concat([prefix, metadata, await bytes.take(bodyLength)]), isEnd: false };
}

interface ByteReader {
  take(count: number): Promise<Buffer>;
}

function byteReader(source: AsyncIterator<Buffer>): ByteReader {
  let parts: Buffer[] = [];
  let held = 0;
  return {
    async take(count) {
      while (held < count) {
        const { done, value } = await source.next();
        if (done) throw new Error("the reply ended before its end marker");
        parts.push(value);
        held += value.length;
      }
      const all = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
      parts = all.length > count ? [all.subarray(count)] : [];
      held -= count;
      return all.subarray(0, count);
    },
  };
}
