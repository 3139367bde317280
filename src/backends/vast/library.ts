import type { EmbeddingModel } from "../../embedding-model.ts";
import { MediasearchError } from "../../errors.ts";
import { createSchema, createTable, listSchemas, listTables } from "./wire/catalog.ts";
import type { Session } from "./wire/client.ts";
import { equal } from "./wire/predicate.ts";
import { isMissing } from "./wire/faults.ts";
import { transact } from "./wire/transact.ts";
import { type Database, newLibraryId } from "./database.ts";
import { SCHEMA, SLOTS, TABLES } from "./tables.ts";

export interface LibraryFacts {
  readonly libraryId: string;
  readonly schema: number;
}

/**
 * Finds the library in its bucket and schema, or makes it there in one transaction: of two machines
 * that do, one wins and the other finds it.
 * @throws NO_STORE when there is none and none is to be made, or no bucket; SCHEMA_MISMATCH for one
 * of a newer mediasearch or foreign tables.
 */
export async function openVastLibrary(database: Database, create: boolean): Promise<LibraryFacts> {
  const { client, bucket, schema } = database;
  const where = `${client.endpoint}/${bucket}/${schema}`;
  if (!(await client.bucketExists(bucket)))
    throw new MediasearchError("NO_STORE", `${where}: there is no bucket ${bucket}`, {
      subject: where,
      hint: `make a bucket ${bucket} with the DATABASE protocol on the cluster, or name another with VAST_DATABASE_BUCKET`,
    });
  const facts = await readFacts(database, client.session);
  if (facts) return checked(facts, where);
  if (!create)
    throw new MediasearchError("NO_STORE", `${where}: no library here yet`, {
      subject: where,
      hint: "mediasearch index FOLDER",
    });
  const libraryId = newLibraryId();
  await transact(
    client,
    async (session) => {
      if (!(await readFacts(database, session))) await createLibrary(database, session, libraryId);
    },
    { wasCommitted: async (session) => (await readFacts(database, session)) !== undefined },
  );
  const made = await readFacts(database, client.session);
  if (!made)
    throw new MediasearchError("UNREACHABLE", `${where}: the library was made and is not there`, {
      subject: where,
    });
  return checked(made, where);
}

async function readFacts(database: Database, session: Session): Promise<LibraryFacts | undefined> {
  const { bucket, schema } = database;
  const parts = schema.split("/");
  const isThere = await listSchemas(
    session,
    [bucket, ...parts.slice(0, -1)].join("/"),
    parts.at(-1),
  ).then(
    (facts) => facts.length > 0,
    (error: unknown) => {
      // The schema that it should be in is missing.
      if (parts.length > 1 && isMissing(error)) return false;
      throw error;
    },
  );
  if (!isThere) return undefined;
  const tables = (await listTables(session, bucket, schema)).map(({ name }) => name);
  if (!tables.includes(TABLES.meta.name)) {
    const taken = Object.values(TABLES).find(({ name }) => tables.includes(name));
    if (taken)
      throw new MediasearchError(
        "SCHEMA_MISMATCH",
        `${bucket}/${schema}: has a table ${taken.name}, but is not a library of mediasearch`,
        { subject: schema, hint: "name another schema with VAST_DATABASE_SCHEMA" },
      );
    return undefined;
  }
  const meta = Object.fromEntries(
    (await database.rows(session, TABLES.meta, [])).map(({ key, value }) => [key, value]),
  );
  return { libraryId: String(meta["library_id"]), schema: Number(meta["schema"]) };
}

function checked(facts: LibraryFacts, where: string): LibraryFacts {
  if (facts.schema === SCHEMA) return facts;
  throw new MediasearchError(
    "SCHEMA_MISMATCH",
    `${where}: made by another mediasearch (schema ${facts.schema}; this one knows ${SCHEMA})`,
    { subject: where, hint: "npm install mediasearch@latest" },
  );
}

async function createLibrary(
  database: Database,
  session: Session,
  libraryId: string,
): Promise<void> {
  const { bucket, schema } = database;
  const parts = schema.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const path = parts.slice(0, i).join("/");
    const parent = [bucket, ...parts.slice(0, i - 1)].join("/");
    if ((await listSchemas(session, parent, parts[i - 1])).length === 0)
      await createSchema(session, bucket, path);
  }
  for (const table of Object.values(TABLES))
    await createTable(session, database.at(table), table.fields);
  await database.add(
    session,
    TABLES.locks,
    Array.from({ length: SLOTS }, (_, slot) => ({ slot, changes: 0n })),
  );
  await database.add(session, TABLES.meta, [
    { key: "schema", value: String(SCHEMA) },
    { key: "library_id", value: libraryId },
  ]);
}

export async function fetchEmbeddingModel(
  database: Database,
  session: Session,
): Promise<EmbeddingModel | undefined> {
  const [row] = await database.rows(session, TABLES.meta, [equal("key", "embedder")]);
  return row && (JSON.parse(String(row["value"])) as EmbeddingModel);
}

export async function storeEmbeddingModel(
  database: Database,
  session: Session,
  { embedder, dimensions }: EmbeddingModel,
): Promise<void> {
  await database.drop(
    session,
    TABLES.meta,
    await database.find(session, TABLES.meta, [equal("key", "embedder")]),
  );
  await database.add(session, TABLES.meta, [
    { key: "embedder", value: JSON.stringify({ embedder, dimensions }) },
  ]);
}
