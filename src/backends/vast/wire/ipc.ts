import {
  type Data,
  type Field,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from "apache-arrow";
import { mustBeMessages, mustBeWhole } from "./plausible.ts";
import { toData, type Value } from "./values.ts";

/**
 * Rows as an Arrow IPC stream of exactly one batch, uncompressed, as inserts and updates want it.
 */
export function writeRows(
  fields: readonly Field[],
  columns: readonly (readonly Value[])[],
): Uint8Array {
  const children = fields.map((field, i) => toData(field.type, columns[i] ?? []));
  const length = columns[0]?.length ?? 0;
  const schema = new Schema([...fields]);
  const data = makeData({ type: new Struct([...fields]), length, nullCount: 0, children });
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(schema, data));
  writer.finish();
  return writer.toUint8Array(true);
}

/** A schema by itself: a stream without rows. */
export const writeSchema = (fields: readonly Field[]): Uint8Array =>
  writeRows(
    fields,
    fields.map(() => []),
  );

export function readSchema(stream: Uint8Array): Schema {
  mustBeMessages(stream);
  return RecordBatchReader.from(stream).open().schema;
}

/** The first column of every batch. */
export function readFirstColumn(stream: Uint8Array): Data[] {
  mustBeMessages(stream);
  return [...RecordBatchReader.from(stream)].flatMap((batch) => {
    const column = batch.data.children[0];
    if (column) mustBeWhole(column);
    return column ?? [];
  });
}
