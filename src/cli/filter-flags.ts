import type { FilterRequest } from "../app/requests.ts";
import { CONDITION_NAMES, filterConditions } from "../app/search/filter.ts";

/**
 * Reads the flags that say which part of the library is meant.
 * @throws USAGE naming the flag and what its value must be.
 */
export function filterFlags(flags: FilterRequest): FilterRequest {
  const names = ["file", ...CONDITION_NAMES] as const;
  const request: FilterRequest = Object.fromEntries(names.map((name) => [name, flags[name]]));
  filterConditions(request, (name) => `--${name}`);
  return request;
}
