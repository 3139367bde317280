import type { CheckStep } from "../check.ts";
import type { Backend } from "./backend.ts";
import type { ScanElsewhere } from "./code-scan.ts";
import type { BackendModule, CheckOptions, OpenOptions } from "./backend-module.ts";

export type BackendName = "local" | "memory" | "vast";

const BACKENDS: Readonly<Record<BackendName, () => Promise<BackendModule>>> = {
  local: () => import("./local/open.ts"),
  memory: () => import("./memory/open.ts"),
  vast: () => import("./vast/backend.ts"),
};

export async function openBackend(
  name: BackendName,
  options: Omit<OpenOptions, "openLocal">,
): Promise<Backend> {
  const { open } = await BACKENDS[name]();
  return open({
    ...options,
    openLocal: (path, create) =>
      openBackend("local", { path, create, scanElsewhere: options.scanElsewhere }),
  });
}

/** Scans codes for the connections of a whole process (`BackendOptions.scanElsewhere`). */
export async function openCodeScanner(): Promise<{
  readonly scan: ScanElsewhere;
  readonly close: () => void;
}> {
  const scanner = await import("./local/code-scanner.ts");
  return scanner.openCodeScanner();
}

/** A backend's own steps for `doctor`; undefined where it has none. */
export async function backendChecks(
  name: BackendName,
  options: CheckOptions,
): Promise<readonly CheckStep[] | undefined> {
  const { checks } = await BACKENDS[name]();
  return checks?.(options);
}
