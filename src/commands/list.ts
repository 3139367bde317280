import type { AssetId, AssetStatus } from "../backends/catalog.ts";
import {
  formatJson,
  formatBytes,
  formatTimestamp,
  pluralize,
  formatDuration,
} from "../text/format.ts";
import type { FactsOf } from "../search/asset-matcher.ts";
import type { MediaFacts, RecordingPart } from "../types.ts";
import type { CliStreams } from "../terminal/io.ts";
import { fitMiddle, fitStart, lineColumns } from "../terminal/fit.ts";
import { displayWidth, styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { formatM3uFiles } from "../results/m3u.ts";
import { tableMarkdown } from "../results/markdown.ts";
import { ndjson, formatTable } from "../results/records.ts";
import { assetRecord, listAssets, readFacts, readParts, selectionRecord } from "../app/assets.ts";
import { describeTrack } from "../selection.ts";
import { readable } from "../app/search/read-view.ts";
import { countUnstated } from "../app/search/filter.ts";
import { filterFlags } from "../cli/filter-flags.ts";
import { hasFlag } from "../cli/flags.ts";
import { type Command } from "../cli/command.ts";
import type { LIST_SPEC } from "../cli/specs/searching.ts";
import { chosenFormat, mustBeNames, tableOptions } from "../cli/output-format.ts";
import { displayPath } from "../app/display-path.ts";

const ASSET_COLUMNS = [
  "file",
  "displayFile",
  "state",
  "origin",
  "engine",
  "language",
  "durationMs",
  "segments",
  "speakers",
  "sizeBytes",
  "modified",
  "recorded",
  "indexed",
  "error",
  "title",
  "show",
] as const;

export const run: Command<typeof LIST_SPEC> = async (_args, flags, context) => {
  const { io } = context;
  mustBeNames(flags);
  const format = chosenFormat(flags);
  const { isRaw } = tableOptions(flags, format);
  const request = {
    ...filterFlags(flags),
    state: flags.state,
    sort: flags.sort,
    reverse: hasFlag(flags, "reverse"),
  };
  const backend = await context.openBackend(false);
  try {
    const { library, records } = await readable(backend, context.tell);
    const { catalog } = library;
    if (request.lang !== undefined) {
      const unstated = await countUnstated(backend.library.catalog);
      if (unstated > 0)
        io.stderr.write(
          `--lang ${stripControls(request.lang)}: with ${pluralize(unstated, "file")} whose language nobody stated\n`,
        );
    }
    const assets = await listAssets(catalog, io.cwd, request, records);
    const factsOf = await readFacts(records);
    const partsOf = (): Promise<Parts> => readParts(assets, catalog, factsOf);
    if (hasFlag(flags, "print0"))
      io.stdout.write(assets.map(({ id }) => `${displayPath(id, io.cwd)}\0`).join(""));
    else printAssets(assets, { format, isRaw, factsOf, parts: await partsOf() }, io);
    return 0;
  } finally {
    await backend.close();
  }
};

interface ListOutput {
  readonly format: string;
  readonly isRaw: boolean;
  readonly factsOf: FactsOf;
  readonly parts: Parts;
}

type Parts = ReadonlyMap<AssetId, RecordingPart>;

function printAssets(
  assets: readonly AssetStatus[],
  { format, isRaw, factsOf, parts }: ListOutput,
  io: CliStreams,
): void {
  const rows = assets.map((asset) =>
    assetRecord(asset, io.cwd, factsOf(asset.fingerprint), parts.get(asset.id)),
  );
  if (format === "json")
    io.stdout.write(`${formatJson({ version: 1, total: rows.length, files: rows })}\n`);
  else if (format === "ndjson") io.stdout.write(ndjson(rows));
  else if (format === "csv" || format === "tsv")
    io.stdout.write(
      formatTable(
        ASSET_COLUMNS,
        rows.map(({ track: _track, media: _media, part: _part, ...row }) => row),
        { format, isRaw },
      ),
    );
  else if (format === "m3u")
    io.stdout.write(
      formatM3uFiles(
        assets.map(({ id, durationMs }) => ({
          path: id,
          title: displayPath(id, io.cwd),
          durationMs,
        })),
      ),
    );
  else if (format === "md")
    io.stdout.write(
      tableMarkdown(
        ["file", "length", "state", "origin", "language", "speakers", "size"],
        assets.map((asset) => [
          displayPath(asset.id, io.cwd),
          length(asset),
          asset.state,
          asset.origin ?? "",
          asset.language ?? "",
          asset.speakers.join(", "),
          formatBytes(asset.sizeBytes),
        ]),
      ),
    );
  else printTable(assets, { factsOf, parts }, io);
}

const length = ({ durationMs }: AssetStatus): string =>
  durationMs === null ? "-" : formatTimestamp(durationMs);

const SHOWN_SPEAKERS = 3;
const LEAST_PATH_COLUMNS = 12;

/** A meeting may have eighty: the first few and how many more there are. */
const fewSpeakers = (names: readonly string[]): string =>
  names.length <= SHOWN_SPEAKERS + 1
    ? names.join(", ")
    : `${names.slice(0, SHOWN_SPEAKERS).join(", ")} and +${names.length - SHOWN_SPEAKERS}`;

/** The track where there was a choice, and channels where not all were mixed. */
function takenText(asset: AssetStatus): string {
  const { track, channels } = selectionRecord(asset);
  return [track && track.of > 1 ? describeTrack(track) : null, channels && `heard: ${channels}`]
    .filter(Boolean)
    .join(", ");
}

/** What a recording is called, where its name does not say so. */
const headline = ({ title, show }: MediaFacts): string =>
  [title === undefined ? "" : `“${title}”`, show ?? ""].filter(Boolean).join(", ");

/** Where a file is in a recording of several: `part 2 of 3 of GX0123, from 0:11:43`. */
function partText(part: RecordingPart | undefined): string {
  if (!part) return "";
  const from = part.startMs === null ? "" : `, from ${formatTimestamp(part.startMs)}`;
  return `part ${part.number} of ${part.of} of ${part.name}${from}`;
}

/** Name and description of a file in these columns: what is short leaves its room to the other. */
function share(path: string, what: string, columns: number): readonly [string, string] {
  const pathColumns = Math.max(columns - displayWidth(what), (columns * 3) / 5, LEAST_PATH_COLUMNS);
  const shown = fitMiddle(path, Math.floor(pathColumns));
  return [shown, fitStart(what, Math.max(0, columns - displayWidth(shown)))];
}

function printTable(
  assets: readonly AssetStatus[],
  { factsOf, parts }: Pick<ListOutput, "factsOf" | "parts">,
  io: CliStreams,
): void {
  const paint = styler(io.stdout, io.env);
  const columns = lineColumns(io.stdout);
  for (const asset of assets) {
    const what = stripControls(
      asset.error ??
        [
          asset.origin,
          asset.language,
          takenText(asset),
          headline(factsOf(asset.fingerprint)),
          partText(parts.get(asset.id)),
          fewSpeakers(asset.speakers),
        ]
          .filter(Boolean)
          .join("  "),
    );
    const start = `${length(asset).padStart(9)}  ${asset.state.padEnd(10)}  `;
    const [path, shown] = share(
      stripControls(displayPath(asset.id, io.cwd)),
      what,
      columns - start.length - 2,
    );
    io.stdout.write(
      `${start}${paint("cyan", path)}  ${asset.error === null ? shown : paint("red", what)}\n`,
    );
  }
  const totalMs = assets.reduce((sum, asset) => sum + (asset.durationMs ?? 0), 0);
  io.stderr.write(`${pluralize(assets.length, "file")}, ${formatDuration(totalMs)}\n`);
}
