import { quoteShellWord } from "../shell-words.ts";
import type { AssetStatus, ReadableCatalog } from "../backends/catalog.ts";
import { MediasearchError } from "../errors.ts";
import { nameOf, toLocation } from "../location.ts";
import { filesMatching } from "../text/file-filter.ts";
import { displayPath } from "./display-path.ts";

/** The one asset that the user means: by path, else by a name or glob that only one file has. */
export async function findAsset(
  catalog: ReadableCatalog,
  name: string,
  cwd: string,
): Promise<AssetStatus> {
  if (name.trim() === "")
    throw new MediasearchError("USAGE", "which file? Its name is empty", {
      hint: "mediasearch list",
    });
  const exact = await catalog.get(toLocation(name, cwd));
  if (exact) return exact;
  const matching = [...(await filesMatching(catalog, name, cwd))];
  const [only] = matching;
  if (matching.length === 1 && only !== undefined) {
    const found = await catalog.get(only);
    if (found) return found;
  }
  if (matching.length === 0)
    throw new MediasearchError("NOT_FOUND", `${name}: not in the library`, {
      subject: name,
      hint: `mediasearch index ${quoteShellWord(name)}`,
    });
  const shown = matching.slice(0, 5).map((path) => displayPath(path, cwd));
  throw new MediasearchError(
    "USAGE",
    `${name}: ${matching.length} files match (${shown.join(", ")}${matching.length > 5 ? ", …" : ""})`,
    {
      subject: name,
      hint: `name one of them by its path, such as ${quoteShellWord(shown[0] ?? nameOf(name))}`,
    },
  );
}
