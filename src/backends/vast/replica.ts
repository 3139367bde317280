import type { EmbeddingModel } from "../../embedding-model.ts";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MediasearchError } from "../../errors.ts";
import { writeWholeSync } from "../../unfinished.ts";
import { withRenewal, thisProcess } from "../lease.ts";
import type { Lease } from "../run-lock.ts";
import type { AssetStatus } from "../catalog.ts";
import type { Backend } from "../backend.ts";
import type { Library } from "../library.ts";
import type { Database, TableRow } from "./database.ts";
import { fetchEmbeddingModel } from "./library.ts";
import { byIndex, toText, rowToSegment, rowToStatus, joinVectors } from "./rows.ts";
import { copyFacts } from "./replica-facts.ts";
import { embeddingsTable, TABLES } from "./tables.ts";
import { isPresent, isOneOf } from "./wire/predicate.ts";

export interface ReplicaOptions {
  /** The folder of this library's replica. Nothing else may be in it. */
  readonly folder: string;
  /**
   * Opens the embedded store in a file. It is handed in, because a backend must not import another.
   */
  readonly openStore: (path: string, create: boolean) => Promise<Backend>;
}

export interface SyncOptions {
  /**
   * When another process is syncing: true = wait for it and look again; else what is there has to
   * do, if there is anything.
   */
  readonly wait?: boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface SyncReport {
  readonly fetched: number;
  readonly removed: number;
  readonly segments: number;
}

/** The facts that the folder records of itself. */
interface Pointer {
  readonly libraryId: string;
  readonly file: string;
  /** When the replica was last the same as the cluster, in Unix milliseconds. */
  readonly syncedAtMs: number;
}

/**
 * A copy on this machine of everything that is searched. Its fingerprints carry the ids of the
 * versions that they belong to.
 */
export interface Replica {
  /**
   * When the replica was last the same as the library, in Unix milliseconds; undefined while it
   * never was.
   */
  syncedAtMs(): number | undefined;
  /**
   * Makes the replica the same as the library. It fetches the versions that are missing, some at a
   * time, and keeps the others, so a sync that was interrupted goes on.
   */
  sync(database: Database, libraryId: string, options?: SyncOptions): Promise<SyncReport>;
  /** Gives the copy. @throws NO_STORE before the first sync. */
  open(): Promise<Backend>;
  close(): Promise<void>;
}

/** How many segments a sync holds in memory at a time. */
const BATCH_SEGMENTS = 10_000;
/** How many versions one condition on ids names at most. */
const BATCH_VERSIONS = 500;

/** The files of one replica, of which one is open at a time. */
interface ReplicaFiles {
  readonly folder: string;
  /** Reads the facts that the folder records of itself; undefined before the first sync. */
  pointer(): Pointer | undefined;
  /** Makes this file the one that answers searches. */
  point(pointer: Pointer): void;
  /** Opens the store in this file and closes the one that was open before. */
  open(file: string, create: boolean): Promise<Backend>;
  /** To write to a file while another one answers. `close` leaves open what is needed further. */
  openForSync(file: string): Promise<{ readonly target: Backend; close(): Promise<void> }>;
  close(): Promise<void>;
}

function replicaFiles({ folder, openStore }: ReplicaOptions): ReplicaFiles {
  const pointerPath = join(folder, "replica.json");
  let opened: { readonly file: string; readonly backend: Backend } | undefined;
  const close = async (): Promise<void> => {
    await opened?.backend.close();
    opened = undefined;
  };
  const open = async (file: string, create: boolean): Promise<Backend> => {
    if (opened?.file === file) return opened.backend;
    await close();
    opened = { file, backend: await openStore(join(folder, file), create) };
    return opened.backend;
  };
  return {
    folder,
    open,
    close,
    pointer() {
      try {
        return JSON.parse(readFileSync(pointerPath, "utf8")) as Pointer;
      } catch {
        return undefined;
      }
    },
    point(pointer) {
      writeWholeSync(pointerPath, JSON.stringify(pointer), 0o600);
      removeOthers(folder, pointer.file);
    },
    async openForSync(file) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const target =
        opened === undefined || opened.file === file
          ? await open(file, true)
          : await openStore(join(folder, file), true);
      return {
        target,
        async close() {
          if (opened?.backend !== target) await target.close();
        },
      };
    },
  };
}

