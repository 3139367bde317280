import {
  Field as ArrowField,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  vectorFromArray,
  type DataType,
} from "apache-arrow";
import type { Field } from "./arrow/field.ts";
import { writeSchema } from "./arrow/schema.ts";
import { finish, ref, table, u8, vector, type Slot } from "./flat/writer.ts";
import { startEmulator, type Emulator, type EmulatorOptions } from "./server.ts";
import { signedRequest, type Answer } from "./test-client.ts";

/**
 * An emulator in this process, and what the tests ask of it; bodies are made, and answers read, by
 * Apache's library.
 */
export interface Bench {
  readonly emulator: Emulator;
  call(
    method: string,
    url: string,
    options?: {
      readonly tx?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
    },
  ): Promise<Answer>;
  begin(): Promise<string>;
}

export async function openBench(options: Partial<EmulatorOptions> = {}): Promise<Bench> {
  const keys = { accessKey: "AK", secretKey: "SK" };
  const emulator = await startEmulator({ ...keys, buckets: ["b"], ...options });
  const call: Bench["call"] = (method, url, { tx = "0", headers = {}, body } = {}) =>
    signedRequest(
      { url: emulator.url, ...keys },
      method,
      url,
      { "tabular-txid": tx, "tabular-api-version-id": "1", ...headers },
      body,
    );
  const schema = await call("POST", "/b/s?schema");
  if (schema.status !== 200) throw new Error(schema.body.toString());
  return {
    emulator,
    call,
    begin: async () => String((await call("POST", "/?transaction")).headers["tabular-txid"]),
  };
}

export type Columns = Readonly<Record<string, readonly [DataType, readonly unknown[]]>>;

/** A stream of one batch. */
export function streamOf(columns: Columns, { batches = 1, nullable = true } = {}): Uint8Array {
  const schema = new Schema(
    Object.entries(columns).map(([name, [type]]) => new ArrowField(name, type, nullable)),
  );
  const children = Object.values(columns).flatMap(
    ([type, values]) => vectorFromArray([...values], type).data,
  );
  const batch = new RecordBatch(
    schema,
    makeData({
      type: new Struct(schema.fields),
      length: children[0]?.length ?? 0,
      nullCount: 0,
      children,
    }),
  );
  return RecordBatchStreamWriter.writeAll(
    Array.from({ length: batches }, () => batch),
  ).toUint8Array(true);
}

export const namesIn = (body: Uint8Array): string[] =>
  tableFromIPC(body).schema.fields.map(({ name }) => name);
export const valuesIn = (body: Uint8Array): unknown[] => [
  ...(tableFromIPC(body).getChildAt(0) ?? []),
];

/** A filter's call: a function of columns (by position) and literals (kind and slot). */
export type Expression = {
  readonly call: string;
  readonly args: readonly (
    | Expression
    | number
    | {
        readonly kind: number;
        readonly slot: Slot | ((b: Parameters<Parameters<typeof finish>[0]>[0]) => Slot);
      }
  )[];
};
export const ALL: Expression = { call: "and", args: [] };

/** A query's body: the first `wanted` leaves that stand at `projection`. */
export function queryBody(
  fields: readonly Field[],
  projection: readonly number[],
  filter: Expression = ALL,
): Uint8Array {
  return finish((b) => {
    const expression = (part: Expression["args"][number]): number => {
      if (typeof part === "number") {
        const index = table(b, 1, [[0, (to, id) => to.addFieldInt32(id, part, 0)]]);
        const reference = table(b, 3, [u8(0, 5), ref(1, index)]);
        return table(b, 2, [u8(0, 2), ref(1, reference)]);
      }
      if ("kind" in part) {
        const slot = typeof part.slot === "function" ? part.slot(b) : part.slot;
        const impl = table(b, 1, [slot]);
        const literal = table(b, 3, [u8(0, part.kind), ref(1, impl)]);
        return table(b, 2, [u8(0, 1), ref(1, literal)]);
      }
      const args = vector(b, part.args.map(expression));
      const name = b.createString(part.call);
      const call = table(b, 3, [ref(0, name), ref(1, args)]);
      return table(b, 2, [u8(0, 3), ref(1, call)]);
    };
    const where = expression(filter);
    const schema = writeSchema(b, { fields, metadata: new Map() });
    const wanted = vector(
      b,
      projection.map((position) =>
        table(b, 1, [[0, (to, id) => to.addFieldInt32(id, position, 0)]]),
      ),
    );
    const name = b.createString("");
    const source = table(b, 5, [ref(1, name), ref(2, where), ref(3, schema), ref(4, wanted)]);
    return table(b, 2, [u8(0, 9), ref(1, source)]);
  });
}

export interface PageRead {
  readonly stream: number;
  readonly next: number;
  /** The values of each leaf. */
  readonly columns: readonly (readonly unknown[])[];
  /** Record batches of each leaf. */
  readonly batches: readonly number[];
}

/**
 * The pages in a query's answer, and the markers.
 * @throws Error for bytes that end without the marker of the end
 */
export function pagesIn(
  body: Buffer,
  leaves: number,
): { readonly pages: readonly PageRead[]; readonly keepAlives: number } {
  const open = new Map<number, { bytes: Buffer[]; columns: unknown[][]; batches: number[] }>();
  const pages: PageRead[] = [];
  let keepAlives = 0;
  for (let at = 0; ;) {
    const stream = body.readUInt32LE(at);
    at += 4;
    if (stream === 0xfffffffe) return { pages, keepAlives };
    if (stream === 0xfffffffd) throw new Error(`failed with ${body.readBigUInt64LE(at)}`);
    if (stream === 0xffffffff) {
      keepAlives++;
      continue;
    }
    const next = Number(body.readBigUInt64LE(at));
    const size = body.readInt32LE(at + 12);
    const length = size === 0 ? 0 : bodyLength(body.subarray(at + 16, at + 16 + size));
    const bytes = body.subarray(at + 8, at + 16 + size + length);
    at += 16 - 8 + 8 + size + length;
    const page = open.get(stream) ?? { bytes: [], columns: [], batches: [] };
    open.set(stream, page);
    page.bytes.push(bytes);
    if (size !== 0) continue;
    const read = tableFromIPC(Buffer.concat(page.bytes));
    page.columns.push([...(read.getChildAt(0) ?? [])]);
    page.batches.push(read.batches.length);
    page.bytes = [];
    if (page.columns.length < leaves) continue;
    pages.push({ stream, next, columns: page.columns, batches: page.batches });
    open.delete(stream);
  }
}

/** Message.bodyLength, the third slot. */
function bodyLength(metadata: Buffer): number {
  const root = metadata.readUInt32LE(0);
  const vtable = root - metadata.readInt32LE(root);
  const slot = metadata.readUInt16LE(vtable) > 10 ? metadata.readUInt16LE(vtable + 10) : 0;
  return slot === 0 ? 0 : Number(metadata.readBigInt64LE(root + slot));
}
