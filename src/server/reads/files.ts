import type { AssetStatus } from "../../backends/catalog.ts";
import { listMediaFacts, readMediaFacts } from "../../backends/media-facts.ts";
import type { Records } from "../../backends/records.ts";
import { assetFacts, listAssets, mediaRecord } from "../../app/assets.ts";
import type { ListRequest } from "../../app/requests.ts";
import { segmentsWithin, timeWords } from "../../app/transcript.ts";
import { MediasearchError } from "../../errors.ts";
import { formatSrt, formatWebvtt } from "../../media/captions/write.ts";
import { formatMarkdown, formatPlainTranscript } from "../../transfer/transcript-text.ts";
import type { MediaFacts, Segment } from "../../types.ts";
import { fileIdOf, mediaKind } from "../file-names.ts";
import { type Labels, labelledFiles, readLabels } from "./labels.ts";
import { namesOf, type Reader, refuseFolderPattern } from "./reader.ts";
import { revisionOf } from "./revision.ts";
import { formatInstant } from "../../text/format.ts";

export interface FilesArgs extends ListRequest {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly collection?: string | undefined;
  readonly tag?: string | undefined;
}

/** `FileList` of docs/schemas/api.v1.json. */
export async function files(reader: Reader, args: FilesArgs) {
  const { limit = 50, offset = 0, collection, tag, ...request } = args;
  if (request.file !== undefined) refuseFolderPattern(request.file, reader);
  const factsOf = await readFacts(reader);
  const all = await listAssets(reader.library.catalog, "/", request, factsOf.records);
  const labels = await readLabels(reader);
  const labelled =
    collection === undefined && tag === undefined
      ? undefined
      : await labelledFiles(reader, { collection, tag });
  const wanted = labelled ? all.filter(({ id }) => labelled.has(id)) : all;
  return {
    version: 1,
    total: wanted.length,
    offset,
    files: wanted
      .slice(offset, offset + limit)
      .map((asset) => toFile(asset, labels, factsOf.of(asset), reader)),
  };
}

/** `File` of docs/schemas/api.v1.json. */
export async function file(reader: Reader, { fileId }: { readonly fileId: string }) {
  const asset = await reader.find(fileId);
  const facts = seesFacts(reader) ? await readMediaFacts(reader.records, asset.fingerprint) : {};
  return toFile(asset, await readLabels(reader), facts, reader);
}

/**
 * What is known of a content may come from beside a file that a restricted caller does not see.
 */
const seesFacts = ({ tenant }: Reader): boolean => tenant === null;

interface ReadFacts {
  /** Where conditions on titles look. */
  readonly records: Pick<Records, "list">;
  readonly of: (asset: AssetStatus) => MediaFacts;
}

async function readFacts(reader: Reader): Promise<ReadFacts> {
  const records = seesFacts(reader) ? reader.records : { list: async () => [] };
  const factsOf = await listMediaFacts(records);
  return { records, of: ({ fingerprint }) => factsOf(fingerprint) };
}

function toFile(asset: AssetStatus, labels: Labels, facts: MediaFacts, reader: Reader) {
  const id = fileIdOf(asset.id);
  const path = `/v1/files/${id}`;
  return {
    ...assetFacts(asset),
    ...mediaRecord(facts),
    ...namesOf(asset.id, reader),
    // What failed is told with paths of the server in it.
    error: asset.error === null || reader.seesPaths ? asset.error : withoutFolders(asset.error),
    id,
    kind: mediaKind(asset.id),
    revision: revisionOf(asset),
    collections: labels.collectionsOf(id),
    tags: labels.tagsOf(id),
    links: {
      self: path,
      media: `${path}/media`,
      transcript: `${path}/transcript`,
      captions: `${path}/captions.vtt`,
      waveform: `${path}/waveform`,
      stream: `${path}/stream/{piece}`,
      thumbnail: `${path}/thumbnail`,
      page: `/f/${id}`,
    },
  };
}

