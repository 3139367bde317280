import type { Location } from "../location.ts";
import type { Records } from "./records.ts";

const KIND = "request";

/** Asks the run that holds the library, or the next one, to try a file again. */
export const addRequest = (
  records: Pick<Records, "put">,
  file: Location,
  atMs: number,
): Promise<void> => records.put(KIND, file, { atMs });

/** Takes what was asked for. A request that comes meanwhile is there the next time. */
export async function takeRequests(
  records: Pick<Records, "list" | "remove">,
): Promise<readonly Location[]> {
  const files = (await records.list(KIND)).map(({ id }) => id);
  for (const file of files) await records.remove(KIND, file);
  return files;
}
