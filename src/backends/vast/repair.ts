import { pluralize } from "../../text/format.ts";
import type { Database, TableRow } from "./database.ts";
import { isTableThere, makeTable } from "./optional-tables.ts";
import { toText } from "./rows.ts";
import { TABLES, WORDS } from "./tables.ts";
import { findAssetRow, readSegments } from "./versions.ts";
import { equal, isOneOf, isPresent } from "./wire/predicate.ts";
import { addWords, dropWords, WHOLE_VERSION } from "./words.ts";

/** The versions that the table of words has. */
export async function versionsWithWords(database: Database): Promise<ReadonlySet<string>> {
  const { session } = database.client;
  if (!(await isTableThere(database, session, WORDS))) return new Set();
  const rows = await database.rows(session, WORDS, [equal("stem", WHOLE_VERSION)], ["version_id"]);
  return new Set(rows.map((row) => toText(row["version_id"])));
}

/** The rows of files whose words are not in the table: an earlier mediasearch indexed them. */
export async function assetsWithoutWords(database: Database): Promise<TableRow[]> {
  const assets = await database.rows(
    database.client.session,
    TABLES.assets,
    [isPresent("version_id")],
    ["asset_id", "version_id"],
  );
  const present = await versionsWithWords(database);
  return assets.filter((row) => !present.has(toText(row["version_id"])));
}

/**
 * Makes the table of words, also for a library without files, and completes it: a transaction for
 * each file that it lacks, so that what was done stays when it is stopped. Words of versions that
 * are gone are deleted.
 * @returns a line for each thing done
 */
export async function repairWords(database: Database): Promise<readonly string[]> {
  if (!(await isTableThere(database, database.client.session, WORDS)))
    await database.write({ action: "index-words" }, [], (tx) => makeTable(database, tx, WORDS));
  let added = 0;
  for (const row of await assetsWithoutWords(database))
    if (await completeWords(database, toText(row["asset_id"]))) added++;
  const removed = await sweepWords(database);
  return [
    ...(added === 0
      ? []
      : [`put the words of ${pluralize(added, "file")} into the table of words`]),
    ...(removed === 0 ? [] : [`deleted what ${pluralize(removed, "version")} left in it`]),
  ];
}

/** The file may have another version by now, which has its words, or none. */
const completeWords = (database: Database, id: string): Promise<boolean> =>
  database.write({ action: "index-words", asset: id }, [id], async (tx) => {
    const [asset] = (await findAssetRow(database, tx, id)).rows;
    const versionId = asset?.["version_id"];
    if (typeof versionId !== "string") return false;
    const isThere =
      (await isTableThere(database, tx, WORDS)) &&
      (
        await database.rows(
          tx,
          WORDS,
          [equal("stem", WHOLE_VERSION), equal("version_id", versionId)],
          ["version_id"],
        )
      ).length > 0;
    if (isThere) return false;
    const segments = await readSegments(database, tx, versionId);
    await addWords(database, tx, versionId, segments, toText(asset?.["language"] ?? "und"));
    return true;
  });

const VERSIONS_PER_TRANSACTION = 20;

/** An earlier mediasearch that replaces or removes a version leaves its words. */
async function sweepWords(database: Database): Promise<number> {
  const { session } = database.client;
  const present = await versionsWithWords(database);
  const kept = await database.rows(
    session,
    TABLES.versions,
    [isOneOf("status", ["active", "staging"])],
    ["version_id"],
  );
  const known = new Set(kept.map((row) => toText(row["version_id"])));
  // A version that was committed between the two looks is younger than both.
  const gone = [...present].filter((id) => !known.has(id));
  for (let from = 0; from < gone.length; from += VERSIONS_PER_TRANSACTION)
    await database.write({ action: "sweep-words" }, [], (tx) =>
      dropWords(database, tx, gone.slice(from, from + VERSIONS_PER_TRANSACTION)),
    );
  return gone.length;
}
