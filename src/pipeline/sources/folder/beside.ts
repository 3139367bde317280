import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { factsNames } from "../../../media/facts-files.ts";
import { candidateByName } from "../../../media/sniff.ts";
import type { FileCandidate, Sidecar } from "../../scan/candidate.ts";
import { numberedWork } from "../../scan/numbered-work.ts";
import type { FolderSidecars } from "../../scan/sidecars.ts";

export const permissionsOf = ({ mode, uid, gid }: Stats): string =>
  `${(mode & 0o777).toString(8)}:${uid}:${gid}`;

/** What tells whether a captions file changed or can be read now, without reading it. */
const statKey = (path: string, stats: Stats): string =>
  `${stats.size}:${Math.floor(stats.mtimeMs)}:${permissionsOf(stats)}:${path}`;

/** Asked for once a folder: it may hold a hundred thousand files. */
const works = new WeakMap<FolderSidecars, { readonly name: string | undefined }>();

/** What the work is called whose numbered files lie in a folder; undefined without one. */
export function workOf(folder: string, beside: FolderSidecars): string | undefined {
  const known = works.get(beside) ?? {
    name: numberedWork(
      [basename(folder), basename(dirname(folder))],
      beside.mediaNames.filter((name) => candidateByName(name) === "media"),
    ),
  };
  works.set(beside, known);
  return known.name;
}

/** What other programs wrote of a recording, beside it. */
export async function factsBeside(path: string): Promise<readonly Sidecar[]> {
  const found: Sidecar[] = [];
  for (const name of factsNames(basename(path))) {
    const location = join(dirname(path), name);
    const stats = await stat(location).catch(() => undefined);
    if (stats?.isFile())
      found.push({ path: location, sizeBytes: stats.size, stat: statKey(location, stats) });
  }
  return found;
}

/** The captions that belong to a file. */
export async function captionsOf(
  path: string,
  beside: FolderSidecars | null,
): Promise<Pick<FileCandidate, "sidecar" | "otherSidecars" | "captionsBeside">> {
  if (!beside) return { sidecar: null, otherSidecars: [], captionsBeside: [] };
  const names = await beside.captionsOf(basename(path));
  const [sidecar = null, ...otherSidecars] = await fileSidecars(path, beside);
  return {
    sidecar,
    otherSidecars,
    captionsBeside: names.map((name) => join(dirname(path), name)),
  };
}

/** Who has more has some in many languages, and the first few of them decide. */
const MAX_SIDECARS = 5;

async function fileSidecars(path: string, beside: FolderSidecars): Promise<readonly Sidecar[]> {
  const found: Sidecar[] = [];
  for (const name of await beside.sidecarsOf(basename(path))) {
    const sidecar = join(dirname(path), name);
    const stats = await stat(sidecar).catch(() => undefined);
    if (stats?.isFile())
      found.push({ path: sidecar, sizeBytes: stats.size, stat: statKey(sidecar, stats) });
    if (found.length === MAX_SIDECARS) break;
  }
  return found;
}
