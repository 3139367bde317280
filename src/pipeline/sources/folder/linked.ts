import { join } from "node:path";
import { nameBelow } from "../../../location.ts";
import type { ScanFilters } from "../../scan/scan-filters.ts";

/** Whether a link led here, and the walk is likely to come here without it as well. */
export const isLinked = (
  path: string,
  real: string,
  { roots }: Pick<ScanFilters, "roots">,
): boolean =>
  roots.some((root) => nameBelow(real, root.real) !== undefined) &&
  !roots.some((root) => {
    const name = path === root.path ? "" : nameBelow(path, root.path);
    return name !== undefined && join(root.real, name) === real;
  });
