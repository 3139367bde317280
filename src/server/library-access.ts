import { statSync } from "node:fs";
import type { Context } from "../app/context.ts";
import type { Backend } from "../backends/backend.ts";
import type { Records } from "../backends/records.ts";

/** The library as the main thread has it, for small documents; searches go to threads. */
export interface LibraryAccess {
  backend(): Promise<Backend>;
  records(): Promise<Records>;
  close(): Promise<void>;
}

/** How often it is looked whether the library is still the same file. */
const LOOK_MS = 1000;

/**
 * Opens the library, makes one where there is none, and opens it anew when another takes its place.
 */
export function createLibraryAccess(context: Context): LibraryAccess {
  const { backend: kind, store } = context.config.settings;
  let opening: Promise<Backend> | undefined;
  let fileKey = "";
  let lookedAtMs = 0;
  const keyOf = (): string => {
    if (kind !== "local") return kind;
    const stat = statSync(store, { throwIfNoEntry: false });
    return stat ? `${stat.dev}:${stat.ino}` : "absent";
  };
  async function backend(): Promise<Backend> {
    const now = Date.now();
    if (opening && now - lookedAtMs > LOOK_MS) {
      lookedAtMs = now;
      const present = keyOf();
      if (present !== fileKey) {
        const old = opening;
        opening = undefined;
        void old.then((opened) => opened.close()).catch(() => {});
      }
    }
    opening ??= context.openBackend(true).then(
      (opened) => {
        fileKey = keyOf();
        lookedAtMs = Date.now();
        return opened;
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }
  return {
    backend,
    records: async () => (await backend()).records,
    close: async () => void (await opening?.then((opened) => opened.close()).catch(() => {})),
  };
}
