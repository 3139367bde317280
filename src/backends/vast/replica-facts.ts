import { parseFingerprint } from "../../fingerprint.ts";
import { FACTS_KIND } from "../headings.ts";
import type { Records } from "../records.ts";
import type { Database, TableRow } from "./database.ts";
import { readRecords } from "./records.ts";
import { toText } from "./rows.ts";

/**
 * Copies what is known of the recordings of these versions, before the versions answer searches.
 * What changes afterwards comes with the next version of the content.
 */
export async function copyFacts(
  database: Database,
  records: Pick<Records, "put">,
  versions: readonly TableRow[],
): Promise<void> {
  const contents = new Set(
    versions.map((row) => parseFingerprint(toText(row["fingerprint"])).content),
  );
  const found = await readRecords(database, FACTS_KIND, [...contents]);
  for (const [content, value] of found) await records.put(FACTS_KIND, content, value);
}
