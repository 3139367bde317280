import { MediasearchError } from "../errors.ts";
import type { Backend, BackendOptions } from "./backend.ts";
import type { VastOptions } from "./vast/open.ts";

export type BackendName = "local" | "memory" | "vast";

export interface OpenOptions extends BackendOptions {
  /** The cluster of the settings; needed by "vast" alone, which has no path. */
  readonly vast?: VastOptions | undefined;
}

const BACKENDS: Readonly<Record<BackendName, (options: OpenOptions) => Promise<Backend>>> = {
  local: async (options) => (await import("./local/open.ts")).open(options),
  memory: async () => (await import("./memory/open.ts")).open(),
  async vast({ vast, create }) {
    if (!vast)
      throw new MediasearchError("USAGE", "BACKEND=vast without the settings of a cluster", {
        subject: "VAST_ENDPOINT",
        hint: "VAST_ENDPOINT=https://CLUSTER mediasearch index FOLDER",
      });
    return (await import("./vast/open.ts")).open(vast, create);
  },
};

export const openBackend = async (name: BackendName, options: OpenOptions): Promise<Backend> =>
  BACKENDS[name](options);
