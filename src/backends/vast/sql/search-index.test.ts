import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnEmulator, type Spawned } from "../../../../emulator/spawn.ts";
import { libraryOn } from "../../../../test/vast/emulator.ts";
import type { Backend } from "../../backend.ts";
import { HEADINGS_CASES } from "../../headings.contract.ts";
import { LIBRARY_CASES } from "../../library.contract.ts";
import { createDatabase } from "../database.ts";
import { open } from "../open.ts";
import { WORDS } from "../tables.ts";
import { makeTable } from "../optional-tables.ts";
import { connectClient } from "../wire/client.ts";
import { transact } from "../wire/transact.ts";
import { sqlSearchIndex } from "./search-index.ts";

let emulator: Spawned;
beforeAll(async () => {
  emulator = await spawnEmulator(["--rows-per-page", "700", "--rows-per-batch", "100"]);
});
afterAll(() => emulator.stop());

/** An empty library whose searches the cluster answers. */
async function onCluster(act: (backend: Backend) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-sql-"));
  const options = libraryOn(emulator, folder);
  const backend = await open(options, true);
  const client = await connectClient(options);
  try {
    const database = createDatabase(client, options.bucket, options.schema);
    await transact(client, (session) => makeTable(database, session, WORDS));
    const searchIndex = sqlSearchIndex(database, 0);
    await act({ ...backend, library: { ...backend.library, searchIndex } });
  } finally {
    client.close();
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const part of ["search index", "embeddings"])
  describe(`the ${part}, searched by SQL`, () => {
    for (const { law, run } of LIBRARY_CASES[part] ?? [])
      it(law, () => expect(onCluster(({ library }) => run(library))).resolves.toBeUndefined());
  });

describe("headings, searched by SQL", () => {
  for (const { law, run } of HEADINGS_CASES)
    it(law, () => expect(onCluster(run)).resolves.toBeUndefined());
});
