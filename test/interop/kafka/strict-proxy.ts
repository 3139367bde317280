import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Stands before a broker of Apache Kafka and lets through what VAST's Event Broker has: it caps
 * versions, answers fetches at once and without sessions, and refuses what VAST lacks
 * (compression, transactions, idempotent producers, static members, cooperative rebalancing, racks,
 * reading of what is not committed, offsets by time). What it refused, it lists.
 */
export interface StrictProxy {
  readonly violations: readonly string[];
  /** Requests that passed, by their number in the protocol. */
  readonly requests: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

const PRODUCE = 0;
const FETCH = 1;
const LIST_OFFSETS = 2;
const METADATA = 3;
const JOIN_GROUP = 11;
const API_VERSIONS = 18;
/** Producer ids, transactions, and the newer protocol of groups. */
const LACKING = new Set([22, 24, 25, 26, 27, 28, 68, 69, 76, 78, 79]);
/** The newest versions in the classic encoding, and before topics had ids. */
const CAPS: Readonly<Record<number, number>> = {
  [PRODUCE]: 8,
  [FETCH]: 11,
  [LIST_OFFSETS]: 5,
  [METADATA]: 8,
  [JOIN_GROUP]: 5,
};

export async function startStrictProxy(port: number, brokerPort: number): Promise<StrictProxy> {
  const violations: string[] = [];
  const requests = new Map<number, number>();
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    const broker = connect(brokerPort, "127.0.0.1");
    const asked = new Map<number, { readonly api: number; readonly version: number }>();
    const end = (): void => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.on("error", end).on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on(
      "data",
      byFrame((frame) => {
        const [api, version] = [frame.readInt16BE(4), frame.readInt16BE(6)];
        const violation = violationOf(api, version, frame);
        if (violation !== undefined) {
          violations.push(violation);
          return end();
        }
        requests.set(api, (requests.get(api) ?? 0) + 1);
        asked.set(frame.readInt32BE(8), { api, version });
        broker.write(frame);
      }),
    );
    broker.on(
      "data",
      byFrame((frame) => {
        const request = asked.get(frame.readInt32BE(4));
        asked.delete(frame.readInt32BE(4));
        if (request?.api === API_VERSIONS) capVersions(frame, request.version);
        // Throttle time, error, session: the broker keeps none.
        if (request?.api === FETCH && request.version >= 7) frame.writeInt32BE(0, 14);
        client.write(frame);
      }),
    );
  }).listen(port, "127.0.0.1");
  await new Promise((resolve) => {
    server.once("listening", resolve);
  });
  return {
    violations,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Cuts a stream into frames of four bytes of length and what follows. */
function byFrame(handle: (frame: Buffer) => void): (part: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (part) => {
    rest = Buffer.concat([rest, part]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      // A copy: it is changed.
      handle(Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  };
}

/** Reads the classic encoding, from behind the header of a request. */
function bodyReader(frame: Buffer) {
  let at = 12;
  const reader = {
    int8: () => frame.readInt8((at += 1) - 1),
    int16: () => frame.readInt16BE((at += 2) - 2),
    int32: () => frame.readInt32BE((at += 4) - 4),
    int64: () => frame.readBigInt64BE((at += 8) - 8),
    string(): string | null {
      const length = reader.int16();
      if (length < 0) return null;
      return frame.toString("utf8", at, (at += length));
    },
    bytes(): Buffer {
      const length = reader.int32();
      return frame.subarray(at, (at += Math.max(0, length)));
    },
    list<T>(read: () => T): T[] {
      return Array.from({ length: Math.max(0, reader.int32()) }, read);
    },
    position: () => at,
  };
  reader.string();
  return reader;
}

/**
 * @returns what VAST's broker would not do; undefined for what passes, perhaps changed in place.
 */
function violationOf(api: number, version: number, frame: Buffer): string | undefined {
  if (LACKING.has(api)) return `request ${api} is not supported`;
  if (version > (CAPS[api] ?? Infinity)) return `request ${api} in version ${version}`;
  if (api === FETCH) return checkFetch(frame, version);
  if (api === PRODUCE) return checkProduce(frame, version);
  if (api === LIST_OFFSETS) return checkListOffsets(frame, version);
  return api === JOIN_GROUP ? checkJoin(frame, version) : undefined;
}

function checkFetch(frame: Buffer, version: number): string | undefined {
  const reader = bodyReader(frame);
  reader.int32();
  // A fetch is answered at once.
  frame.writeInt32BE(0, reader.position());
  reader.int32();
  reader.int32();
  reader.int32();
  if (reader.int8() !== 1) return "reads what is not committed";
  return version >= 7 && reader.int32() !== 0 ? "uses a fetch session" : undefined;
}

function checkProduce(frame: Buffer, version: number): string | undefined {
  const reader = bodyReader(frame);
  if (version >= 3 && reader.string() !== null) return "produces in a transaction";
  reader.int16();
  reader.int32();
  const batches = reader.list(() => {
    reader.string();
    return reader.list(() => {
      reader.int32();
      return reader.bytes();
    });
  });
  for (const batch of batches.flat()) {
    if ((batch.readInt16BE(21) & 7) !== 0) return "compresses";
    if (batch.readBigInt64BE(43) >= 0n) return "has a producer id";
  }
  return undefined;
}

function checkListOffsets(frame: Buffer, version: number): string | undefined {
  const reader = bodyReader(frame);
  reader.int32();
  if (version >= 2) reader.int8();
  const times = reader.list(() => {
    reader.string();
    return reader.list(() => {
      reader.int32();
      if (version >= 4) reader.int32();
      return reader.int64();
    });
  });
  return times.flat().some((time) => time >= 0n) ? "looks for an offset by time" : undefined;
}

function checkJoin(frame: Buffer, version: number): string | undefined {
  const reader = bodyReader(frame);
  reader.string();
  reader.int32();
  if (version >= 1) reader.int32();
  reader.string();
  if (version >= 5 && reader.string() !== null) return "is a static member";
  reader.string();
  const protocols = reader.list(() => {
    const name = reader.string();
    reader.bytes();
    return name;
  });
  return protocols.some((name) => name?.includes("cooperative"))
    ? "rebalances cooperatively"
    : undefined;
}

/** Lowers the newest versions in an answer to ApiVersions, where they stand. */
function capVersions(frame: Buffer, version: number): void {
  let at = 10;
  const isFlexible = version >= 3;
  const count = isFlexible ? frame.readUInt8(at) - 1 : frame.readInt32BE(at);
  // There are fewer than 127 kinds of requests: their number is one byte.
  at += isFlexible ? 1 : 4;
  for (let i = 0; i < count; i++) {
    const cap = CAPS[frame.readInt16BE(at)];
    if (cap !== undefined && frame.readInt16BE(at + 4) > cap) frame.writeInt16BE(cap, at + 4);
    at += isFlexible ? 7 : 6;
  }
}
