import { ok, type Outcome, warning } from "../../check.ts";
import { toMediasearchError } from "../../errors.ts";
import { pluralize } from "../../text/format.ts";
import { createDatabase } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { isTableThere } from "./optional-tables.ts";
import { assetsWithoutWords } from "./repair.ts";
import { sqlSearchIndex } from "./sql/search-index.ts";
import { TABLES, WORDS } from "./tables.ts";
import { listSchemas, listTables } from "./wire/catalog.ts";
import type { Client } from "./wire/client.ts";
import { querySql } from "./wire/sql.ts";
import { toValues, type Value } from "./wire/values.ts";

/** Searches in a replica do without SQL; people who read the tables by SQL do not. */
export async function checkQueryEngine(
  client: Client,
  bucket: string,
  schema: string,
): Promise<Outcome> {
  if (!(await hasTables(client, bucket, schema))) return ok("not tried: there are no tables yet");
  const transaction = await client.begin();
  try {
    let files: Value = null;
    const sql = `SELECT count(*) FROM "${bucket}/${schema}".${TABLES.assets.name}`;
    for await (const { columns } of querySql(transaction, sql))
      files = columns[0] ? toValues(columns[0])[0] : null;
    return ok(`SQL counts ${String(files)} rows in ${TABLES.assets.name}`);
  } catch (error) {
    return warning(
      `no answer by SQL: ${toMediasearchError(error).message}`,
      "searches work without; ask VAST whether the query engine of this cluster is on",
    );
  } finally {
    await transaction.rollback();
  }
}

const hasTables = async ({ session }: Client, bucket: string, schema: string): Promise<boolean> =>
  (await listSchemas(session, bucket, schema)).length > 0 &&
  (await listTables(session, bucket, schema)).length > 0;

/**
 * Asks what searches on the cluster ask: whether its engine knows all of it is not known before.
 */
export async function checkSqlSearch(
  client: Client,
  bucket: string,
  schema: string,
): Promise<Outcome> {
  const database = createDatabase(client, bucket, schema);
  if (!(await hasTables(client, bucket, schema))) return ok("not tried: there are no tables yet");
  if (!(await isTableThere(database, client.session, WORDS)))
    return ok("not tried: there is no table of words; mediasearch doctor --fix makes it");
  const index = sqlSearchIndex(database, 0);
  try {
    const startedAt = performance.now();
    await index.searchText({ terms: ["word", { prefix: "communi" }, "o'brien"] }, {}, 1);
    await index.countText({ terms: [] }, { speaker: "nobody", where: { phrase: "no word" } });
    const model = await fetchEmbeddingModel(database, client.session);
    if (model) {
      const axis = new Float32Array(model.dimensions).fill(1, 0, 1);
      await index.searchVector(axis, { where: { language: "en" } }, 1);
    }
    const tookMs = performance.now() - startedAt;
    const missing = (await assetsWithoutWords(database)).length;
    return missing > 0
      ? warning(
          `the words of ${pluralize(missing, "file")} are not in the table of words`,
          "mediasearch doctor --fix",
        )
      : ok(`words${model ? " and meaning" : ""} by SQL in ${tookMs.toFixed(0)} ms`);
  } catch (error) {
    return warning(
      `the cluster can't answer searches by SQL: ${toMediasearchError(error).message}`,
      "SEARCH_ON=replica",
    );
  }
}
