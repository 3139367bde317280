import type { AssetStatus } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import type { FileChange } from "./protocol.ts";

/** At most so much of the time is spent looking, however large the library is. */
const SHARE = 0.02;
const LEAST_MS = 2000;

export interface ChangeFollower {
  /** Looks at once, because something was just written. */
  look(): void;
  /** Resolves when it has looked for the last time. */
  close(): Promise<void>;
}

/**
 * Looks again and again what became of the library's files, whoever changed them: this server, a
 * command beside it, another machine. What is there at the first look is not told.
 */
export function followChanges(
  open: () => Promise<Backend>,
  tell: (changes: readonly FileChange[]) => void,
): ChangeFollower {
  let fingerprints: Map<string, string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isClosed = false;

  async function read(): Promise<void> {
    const backend = await open();
    try {
      const current = new Map<string, string>();
      const changes: FileChange[] = [];
      for await (const asset of backend.library.catalog.list()) {
        const key = keyOf(asset);
        current.set(asset.id, key);
        if (fingerprints && fingerprints.get(asset.id) !== key) changes.push(...changeOf(asset));
      }
      for (const [location, key] of fingerprints ?? [])
        if (!current.has(location) && !key.startsWith("deleted"))
          changes.push({ location, kind: "deleted", error: null });
      fingerprints = current;
      if (changes.length > 0) tell(changes);
    } finally {
      await backend.close();
    }
  }

  async function lookOnce(): Promise<void> {
    clearTimeout(timer);
    const startedAt = performance.now();
    // A library that is away is looked for again.
    await read().catch(() => {});
    looking = undefined;
    const tookMs = performance.now() - startedAt;
    if (!isClosed) timer = setTimeout(look, Math.max(LEAST_MS, tookMs / SHARE));
  }
  function look(): void {
    if (!isClosed) looking ??= lookOnce();
  }
  look();
  return {
    look,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

const keyOf = ({ state, fingerprint, indexedAtMs, error }: AssetStatus): string =>
  `${state}\0${fingerprint}\0${indexedAtMs}\0${error}`;

function changeOf({ id: location, state, error }: AssetStatus): FileChange[] {
  if (state === "registered") return [];
  if (state === "deleted") return [{ location, kind: "deleted", error: null }];
  if (state === "failed") return [{ location, kind: "failed", error }];
  return [{ location, kind: "indexed", error: null }];
}
