import { type Consumer, createRecordsBatch, readRecordsBatches, Reader } from "@platformatic/kafka";
import { beforeAll, describe, expect, it } from "vitest";
import { loadKafka } from "./client.ts";
import { type Fetching, fetchReadable } from "./fetch.ts";
import type { UnpackBudget } from "./unpack.ts";

type Compression = "none" | "gzip" | "snappy" | "lz4" | "zstd";

interface Batch {
  readonly first: number;
  readonly count: number;
  readonly bytes: Buffer;
}

/** A batch as a producer writes it. */
function batchOf(first: number, values: readonly Buffer[], compression: Compression): Batch {
  const messages = values.map((value) => ({ topic: "t", value }));
  const bytes = Buffer.from(createRecordsBatch(messages, { compression }).buffer);
  bytes.writeBigInt64BE(BigInt(first), 0);
  return { first, count: values.length, bytes };
}

let budget: UnpackBudget;
beforeAll(async () => {
  ({ budget } = await loadKafka());
});

/** A broker with one partition: it sends what fits, and one whole batch in any case. */
function broker(batches: readonly Batch[]): Fetching {
  const end = BigInt(batches.reduce((most, { first, count }) => Math.max(most, first + count), 0));
  const consumer = {
    assignments: [{ topic: "t", partitions: [0] }],
    metadata: async () => ({
      topics: new Map([["t", { id: "id", partitions: { 0: { leader: 1 } } }]]),
    }),
    listOffsets: async () => new Map([["t", [end]]]),
    fetch: async ({ maxBytes, topics }: Parameters<Consumer["fetch"]>[0]) => {
      const from = topics[0]?.partitions[0]?.fetchOffset ?? 0n;
      const sent: Buffer[] = [];
      let length = 0;
      for (const { first, count, bytes } of batches) {
        if (BigInt(first + count) <= from) continue;
        if (sent.length > 0 && length + bytes.length > (maxBytes ?? 0)) break;
        sent.push(bytes);
        length += bytes.length;
      }
      const records = readRecordsBatches(Reader.from(Buffer.concat(sent)));
      return { responses: [{ partitions: [{ partitionIndex: 0, records }] }] };
    },
  };
  return { consumer: consumer as unknown as Consumer, topic: "t", budget };
}

const KINDS: readonly Compression[] = ["none", "gzip", "snappy", "lz4", "zstd"];
const say = (text: string): Buffer => Buffer.from(text);
const read = async (fetching: Fetching, from = 0n) => {
  const { messages, next, gap } = await fetchReadable(fetching, new Map([[0, from]]));
  return { said: messages.map(({ body }) => Buffer.from(body).toString()), next: next.get(0), gap };
};

describe("messages of a topic", () => {
  it("are read whatever they are compressed by", async () => {
    const batches = KINDS.map((kind, i) =>
      batchOf(2 * i, [say(kind), say("x".repeat(2000))], kind),
    );
    const { said, next, gap } = await read(broker(batches));
    expect(said.filter((one) => one.length < 10)).toEqual(KINDS);
    expect([next, gap]).toEqual([10n, undefined]);
  });

  it.each(KINDS.filter((kind) => kind !== "none"))(
    "that unpack to far more than they are pass, and are told, without room for them: %s",
    async (kind) => {
      const bomb = batchOf(1, [Buffer.alloc(60 << 20), say("never read")], kind);
      expect(bomb.bytes.length).toBeLessThan(4 << 20);
      const before = process.memoryUsage().rss;
      const fetching = broker([
        batchOf(0, [say("before")], "none"),
        bomb,
        batchOf(3, [say("behind")], "none"),
      ]);
      const first = await read(fetching);
      expect(first).toEqual({ said: ["before"], next: 1n, gap: undefined });
      const second = await read(fetching, 1n);
      expect(second.gap).toMatch(/^partition 0: messages 1 to \d can't be unpacked$/);
      expect(second.next).toBe(4n);
      expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
    },
  );

  it("in many batches, each of which is within the bound, are read one batch after the other", async () => {
    const batches = [0, 1, 2].map((i) => batchOf(i, [Buffer.alloc(20 << 20, i)], "gzip"));
    const fetching = broker(batches);
    for (const from of [0n, 1n, 2n]) expect((await read(fetching, from)).next).toBe(from + 1n);
  });

  it("that are fewer than their batch says, or of no known kind, pass too; the last ones as well", async () => {
    const lying = batchOf(0, [say("one")], "none");
    lying.bytes.writeInt32BE(2_000_000_000, 57);
    expect(await read(broker([lying]))).toMatchObject({ said: [], next: 1n });
    // Its length ends within its own head, and what is behind that is packed.
    const short = batchOf(0, [say("one")], "gzip");
    short.bytes.writeInt32BE(40, 8);
    expect(await read(broker([short, batchOf(1, [say("next")], "none")]))).toMatchObject({
      said: ["next"],
      gap: "partition 0: messages 0 to 0 can't be unpacked",
    });
    // The length of a value below nothing, by which a reader would go back.
    const back = batchOf(0, [say("one"), say("two")], "none");
    back.bytes.writeUInt8(0x61, back.bytes.indexOf("one") - 1);
    expect(await read(broker([back]))).toMatchObject({ said: [], next: 2n });
    const torn = batchOf(0, [say("one"), say("two")], "gzip");
    torn.bytes.fill(0, 70);
    expect(await read(broker([torn]))).toMatchObject({ said: [], next: 2n });
  });
});
