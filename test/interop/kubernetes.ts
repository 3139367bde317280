import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { ROOT } from "../helpers/run.ts";

/** Holds the manifests to the schemas of Kubernetes; an unknown member is an error. */
export function runKubernetes(python: string): boolean {
  const { status } = spawnSync(
    join(dirname(python), "kubernetes-validate"),
    ["--strict", join(ROOT, "ops/kubernetes.yaml")],
    { stdio: "inherit" },
  );
  return status === 0;
}
