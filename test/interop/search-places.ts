import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnEmulator } from "../../emulator/spawn.ts";
import type { ReadableLibrary } from "../../src/backends/library.ts";
import { open, type VastOptions } from "../../src/backends/vast/open.ts";
import { answerOf, differenceOf } from "../vast/compare-places.ts";
import { libraryOn } from "../vast/emulator.ts";
import { comparedQueries, fillLibrary } from "../vast/search-queries.ts";

const QUERIES = 200;
const FILES = 20;
const SEGMENTS = 60;

/** Whether 200 queries of all kinds find the same on the cluster as in a replica. */
export async function runSearchPlaces(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-places-"));
  const emulator = await spawnEmulator();
  const options = {
    ...libraryOn(emulator, folder),
    timeoutMs: 120_000,
    replicaMaxAgeMs: 3_600_000,
  };
  const opened: { close(): Promise<void> }[] = [];
  const viewOn = async (searchOn: VastOptions["searchOn"]): Promise<ReadableLibrary> => {
    const backend = await open({ ...options, searchOn }, true);
    opened.push(backend);
    if (backend.searchAccess.kind !== "copy") throw new Error("a cluster has views");
    return (await backend.searchAccess.open({ fresh: true })).library;
  };
  try {
    const writer = await open({ ...options, searchOn: "replica" }, true);
    opened.push(writer);
    await fillLibrary(writer, FILES, SEGMENTS);
    const [replica, cluster] = [await viewOn("replica"), await viewOn("cluster")];
    let same = 0;
    for (const query of comparedQueries(QUERIES)) {
      const difference = differenceOf(
        query.mode,
        await answerOf(replica, query),
        await answerOf(cluster, query),
      );
      if (difference === "") same++;
      else process.stdout.write(`${query.mode} ${query.query}: ${difference}\n`);
    }
    process.stdout.write(
      `search on the cluster: ${same} of ${QUERIES} queries find what a replica finds\n`,
    );
    return same === QUERIES;
  } finally {
    for (const one of opened) await one.close();
    await emulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