export function openReplica(options: ReplicaOptions): Replica {
  const files = replicaFiles(options);
  let underWay: Promise<SyncReport> | undefined;
  let queued: Promise<SyncReport> | undefined;
  return {
    syncedAtMs: () => files.pointer()?.syncedAtMs,
    async open() {
      const pointer = files.pointer();
      if (!pointer)
        throw new MediasearchError(
          "NO_STORE",
          "there is no replica of the library on this machine yet",
          { subject: files.folder, hint: "run a search while the cluster answers" },
        );
      return files.open(pointer.file, false);
    },
    sync(database, libraryId, syncOptions) {
      // The replica must hold everything that was committed before the call, and a sync that is
      // under way may have looked already.
      const next = (): Promise<SyncReport> =>
        (underWay = syncFiles(files, database, libraryId, syncOptions).finally(() => {
          underWay = undefined;
        }));
      if (!underWay) return next();
      queued ??= underWay
        .then(
          () => {},
          () => {},
        )
        .then(() => {
          queued = undefined;
          return next();
        });
      return queued;
    },
    close: () => files.close(),
  };
}

async function syncFiles(
  files: ReplicaFiles,
  database: Database,
  libraryId: string,
  { wait = true, onProgress }: SyncOptions = {},
): Promise<SyncReport> {
  const model = await fetchEmbeddingModel(database, database.client.session);
  // Another library, or other vectors, is another file; the old one answers until the new one is
  // whole.
  const file = `replica-${replicaName(libraryId, model)}.sqlite`;
  const { target, close } = await files.openForSync(file);
  try {
    const isNeeded = wait || files.pointer() === undefined;
    const report = await withReplicaLease(target, isNeeded, async () => {
      const syncedAtMs = Date.now();
      const assets = await visible(database);
      const counts = await syncStore(database, target, model, assets, onProgress);
      return { ...counts, syncedAtMs };
    });
    if (!report) return EMPTY_REPORT;
    files.point({ libraryId, file, syncedAtMs: report.syncedAtMs });
    return report;
  } finally {
    await close();
  }
}

const replicaName = (libraryId: string, identity: EmbeddingModel | undefined): string =>
  createHash("sha256")
    .update(JSON.stringify([libraryId, identity?.embedder ?? null, identity?.dimensions ?? null]))
    .digest("hex")
    .slice(0, 16);

function removeOthers(folder: string, file: string): void {
  for (const name of readdirSync(folder))
    if (/^replica-[0-9a-f]{16}\.sqlite/.test(name) && !name.startsWith(file))
      rmSync(join(folder, name), { force: true });
}

const EMPTY_REPORT: SyncReport = { fetched: 0, removed: 0, segments: 0 };
const LOOK_AGAIN_MS = 100;

/**
 * Runs `act` while no other process syncs. Resolves to undefined when another one does and `wait`
 * is false.
 */
async function withReplicaLease<T>(
  target: Backend,
  wait: boolean,
  act: () => Promise<T>,
): Promise<T | undefined> {
  const take = (): Promise<Lease | undefined> =>
    target.runLock.acquire(thisProcess()).catch((error: unknown) => {
      if (error instanceof MediasearchError && error.code === "STORE_BUSY") return undefined;
      throw error;
    });
  let lease = await take();
  while (!lease) {
    if (!wait) return undefined;
    await sleep(LOOK_AGAIN_MS);
    lease = await take();
  }
  return withRenewal(lease, act);
}

/**
 * Makes the fingerprint in the replica: the one of the version, then the id of its rows on the
 * cluster.
 */
const replicaFingerprint = (row: TableRow): string =>
  `${toText(row["fingerprint"])}#${toText(row["version_id"])}`;
