import type { Backend } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { Flags } from "./command.ts";
import { find, type FindRequest } from "./search-find.ts";

/** Many searches of one library in one process: the model is loaded once and stays. Nothing is written, not even what was asked. */
export interface SearchSession {
  /** Opened when it is first wanted; what failed is tried again the next time. */
  backend(): Promise<Backend>;
  find(request: FindRequest, flags: Flags): ReturnType<typeof find>;
  /** Loads the model ahead of the first search that needs it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export function openSession(context: Context): SearchSession {
  const backend = once(() => context.openBackend(false));
  const embedder = once(() => context.openEmbedder());
  const openEmbedder = async (): Promise<Embedder> => ({ ...(await embedder.get()), close: async () => {} });
  return {
    backend: backend.get,
    async find(request, flags) {
      const { store } = await backend.get();
      return find({ store, openEmbedder, cwd: context.io.cwd }, request, flags);
    },
    warm: async () => void (await embedder.get()),
    async close() {
      await Promise.allSettled([embedder.opened()?.then((one) => one.close()), backend.opened()?.then((one) => one.close())]);
    },
  };
}

function once<T>(open: () => Promise<T>) {
  let opening: Promise<T> | undefined;
  return {
    get: (): Promise<T> => (opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    })),
    opened: (): Promise<T> | undefined => opening,
  };
}
