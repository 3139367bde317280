import { badRequest, conflict, notFound, TabularError } from "../errors.ts";
import { FlatTable } from "../flat/reader.ts";
import { bucketOf, OK, schemaPath, type Call, type Handler } from "../http/call.ts";
import { childrenOf, moveSchema, parentOf, putSchema } from "../store/catalog.ts";
import { listReply } from "./lists.ts";

export const listSchemas: Handler = (call) => {
  const bucket = bucketOf(call);
  const parent = call.path.length > 1 ? schemaPath(call) : bucket;
  return listReply(
    call,
    [bucket],
    childrenOf(call.tx.catalog.schemas, parent).map(([name, { id, properties }]) => ({
      id,
      name,
      properties,
    })),
  );
};

export const createSchema: Handler = (call) => {
  const { store, tx } = call;
  bucketOf(call);
  const path = newSchemaPath(call, call.path.join("/"));
  store.lockName(tx, path);
  store.apply(
    tx,
    putSchema(path, { id: store.newId(), properties: propertiesIn(call.body) ?? "" }),
  );
  return OK;
};

export const alterSchema: Handler = (call) => {
  const { store, tx, params } = call;
  const path = schemaPath(call);
  const properties = propertiesIn(call.body);
  const schema = tx.catalog.schemas.get(path);
  if (properties !== undefined && schema !== undefined) {
    store.lockName(tx, path);
    store.apply(tx, putSchema(path, { ...schema, properties }));
  }
  const name = params.get("tabular-new-schema-name");
  if (name !== null) {
    const target = newSchemaPath(call, `${bucketOf(call)}/${name}`);
    store.lockTree(tx, path);
    store.lockName(tx, target);
    store.apply(tx, moveSchema(path, target));
  }
  return OK;
};

export const dropSchema: Handler = (call) => {
  const { store, tx } = call;
  const path = schemaPath(call);
  if (
    childrenOf(tx.catalog.schemas, path).length + childrenOf(tx.catalog.tableIds, path).length >
    0
  )
    throw new TabularError(409, "TabularSchemaNotEmpty", `schema ${path} is not empty`);
  store.lockTree(tx, path);
  store.apply(tx, putSchema(path, undefined));
  return OK;
};

/** @throws TabularError where a schema of this path can't be made */
function newSchemaPath({ tx }: Call, path: string): string {
  const parts = path.split("/");
  if (parts.length < 2 || parts.includes("")) throw badRequest(`no name of a schema: ${path}`);
  if (parts.length > 2 && !tx.catalog.schemas.has(parentOf(path)))
    throw notFound(`schema ${parentOf(path)}`);
  if (tx.catalog.schemas.has(path)) throw conflict(`schema ${path} exists`);
  if (tx.catalog.tableIds.has(path)) throw conflict(`a table is called ${path}`);
  return path;
}

/**
 * The first slot of the requests that create and alter: properties, or a projection's new name;
 * absent = unchanged.
 */
export function propertiesIn(body: Uint8Array): string | undefined {
  try {
    return body.length === 0 ? undefined : FlatTable.root(body).string(0);
  } catch {
    throw badRequest("the body is no FlatBuffers table");
  }
}
