import type { AssetId, AssetStatus } from "../catalog.ts";
import type { ReadableVersions, Versions } from "../versions.ts";
import type { Claimed } from "./claims.ts";
import type { Database } from "./database.ts";
import { rowToStatus } from "./rows.ts";
import { TABLES } from "./tables.ts";
import {
  commitVersion,
  copyVersion,
  moveAsset,
  readEmbedded,
  readSegments,
  restampVersion,
} from "./versions.ts";
import { isBetween, type ColumnCondition, equal, startsWith } from "./wire/predicate.ts";

/** The largest value of a column of 32 bits. */
const MAX_POSITION = 2 ** 31 - 1;
/** For one process; the machines of a team together keep many more transactions under way. */
const CONCURRENT_COMMITS = 8;

/** The half that changes nothing. */
export function vastReader(database: Database): ReadableVersions {
  const { session } = database.client;
  const versionOf = async (id: AssetId): Promise<string | undefined> => {
    const [row] = await database.rows(session, TABLES.assets, [equal("asset_id", id)]);
    const versionId = row?.["version_id"];
    return typeof versionId === "string" ? versionId : undefined;
  };
  const find = async (condition: ColumnCondition): Promise<AssetStatus[]> =>
    (await database.rows(session, TABLES.assets, [condition]))
      .map(rowToStatus)
      .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  return {
    async *read(id) {
      const versionId = await versionOf(id);
      if (versionId !== undefined) yield* await readEmbedded(database, session, versionId);
    },
    async readSegments(id, from, to) {
      const versionId = await versionOf(id);
      return versionId === undefined || to < from
        ? []
        : readSegments(database, session, versionId, [
            isBetween("position", Math.max(0, from), Math.min(to, MAX_POSITION)),
          ]);
    },
    findByFingerprint: (fingerprint) => find(equal("fingerprint", fingerprint)),
    findByPrefix: (prefix) => find(startsWith("fingerprint", prefix)),
  };
}

/** `claimed` knows what this process has claimed: a commit makes sure that it still has it. */
export function vastVersions(database: Database, claimed: Claimed): Versions {
  return {
    ...vastReader(database),
    concurrentCommits: CONCURRENT_COMMITS,
    commit: (version, model) =>
      database.write(
        { action: "commit", asset: version.id, detail: version.fingerprint },
        [version.id],
        async (tx) => {
          await claimed.assertStill(database, tx, version.id);
          await commitVersion(database, tx, version, model);
        },
      ),
    move: (from, to) =>
      database.write({ action: "move", asset: from, detail: to.id }, [from, to.id], (tx) =>
        moveAsset(database, tx, from, to),
      ),
    restamp: (id, fingerprint) =>
      database.write({ action: "restamp", asset: id, detail: fingerprint }, [id], (tx) =>
        restampVersion(database, tx, id, fingerprint),
      ),
    copy: (from, to) =>
      database.write({ action: "copy", asset: to.id, detail: from }, [from, to.id], (tx) =>
        copyVersion(database, tx, from, to),
      ),
  };
}