/** Takes the fingerprint of the library out of one of a replica. */
export const unmarked = (fingerprint: string): string => fingerprint.replace(/#[0-9a-f]{32}$/, "");

/**
 * The rows of all files that answer searches, as they are at one moment: in a transaction, since a
 * listing of many pages would miss rows that change meanwhile.
 */
async function visible(database: Database): Promise<TableRow[]> {
  const snapshot = await database.client.begin();
  try {
    return (await database.rows(snapshot, TABLES.assets, [isPresent("version_id")])).filter(
      (row) => row["deleted_at_ms"] === null,
    );
  } finally {
    await snapshot.rollback();
  }
}

/** Makes a store hold exactly the versions that these rows of assets name. */
export async function syncStore(
  database: Database,
  { library, records }: Pick<Backend, "library" | "records">,
  model: EmbeddingModel | undefined,
  assets: readonly TableRow[],
  onProgress?: (done: number, total: number) => void,
): Promise<SyncReport> {
  const wanted = new Map(assets.map((row) => [toText(row["asset_id"]), row]));
  const { missing, surplus } = await compareWithCluster(library, wanted);
  const here: TableRow[] = [];
  for (const row of missing) if (!(await copyLocally(library, row))) here.push(row);
  const total = here.reduce((sum, row) => sum + Number(row["segment_count"]), 0);
  let done = 0;
  // Ids rise with time, and so do rows, so the rows of a batch are neighbours.
  for (const batch of batches(
    here.sort((a, b) => (toText(a["version_id"]) < toText(b["version_id"]) ? -1 : 1)),
  )) {
    await copyFacts(database, records, batch);
    done += await fetchBatch(database, library, model, batch);
    onProgress?.(done, total);
  }
  for (const id of surplus) await library.catalog.remove(id);
  if (missing.length > 0) await library.archive.purge(Date.now() + 60_000);
  return { fetched: here.length, removed: surplus.length, segments: done };
}

/**
 * What the replica lacks or has in another version, and what it has too much. Facts of files that
 * changed without their words are noted at once.
 */
async function compareWithCluster(
  library: Library,
  wanted: ReadonlyMap<string, TableRow>,
): Promise<{ readonly missing: TableRow[]; readonly surplus: string[] }> {
  const surplus: string[] = [];
  const same = new Set<string>();
  const touched: TableRow[] = [];
  for await (const status of library.catalog.list()) {
    const row = wanted.get(status.id);
    if (!row) surplus.push(status.id);
    else if (status.fingerprint === replicaFingerprint(row)) {
      same.add(status.id);
      if (!sameFile(status, rowToStatus(row))) touched.push(row);
    }
  }
  for (const row of touched) await library.catalog.touch(rowToStatus(row));
  return { missing: [...wanted].flatMap(([id, row]) => (same.has(id) ? [] : [row])), surplus };
}

const sameFile = (a: AssetStatus, b: AssetStatus): boolean =>
  a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.sidecarKey === b.sidecarKey;

/** A file that moved keeps the rows of its version. */
async function copyLocally(library: Library, row: TableRow): Promise<boolean> {
  const [source] = await library.versions.findByFingerprint(replicaFingerprint(row));
  if (!source) return false;
  await library.versions.copy(source.id, rowToStatus(row));
  return true;
}

function* batches(rows: readonly TableRow[]): Iterable<TableRow[]> {
  let batch: TableRow[] = [];
  let segments = 0;
  for (const row of rows) {
    const count = Number(row["segment_count"]);
    if (batch.length > 0 && (segments + count > BATCH_SEGMENTS || batch.length >= BATCH_VERSIONS)) {
      yield batch;
      [batch, segments] = [[], 0];
    }
    batch.push(row);
    segments += count;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Versions whose rows are gone meanwhile (replaced or removed) are left to the next sync.
 * @returns how many segments.
 */
async function fetchBatch(
  database: Database,
  library: Library,
  model: EmbeddingModel | undefined,
  batch: readonly TableRow[],
): Promise<number> {
  const { session } = database.client;
  const wanted = [
    isOneOf(
      "version_id",
      batch.map((row) => toText(row["version_id"])),
    ),
  ];
  const [segments, vectors] = await Promise.all([
    database.rows(session, TABLES.segments, wanted),
    model ? database.rows(session, embeddingsTable(model.dimensions), wanted) : [],
  ]);
  const [segmentsOf, vectorsOf] = [groupByVersion(segments), groupByVersion(vectors)];
  let done = 0;
  for (const row of batch) {
    const id = toText(row["version_id"]);
    const own = (segmentsOf.get(id) ?? []).map(rowToSegment).sort(byIndex);
    const ownVectors = vectorsOf.get(id) ?? [];
    if (
      own.length !== Number(row["segment_count"]) ||
      ownVectors.length !== Number(row["vector_count"])
    )
      continue;
    const status = rowToStatus(row);
    await library.versions.commit(
      {
        ...status,
        fingerprint: replicaFingerprint(row),
        origin: status.origin ?? "asr",
        engine: status.engine ?? "",
        language: status.language ?? "und",
        indexedAtMs: status.indexedAtMs ?? undefined,
        segments: joinVectors(own, ownVectors),
      },
      model,
    );
    done += own.length;
  }
  return done;
}

function groupByVersion(rows: readonly TableRow[]): Map<string, TableRow[]> {
  const groups = new Map<string, TableRow[]>();
  for (const row of rows) {
    const id = toText(row["version_id"]);
    const group = groups.get(id);
    if (group) group.push(row);
    else groups.set(id, [row]);
  }
  return groups;
}
