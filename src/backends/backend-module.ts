import type { NetworkSteps, CheckStep } from "../check.ts";
import type { Settings } from "../config/settings.ts";
import type { Backend, BackendOptions } from "./backend.ts";

/** What the folder of a backend gives to the registry. */
export interface BackendModule {
  open(options: OpenOptions): Promise<Backend>;
  /**
   * The steps by which `doctor` goes from nothing to a library, each of which can be wrong by
   * itself.
   * Left out where opening the library and its own `check` tell enough.
   */
  checks?(options: CheckOptions): readonly CheckStep[];
}

/** What the process that opens the backend was told. */
export interface Host {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface OpenOptions extends BackendOptions {
  /** Backends on a server need it; those in a file have the path. */
  readonly host?: Host | undefined;
  /** Opens the embedded store in a file; handed in, because backends do not know one another. */
  readonly openLocal: (path: string, create: boolean) => Promise<Backend>;
}

export interface CheckOptions {
  readonly settings: Settings;
  readonly networkSteps: NetworkSteps;
}