/** A message without the folders of the paths in it. Routes after a method of HTTP stay. */
export const withoutFolders = (message: string): string =>
  message
    .replaceAll(/s3:\/\/[^\s"']*\/(?=[^\s"'/]*)/g, "")
    .replaceAll(
      /(?<![\w.])(?<!\b(?:GET|POST|PUT|PATCH|DELETE) )(?:[A-Za-z]:)?(?:[\\/][^\s"'\\/:]+)*[\\/](?=[^\s"'\\/]+)/g,
      "",
    );

export interface TranscriptArgs {
  readonly fileId: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  /** Adds the times of words, where they are known. */
  readonly words?: boolean | undefined;
}

interface ReadTranscript {
  readonly asset: AssetStatus;
  readonly segments: readonly Segment[];
}

async function readSegments(
  reader: Reader,
  { fileId, from, to }: TranscriptArgs,
): Promise<ReadTranscript> {
  const asset = await reader.find(fileId);
  if (asset.fingerprint === null)
    throw new MediasearchError("NOT_FOUND", `${fileId}: the file has no transcript yet`, {
      subject: fileId,
      hint: "GET /v1/jobs tells what is being indexed, and what failed",
    });
  const all = await reader.library.versions.readSegments(asset.id, 0, Number.MAX_SAFE_INTEGER);
  const ms = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : Math.round(seconds * 1000);
  return { asset, segments: segmentsWithin(all, ms(from), ms(to)) };
}

/** `Transcript` of docs/schemas/api.v1.json. */
export async function transcript(reader: Reader, args: TranscriptArgs) {
  const { asset, segments } = await readSegments(reader, args);
  const { offset = 0, limit = segments.length } = args;
  const part = segments.slice(offset, offset + limit);
  const { origin, engine, language, durationMs } = asset;
  return {
    version: 1,
    fileId: args.fileId,
    file: namesOf(asset.id, reader).file,
    origin: origin ?? "asr",
    engine: engine ?? "",
    language: language ?? "und",
    durationMs,
    revision: revisionOf(asset) ?? "",
    total: segments.length,
    offset,
    segments: args.words ? await timeWords(part, asset.fingerprint, reader.records) : part,
  };
}

export type TextFormat = "vtt" | "srt" | "txt" | "md";

/** A transcript as text, with the revision for caches. */
export async function transcriptText(
  reader: Reader,
  { format, ...args }: TranscriptArgs & { readonly format: TextFormat },
): Promise<{ readonly text: string; readonly revision: string; readonly file: string }> {
  const { asset, segments } = await readSegments(reader, args);
  const { file } = namesOf(asset.id, reader);
  return { text: writeText(format, file, segments), revision: revisionOf(asset) ?? "", file };
}

function writeText(format: TextFormat, name: string, segments: readonly Segment[]): string {
  if (format === "vtt") return formatWebvtt(segments);
  if (format === "srt") return formatSrt(segments);
  return format === "txt" ? formatPlainTranscript(name, segments) : formatMarkdown(name, segments);
}

/** What the server itself needs to know of files that a caller names; never for clients. */
export interface FoundAsset {
  readonly fileId: string;
  readonly location: string;
  readonly fingerprint: string | null;
  readonly indexedAtMs: number | null;
}

const toFound = ({ id, fingerprint, indexedAtMs }: AssetStatus): FoundAsset => ({
  fileId: fileIdOf(id),
  location: id,
  fingerprint,
  indexedAtMs,
});

/** @throws NOT_FOUND when one of them is none that the caller sees. */
export async function assets(
  reader: Reader,
  { fileIds }: { readonly fileIds: readonly string[] },
): Promise<readonly FoundAsset[]> {
  const found: FoundAsset[] = [];
  for (const fileId of fileIds) found.push(toFound(await reader.find(fileId)));
  return found;
}

/**
 * The same for files that are to be changed; null means every file that the caller sees.
 * @throws CREDENTIALS for a caller who sees only parts of transcripts, and for a file whose content
 * is also somewhere that the caller does not see: changes hold for copies.
 */
export async function editable(
  reader: Reader,
  { fileIds }: { readonly fileIds: readonly string[] | null },
): Promise<readonly FoundAsset[]> {
  if (!reader.seesMedia)
    throw new MediasearchError("CREDENTIALS", "this key sees parts of transcripts only", {
      hint: "a filter on speakers, confidence or times can't change transcripts",
    });
  const all: FoundAsset[] = [];
  if (fileIds) all.push(...(await assets(reader, { fileIds })));
  else for await (const asset of reader.library.catalog.list()) all.push(toFound(asset));
  const shared = await reader.sharedElsewhere(all);
  if (fileIds && shared.size > 0)
    throw new MediasearchError("CREDENTIALS", "this key can't change this transcript", {
      hint: "use a key without a filter",
    });
  return all.filter(({ location }) => !shared.has(location));
}

/** `History` of docs/schemas/api.v1.json. */
export async function history(reader: Reader, { fileId }: { readonly fileId: string }) {
  const asset = await reader.find(fileId);
  const earlier = (await reader.listArchived()).filter(({ id }) => id === asset.id);
  return {
    revision: revisionOf(asset),
    earlier: earlier.map(({ archivedAtMs }) => ({
      archivedAt: formatInstant(archivedAtMs),
    })),
  };
}

/** Where the media of a file is; for the server itself, never for clients. */
export async function locate(
  reader: Reader,
  { fileId }: { readonly fileId: string },
): Promise<{
  readonly location: string;
  readonly durationMs: number | null;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}> {
  const { id: location, durationMs, sizeBytes, mtimeMs } = await reader.find(fileId);
  if (!reader.seesMedia)
    throw new MediasearchError("CREDENTIALS", `${fileId}: this key sees parts of files only`, {
      subject: fileId,
      hint: "a filter on speakers, confidence or times opens transcripts, not recordings",
    });
  return { location, durationMs, sizeBytes, mtimeMs };
}
