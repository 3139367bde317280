import type { Stats } from "node:fs";
import { lstat, mkdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { Backend } from "../../backends/backend.ts";
import { readEditsOf } from "../../backends/edits.ts";
import { withWordTimes } from "../../backends/word-times.ts";
import { wordCues } from "../../text/word-cues.ts";
import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { Library } from "../../backends/library.ts";
import type { EmbeddingModel } from "../../embedding-model.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { commonFolder, isBelow, isRemote, nameBelow } from "../../location.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { isPlace } from "../../text/untrusted.ts";
import { formatTranscript, type TranscriptFormat } from "../../transfer/transcript-file.ts";
import { writeWhole } from "../../unfinished.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

export interface ExportRequest {
  readonly format: TranscriptFormat;
  /** Paths, names or globs; none means every file. */
  readonly files?: readonly string[];
  /** An absolute path; by default each transcript is written beside its recording. */
  readonly folder?: string | undefined;
  /** With the embeddings, which only JSON can hold. */
  readonly vectors?: boolean;
  /** SubRip and WebVTT with a cue for each word, where times of words are known. */
  readonly words?: boolean;
  /** Replaces files that differ. */
  readonly overwrite?: boolean;
}

export interface ExportResult {
  readonly recording: AssetId;
  /** Where the transcript is, or would be. */
  readonly to: string;
  readonly outcome: "written" | "unchanged" | "kept" | "failed";
  /** Why it was not written; null for the other outcomes. */
  readonly reason: string | null;
}

/**
 * Writes transcripts as files. One that can't be written is a result, and the others go on.
 * @throws NOT_FOUND where no file is meant.
 */
export const exportTranscripts = (
  context: Context,
  request: ExportRequest,
): Promise<readonly ExportResult[]> =>
  withBackend(context, async ({ library, records }) => {
    const { format, files = [], folder, vectors = false } = request;
    const assets = await chooseAssets(library, files, context.cwd);
    const names = outputNames(
      assets.map(({ id }) => id),
      format,
      folder,
    );
    const embedder = vectors ? await library.embeddings.model() : undefined;
    const results: ExportResult[] = [];
    for (const asset of assets) {
      context.signal.throwIfAborted();
      results.push(
        await exportOne({ library, records }, asset, names.get(asset.id) ?? "", embedder, request),
      );
    }
    return results;
  });

async function exportOne(
  { library, records }: Pick<Backend, "library" | "records">,
  asset: AssetStatus,
  to: string,
  embedder: EmbeddingModel | undefined,
  { format, folder, overwrite = false, words = false }: ExportRequest,
): Promise<ExportResult> {
  const recording = asset.id;
  const misplaced = whyMisplaced(recording, to, folder);
  if (misplaced !== undefined)
    return { recording, to: recording, outcome: "failed", reason: misplaced };
  const bare = await Array.fromAsync(library.versions.read(recording));
  const isTimed = words || format === "json";
  const timed = isTimed ? await withWordTimes(records, asset.fingerprint ?? "", bare) : bare;
  const segments = words && format !== "json" ? timed.flatMap(wordCues) : timed;
  const edits = format === "json" ? await readEditsOf(records, asset) : undefined;
  const options = { file: basename(recording), embedder, edits };
  const content = formatTranscript(format, asset, segments, options);
  try {
    if (folder !== undefined) await mkdir(dirname(to), { recursive: true });
    const outcome = await writeExport(to, content, overwrite);
    const reason =
      outcome === "kept" ? "there is another file of this name; --force replaces it" : null;
    return { recording, to, outcome, reason };
  } catch (error) {
    return { recording, to, outcome: "failed", reason: toMediasearchError(error, to).message };
  }
}

/**
 * Why nothing is written there; undefined for a place beside the recording, or beneath the folder.
 */
function whyMisplaced(
  recording: AssetId,
  to: string,
  folder: string | undefined,
): string | undefined {
  if (folder !== undefined)
    return isBelow(resolve(to), resolve(folder))
      ? undefined
      : "its name leads out of the folder that was given";
  if (isRemote(recording)) return "not on this machine: --output FOLDER says where to write it";
  return isPlace(recording)
    ? undefined
    : "its name is no path of a file: --output FOLDER says where to write it";
}

async function chooseAssets(
  library: Library,
  patterns: readonly string[],
  cwd: string,
): Promise<AssetStatus[]> {
  const matches = await anyFileMatcher(patterns, cwd);
  const assets: AssetStatus[] = [];
  for await (const asset of library.catalog.list())
    if (asset.fingerprint !== null && asset.state !== "deleted" && matches(asset.id))
      assets.push(asset);
  if (assets.length === 0)
    throw new MediasearchError(
      "NOT_FOUND",
      patterns.length > 0
        ? `${patterns.join(" ")}: no indexed file matches`
        : "nothing is indexed yet",
      { hint: "mediasearch list" },
    );
  return assets;
}

/**
 * `talk.srt` for `talk.mp3`; `talk.mp3.srt` where two would get the same name. Below a folder as
 * below the files' common one.
 */
function outputNames(
  ids: readonly string[],
  format: TranscriptFormat,
  folder: string | undefined,
): Map<string, string> {
  // "talk.json" beside a recording could be anybody's.
  const ending = format === "json" ? ".transcript.json" : `.${format}`;
  const root = commonFolder(ids);
  const folderOf = (id: string): string =>
    folder === undefined ? dirname(id) : join(folder, dirname(nameBelow(id, root) ?? basename(id)));
  const short = (id: string): string => join(folderOf(id), `${basename(id, extname(id))}${ending}`);
  const uses = new Map<string, number>();
  for (const id of ids) uses.set(short(id), (uses.get(short(id)) ?? 0) + 1);
  return new Map(
    ids.map((id) => [
      id,
      uses.get(short(id)) === 1 && short(id) !== id
        ? short(id)
        : join(folderOf(id), `${basename(id)}${ending}`),
    ]),
  );
}

async function writeExport(
  path: string,
  content: string,
  force: boolean,
): Promise<"written" | "unchanged" | "kept"> {
  const before = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (before && (await holds(path, before, content))) return "unchanged";
  if (before && !force) return "kept";
  if (!(await writeWhole(path, content, { replace: force }))) return "kept";
  return "written";
}

/** Links, pipes and devices hold nothing of ours, and some of them never end. */
const holds = async (path: string, about: Stats, content: string): Promise<boolean> =>
  about.isFile() &&
  about.size === Buffer.byteLength(content) &&
  (await readFile(path, "utf8")) === content;
