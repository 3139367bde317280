import { Field, Float32, Int32, makeData, RecordBatch, Schema, Struct, Utf8 } from "apache-arrow";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MediasearchError } from "../../../errors.ts";
import { readLeaf } from "./assemble.ts";
import { finish, type FlatTable, readRoot, writeTable, writeVector } from "./flat.ts";
import { readFrames } from "./framing.ts";
import { readFirstColumn, writeRows } from "./ipc.ts";
import { mustBeWhole } from "./plausible.ts";
import { toValues } from "./values.ts";

/** Everything that a table can be asked for. */
function readEverything(table: FlatTable, depth = 0): void {
  for (let field = 0; field < 6; field++) {
    for (const read of ["string", "bytes", "u8", "i32", "i64", "f64", "has"] as const)
      table[read](field);
    if (depth > 2) continue;
    for (const inner of table.tables(field).slice(0, 3)) readEverything(inner, depth + 1);
  }
}

const list = finish((b) =>
  writeTable(b, [
    ["offset", b.createString("name")],
    ["offset", writeVector(b, [writeTable(b, [["offset", b.createString("x")]])])],
  ]),
);
/** Bytes of something valid with some of them changed. */
const mutated = (bytes: Uint8Array) =>
  fc
    .array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 })
    .map((changes) => {
      const copy = Uint8Array.from(bytes);
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });
/** How long it takes, in milliseconds, to read something or to refuse it with an error. */
function takesMs(act: () => void): number {
  const startedAt = performance.now();
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  return performance.now() - startedAt;
}

describe("answers that are no FlatBuffers", () => {
  it.each([
    ["nothing", ""],
    ["a page of a proxy", "<html><body>welcome to the network</body></html>"],
    ["zeros", "\0".repeat(64)],
    ["an object store's list", "<ListAllMyBucketsResult></ListAllMyBucketsResult>"],
    ["a root beyond the end", "\xff\xff\xff\x7f".repeat(8)],
  ])("are no answers, and no empty lists: %s", (_what, text) => {
    const bytes = Buffer.from(text, "latin1");
    expect(() => readRoot(bytes).tables(1)).toThrow(MediasearchError);
    expect(() => readRoot(bytes).tables(1)).toThrow(/not FlatBuffers/);
  });

  it("are read or refused at once, whatever was changed in them", () =>
    fc.assert(
      fc.property(fc.oneof(mutated(list), fc.uint8Array({ maxLength: 200 })), (bytes) => {
        expect(takesMs(() => readEverything(readRoot(bytes)))).toBeLessThan(2000);
      }),
      { numRuns: 2000 },
    ));
});

describe("columns that lie about their lengths", () => {
  const int = new Int32();
  it.each([
    [
      "more numbers than bytes",
      () => makeData({ type: int, length: 1000, data: new Int32Array(4) }),
    ],
    [
      "more rows than any page",
      () => makeData({ type: int, length: 2 ** 31, data: new Int32Array(4) }),
    ],
    [
      "texts beyond their bytes",
      () =>
        makeData({
          type: new Utf8(),
          length: 2,
          valueOffsets: Int32Array.of(0, 5, 1_000_000),
          data: new Uint8Array(8),
        }),
    ],
    [
      "texts that go backwards",
      () =>
        makeData({
          type: new Utf8(),
          length: 2,
          valueOffsets: Int32Array.of(0, 8, 4),
          data: new Uint8Array(8),
        }),
    ],
    [
      "fewer offsets than texts",
      () =>
        makeData({
          type: new Utf8(),
          length: 9,
          valueOffsets: Int32Array.of(0, 4),
          data: new Uint8Array(8),
        }),
    ],
  ])("are refused: %s", (_what, make) => expect(() => mustBeWhole(make())).toThrow(/shorter/));

  it("are read or refused at once, whatever was changed in the message", () => {
    const fields = [new Field("a", new Utf8(), true)];
    const message = writeRows(fields, [["one", null, "three"]]);
    const numbers = writeRows([new Field("b", new Float32(), true)], [[1, 2, 3]]);
    expect(readFirstColumn(message).flatMap(toValues)).toEqual(["one", null, "three"]);
    fc.assert(
      fc.property(fc.oneof(mutated(message), mutated(numbers)), (bytes) => {
        const ms = takesMs(() => {
          const { data } = readLeaf(bytes);
          if (data) toValues(data);
        });
        expect(ms).toBeLessThan(2000);
      }),
      { numRuns: 1000 },
    );
  });

  it("hold what they say when they are whole", () => {
    const data = makeData({
      type: new Struct([new Field("a", int)]),
      length: 2,
      nullCount: 0,
      children: [makeData({ type: int, length: 2, data: Int32Array.of(1, 2) })],
    });
    expect(new RecordBatch(new Schema([new Field("a", int)]), data).numRows).toBe(2);
    expect(() => mustBeWhole(data)).not.toThrow();
  });
});

describe("a stream of frames", () => {
  const chunks = async function* (parts: readonly Uint8Array[]): AsyncIterable<Buffer> {
    for (const part of parts) yield Buffer.from(part);
  };
  const marker = (value: number): Uint8Array => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };

  it("is left when it goes on behind its end", async () => {
    let given = 0;
    const endless = async function* (): AsyncIterable<Buffer> {
      yield Buffer.from(marker(0xfffffffe));
      for (;;) {
        given++;
        yield Buffer.alloc(65_536);
      }
    };
    expect(await Array.fromAsync(readFrames(endless()))).toEqual([]);
    expect(given).toBeLessThan(50);
  });

  it("is read or refused, whatever it is", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }),
        async (parts) => {
          const read = await Array.fromAsync(readFrames(chunks(parts))).catch(
            (error: unknown) => error,
          );
          expect(Array.isArray(read) || read instanceof Error).toBe(true);
        },
      ),
    ));
});
