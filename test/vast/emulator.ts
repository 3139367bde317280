import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Spawned } from "../../emulator/spawn.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { openBackend } from "../../src/backends/registry.ts";
import { open, type VastOptions } from "../../src/backends/vast/open.ts";

let schemas = 0;

/**
 * Options of an empty library of its own on the emulator, with a replica in a folder of its own.
 */
export function libraryOn(
  { url, accessKey, secretKey, bucket }: Spawned,
  folder: string,
  more: Partial<VastOptions> = {},
): VastOptions {
  return {
    endpoint: url,
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    bucket,
    schema: `library-${process.pid}-${++schemas}`,
    timeoutMs: 10_000,
    replicaMaxAgeMs: 0,
    replicaMaxSegments: 5_000_000,
    searchOn: "auto",
    replica: { folder, openStore: (path, create) => openBackend("local", { path, create }) },
    ...more,
  };
}

/** A library of its own that leaves nothing on this machine. */
export async function openOn(emulator: Spawned, more: Partial<VastOptions> = {}): Promise<Backend> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-vast-"));
  const backend = await open(libraryOn(emulator, folder, more), true);
  return {
    ...backend,
    close: async () => {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
