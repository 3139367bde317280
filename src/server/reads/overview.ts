import { foldText } from "../../text/fold.ts";
import type { AssetStatus } from "../../backends/catalog.ts";
import { nameOf } from "../../location.ts";
import { fileIdOf } from "../file-names.ts";
import { listAssets } from "../../app/assets.ts";
import type { ListRequest } from "../../app/requests.ts";
import { readCollections, readLabels } from "./labels.ts";
import { namesOf, type Reader, refuseFolderPattern } from "./reader.ts";
import { withoutFolders } from "./files.ts";
import { formatInstant } from "../../text/format.ts";

const MAX_VALUES = 200;

const countOf = (counts: ReadonlyMap<string, number>): { value: string; count: number }[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, MAX_VALUES);

const yearOf = ({ recordedAtMs, mtimeMs }: AssetStatus): string =>
  String(new Date(recordedAtMs ?? mtimeMs).getUTCFullYear());

/** `Facets` of docs/schemas/api.v1.json: how many files there are of each kind. */
export async function facets(reader: Reader, args: ListRequest) {
  if (args.file !== undefined) refuseFolderPattern(args.file, reader);
  const records = reader.tenant === null ? reader.records : { list: async () => [] };
  const assets = await listAssets(reader.library.catalog, "/", args, records);
  const labels = await readLabels(reader);
  const counts = {
    speakers: new Map<string, number>(),
    languages: new Map<string, number>(),
    origins: new Map<string, number>(),
    years: new Map<string, number>(),
    collections: new Map<string, number>(),
    tags: new Map<string, number>(),
  };
  const add = (kind: keyof typeof counts, value: string): void =>
    void counts[kind].set(value, (counts[kind].get(value) ?? 0) + 1);
  for (const asset of assets) {
    const id = fileIdOf(asset.id);
    for (const name of asset.speakers) add("speakers", name);
    if (asset.language !== null) add("languages", asset.language);
    if (asset.origin !== null) add("origins", asset.origin);
    add("years", yearOf(asset));
    for (const collection of labels.collectionsOf(id)) add("collections", collection);
    for (const tag of labels.tagsOf(id)) add("tags", tag);
  }
  return {
    files: assets.length,
    speakers: countOf(counts.speakers),
    languages: countOf(counts.languages),
    origins: countOf(counts.origins),
    years: countOf(counts.years),
    collections: countOf(counts.collections),
    tags: countOf(counts.tags),
  };
}

interface Suggestion {
  readonly text: string;
  readonly kind: "speaker" | "file" | "word";
}

/**
 * `Suggestions`: speakers and files whose names begin with what was typed, and likely spellings.
 */
export async function suggest(
  { library }: Reader,
  { q, limit = 10 }: { readonly q: string; readonly limit?: number | undefined },
): Promise<{ readonly suggestions: readonly Suggestion[] }> {
  const wanted = foldText(q.trim());
  if (wanted === "") return { suggestions: [] };
  const begins = (name: string): boolean =>
    foldText(name)
      .split(/[\s._-]+/)
      .some((_, i, words) => words.slice(i).join(" ").startsWith(wanted)) ||
    foldText(name).startsWith(wanted);
  const [speakers, names] = [new Set<string>(), new Set<string>()];
  for await (const asset of library.catalog.list()) {
    for (const speaker of asset.speakers) if (begins(speaker)) speakers.add(speaker);
    if (begins(nameOf(asset.id))) names.add(nameOf(asset.id));
  }
  const last = q.trim().split(/\s+/).at(-1) ?? "";
  const words = await library.searchIndex.spellings([last]);
  const suggestions: Suggestion[] = [
    ...[...speakers].toSorted().map((text) => ({ text, kind: "speaker" as const })),
    ...[...names].toSorted().map((text) => ({ text, kind: "file" as const })),
    ...[...words.values()].map((text) => ({ text, kind: "word" as const })),
  ];
  return { suggestions: suggestions.slice(0, limit) };
}

const MAX_IDS = 1000;

/** `Speakers`: who speaks, and in which files; those of the most files first. */
export async function speakers({ library }: Reader, _args: object) {
  const counts = new Map<string, string[]>();
  for await (const asset of library.catalog.list())
    for (const name of asset.speakers)
      counts.set(name, [...(counts.get(name) ?? []), fileIdOf(asset.id)]);
  return {
    speakers: [...counts]
      .map(([name, ids]) => ({ name, files: ids.length, fileIds: ids.slice(0, MAX_IDS) }))
      .toSorted((a, b) => b.files - a.files || (a.name < b.name ? -1 : 1)),
  };
}

/** The files that failed, of those that the caller sees. */
export async function failedFiles(reader: Reader, _args: object) {
  const failed = [];
  for (const job of await reader.jobs.list()) {
    if (!(await reader.library.catalog.get(job.id))) continue;
    const { id, state, code, reason, hint, attempts, engine, updatedAtMs } = job;
    failed.push({
      fileId: fileIdOf(id),
      ...namesOf(id, reader),
      state,
      code,
      reason: reader.seesPaths ? reason : withoutFolders(reason),
      hint: hint === null || reader.seesPaths ? hint : withoutFolders(hint),
      attempts,
      engine,
      updatedAt: formatInstant(updatedAtMs),
    });
  }
  return { failed };
}

/** Counts of what the caller sees. */
export async function counts({ library, jobs, asOfMs }: Reader, _args: object) {
  const { assets, segments, durationMs } = await library.catalog.counts();
  const model = await library.embeddings.model();
  const failed: Record<string, number> = {};
  for (const { id, state } of await jobs.list())
    if (await library.catalog.get(id)) failed[state] = (failed[state] ?? 0) + 1;
  return {
    files: assets,
    segments,
    durationMs,
    model: model?.embedder ?? null,
    jobs: failed,
    ...(asOfMs === undefined ? {} : { asOf: new Date(asOfMs).toISOString() }),
  };
}

/** Collections with the files that the caller sees; one without any is its own secret. */
export async function collections(reader: Reader, _args: object) {
  const visible = new Set<string>();
  for await (const { id } of reader.library.catalog.list()) visible.add(fileIdOf(id));
  const all = await readCollections(reader);
  return [...all].map(([id, { name, description, fileIds, createdAtMs, createdBy }]) => ({
    id,
    name,
    description,
    createdAt: formatInstant(createdAtMs),
    createdBy,
    fileIds: fileIds.filter((fileId) => visible.has(fileId)),
  }));
}
