import { basename } from "node:path";
import type { ReadableCatalog } from "../backends/catalog.ts";
import { MediasearchError } from "../errors.ts";
import { fileIdentity } from "../media/file-identity.ts";
import { isRemote } from "../location.ts";

/**
 * A clip never takes the place of a recording of the library, by whatever way or spelling its path
 * leads there.
 * @throws USAGE
 */
export async function mustNotBeRecording(
  to: string,
  catalog: Pick<ReadableCatalog, "list">,
): Promise<void> {
  const there = await fileIdentity(to);
  if (there === undefined) return;
  const name = basename(to).toLowerCase();
  for await (const { id, state } of catalog.list()) {
    if (state === "deleted" || isRemote(id) || basename(id).toLowerCase() !== name) continue;
    if (id === to || (await fileIdentity(id)) === there)
      throw new MediasearchError(
        "USAGE",
        `${to}: is a recording of the library; a clip never takes its place`,
        { subject: to },
      );
  }
}
