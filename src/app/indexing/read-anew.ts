import type { ReadableCatalog } from "../../backends/catalog.ts";
import { parseFingerprint, PIPELINE_VERSION } from "../../fingerprint.ts";
import { isWithin } from "../../location.ts";
import { IMPORTED } from "../../pipeline/unchanged.ts";
import { pluralize } from "../../text/format.ts";

/**
 * What a run says that looks at captions again because an earlier mediasearch read them; undefined
 * where there are none. Looks at the library only.
 */
export async function tellReadAnew(
  catalog: Pick<ReadableCatalog, "list">,
  roots: readonly string[],
): Promise<string | undefined> {
  let files = 0;
  for await (const { id, state, fingerprint, engine } of catalog.list()) {
    // What a person brought is not read again.
    if (state !== "indexed" || fingerprint === null || engine === IMPORTED) continue;
    const version = Number(parseFingerprint(fingerprint).version);
    if (version < PIPELINE_VERSION && roots.some((root) => isWithin(id, root))) files++;
  }
  return files === 0
    ? undefined
    : `an earlier mediasearch read ${pluralize(files, "file")}: captions are looked at again, nothing is recognised for that`;
}
