import { MediasearchError } from "../errors.ts";
import type { Backend, BackendOptions } from "./backend.ts";

export type BackendName = "local" | "memory" | "vast";

const BACKENDS: Readonly<Record<BackendName, (options: BackendOptions) => Promise<Backend>>> = {
  local: async (options) => (await import("./local/open.ts")).open(options),
  memory: async () => (await import("./memory/open.ts")).open(),
  async vast() {
    throw new MediasearchError("USAGE", "BACKEND=vast is not there yet: this version keeps its library in a local file only", { subject: "BACKEND", hint: "BACKEND=local mediasearch index FOLDER" });
  },
};

export const openBackend = async (name: BackendName, options: BackendOptions): Promise<Backend> => BACKENDS[name](options);
