import { badRequest, conflict, notFound } from "../errors.ts";
import { FlatTable } from "../flat/reader.ts";
import { finish, i64, table } from "../flat/writer.ts";
import { bucketOf, OK, tableOf, type Call, type Handler } from "../http/call.ts";
import { byIds, rowCount, tableBytes, type Projection, type Table } from "../store/table.ts";
import { parentOf } from "../store/catalog.ts";
import { columnNamed, columnsReply } from "./columns.ts";
import { listReply } from "./lists.ts";
import { propertiesIn } from "./schemas.ts";

const SORTED = 1;

export const listProjections: Handler = (call) => {
  const { path, table: of } = tableOf(call);
  const bucket = bucketOf(call);
  return listReply(
    call,
    [bucket, parentOf(path).slice(bucket.length + 1), path.slice(path.lastIndexOf("/") + 1)],
    of.projections.map(({ id, name }) => ({ id, name, properties: "", table: of })),
  );
};

export const createProjection: Handler = (call) => {
  const { store } = call;
  const { table: of } = tableOf(call);
  const name = nameIn(call);
  if (of.projections.some((projection) => projection.name === name))
    throw conflict(`projection ${name} exists`);
  const columns = readColumns(call.body).map((column) => ({
    id: columnNamed(of, column.name).id,
    sorted: column.sorted,
  }));
  const ids = (sorted: boolean): readonly number[] =>
    columns.filter((column) => column.sorted === sorted).map(({ id }) => id);
  if (ids(true).length === 0) throw badRequest("a projection needs a sorted column");
  const projection: Projection = {
    id: store.newId(),
    name,
    sorted: ids(true),
    unsorted: ids(false),
  };
  change(call, of, (projections) => [...projections, projection]);
  return OK;
};

function readColumns(body: Uint8Array): { readonly name: string; readonly sorted: boolean }[] {
  try {
    return FlatTable.root(body)
      .tables(0)
      .map((column) => ({ name: column.string(0) ?? "", sorted: column.i8(1) === SORTED }));
  } catch {
    throw badRequest("the body is no FlatBuffers table");
  }
}

export const alterProjection: Handler = (call) => {
  const { table: of } = tableOf(call);
  const { id } = projectionOf(call, of);
  const name = propertiesIn(call.body) ?? "";
  if (name === "") throw badRequest("the projection has no new name");
  if (of.projections.some((projection) => projection.name === name && projection.id !== id))
    throw conflict(`projection ${name} exists`);
  change(call, of, (projections) =>
    projections.map((projection) => (projection.id === id ? { ...projection, name } : projection)),
  );
  return OK;
};

export const dropProjection: Handler = (call) => {
  const { table: of } = tableOf(call);
  const { id } = projectionOf(call, of);
  change(call, of, (projections) => projections.filter((projection) => projection.id !== id));
  return OK;
};

export const projectionColumns: Handler = (call) => {
  const { table: of } = tableOf(call);
  const { sorted, unsorted } = projectionOf(call, of);
  return columnsReply(call, { ...of, sortKey: sorted }, byIds(of, [...sorted, ...unsorted]));
};

export const projectionStats: Handler = (call) => {
  const { table: of } = tableOf(call);
  projectionOf(call, of);
  const body = finish((b) =>
    table(b, 4, [i64(0, BigInt(rowCount(of))), i64(1, BigInt(tableBytes(of))), i64(3, 100n)]),
  );
  return { headers: { "Content-Type": "application/octet-stream" }, body };
};

function change(
  { store, tx }: Call,
  of: Table,
  how: (projections: readonly Projection[]) => readonly Projection[],
): void {
  store.lockStructure(tx, of.id);
  store.applyTo(tx, of.id, (now) => ({ ...now, projections: how(now.projections) }));
}

function nameIn({ params }: Call): string {
  const name = params.get("name") ?? "";
  if (name === "") throw badRequest("the projection has no name");
  return name;
}

function projectionOf(call: Call, of: Table): Projection {
  const name = nameIn(call);
  const projection = of.projections.find((known) => known.name === name);
  if (projection === undefined) throw notFound(`projection ${name}`);
  return projection;
}
