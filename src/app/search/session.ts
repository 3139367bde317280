import type { Backend, SearchView } from "../../backends/backend.ts";
import type { Context } from "../context.ts";
import type { Embedder } from "../../embed/embedder.ts";
import type { Flags } from "../../cli/flags.ts";
import { find, type FindRequest } from "./search.ts";
import { openView } from "./read-view.ts";

/** Many searches of one library in one process: the model is loaded once and stays. Nothing is written, not even what was asked. */
export interface SearchSession {
  /** Opened when it is first wanted; what failed is tried again the next time. */
  backend(): Promise<Backend>;
  /** Opens what is searched, where it lasts for the session. */
  view(): Promise<void>;
  find(request: FindRequest, flags: Flags): ReturnType<typeof find>;
  /** Loads the model ahead of the first search that needs it. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Where a copy of the library is searched: one for the whole session, or the newest for each call. */
  readonly viewFor: "session" | "call";
}

export function openSession(
  context: Context,
  flags: Flags,
  { viewFor }: SessionOptions,
): SearchSession {
  const backend = once(() => context.openBackend(false));
  const embedder = once(() => context.openEmbedder());
  const open = async (): Promise<SearchView> =>
    openView(await backend.get(), undefined, flags, context);
  const view = once(open);
  const openEmbedder = async (): Promise<Embedder> => ({
    ...(await embedder.get()),
    close: async () => {},
  });
  return {
    backend: backend.get,
    view: async () => void (await view.get()),
    async find(request, filters) {
      const one = await (viewFor === "session" ? view.get() : open());
      try {
        return await find({ store: one.store, openEmbedder, cwd: context.cwd }, request, filters);
      } finally {
        if (viewFor === "call") await one.close?.();
      }
    },
    warm: async () => void (await embedder.get()),
    async close() {
      await Promise.allSettled([
        embedder.opened()?.then((one) => one.close()),
        view.opened()?.then((one) => one.close?.()),
      ]);
      await backend.opened()?.then(
        (one) => one.close(),
        () => {},
      );
    },
  };
}

function once<T>(open: () => Promise<T>) {
  let opening: Promise<T> | undefined;
  return {
    get: (): Promise<T> =>
      (opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      })),
    opened: (): Promise<T> | undefined => opening,
  };
}
