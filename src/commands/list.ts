import type { AssetStatus } from "../backends/backend.ts";
import { bytes, clock, count, duration, type Io, painter, plain } from "../output.ts";
import { formatM3uFiles } from "../results/m3u.ts";
import { tableMarkdown } from "../results/markdown.ts";
import { ndjson, table } from "../results/records.ts";
import { type Command, isOn, text } from "./command.ts";
import { chosenFormat } from "./format.ts";
import { assetFilter } from "./search-filter.ts";
import { showPath } from "./show-path.ts";

const COLUMNS = ["file", "state", "origin", "engine", "language", "durationMs", "segments", "speakers", "sizeBytes", "modified", "recorded", "indexed", "error"] as const;

const record = (asset: AssetStatus, cwd: string) => ({
  file: showPath(asset.id, cwd),
  state: asset.state,
  origin: asset.origin,
  engine: asset.engine,
  language: asset.language,
  durationMs: asset.durationMs,
  segments: asset.segmentCount,
  speakers: asset.speakers,
  sizeBytes: asset.sizeBytes,
  modified: new Date(asset.mtimeMs).toISOString(),
  recorded: asset.recordedAtMs === null ? null : new Date(asset.recordedAtMs).toISOString(),
  indexed: asset.indexedAtMs === null ? null : new Date(asset.indexedAtMs).toISOString(),
  error: asset.error,
});

/** What `--sort` goes by: text upwards, amounts and times from the most or newest down. */
const KEYS: Readonly<Record<string, (asset: AssetStatus) => string | number | null>> = {
  file: ({ id }) => id,
  duration: ({ durationMs }) => durationMs,
  segments: ({ segmentCount }) => segmentCount,
  speakers: ({ speakers }) => speakers.length,
  origin: ({ origin }) => origin,
  state: ({ state }) => state,
  language: ({ language }) => language,
  size: ({ sizeBytes }) => sizeBytes,
  modified: ({ mtimeMs }) => mtimeMs,
  indexed: ({ indexedAtMs }) => indexedAtMs,
};

export const run: Command = async (_args, flags, context) => {
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const isWanted = await assetFilter(flags, backend.store, io.cwd);
    const state = text(flags, "state");
    const assets: AssetStatus[] = [];
    for await (const asset of backend.store.listAssets())
      if (isWanted(asset) && (state === undefined || asset.state === state)) assets.push(asset);
    const sorted = sortAssets(assets, text(flags, "sort") ?? "file", isOn(flags, "reverse"));
    if (isOn(flags, "print0")) io.stdout.write(sorted.map(({ id }) => `${showPath(id, io.cwd)}\0`).join(""));
    else print(sorted, chosenFormat(flags), io);
    return 0;
  } finally {
    await backend.close();
  }
};

/** Stable, so that equal ones stay in the order of their paths; what has no value comes last either way. */
function sortAssets(assets: readonly AssetStatus[], key: string, isReversed: boolean): AssetStatus[] {
  const valueOf = KEYS[key] ?? (({ id }: AssetStatus) => id);
  const turn = isReversed ? -1 : 1;
  return assets.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return turn * (typeof x === "number" && typeof y === "number" ? y - x : x < y ? -1 : x > y ? 1 : 0);
  });
}

function print(assets: readonly AssetStatus[], format: string, io: Io): void {
  const rows = assets.map((asset) => record(asset, io.cwd));
  if (format === "json") io.stdout.write(`${JSON.stringify({ version: 1, total: rows.length, files: rows })}\n`);
  else if (format === "ndjson") io.stdout.write(ndjson(rows));
  else if (format === "csv" || format === "tsv") io.stdout.write(table(COLUMNS, rows, format));
  else if (format === "m3u") io.stdout.write(formatM3uFiles(assets.map(({ id, durationMs }) => ({ path: id, title: showPath(id, io.cwd), durationMs }))));
  else if (format === "md") io.stdout.write(tableMarkdown(["file", "length", "state", "origin", "language", "speakers", "size"], assets.map((asset) => [
    showPath(asset.id, io.cwd), length(asset), asset.state, asset.origin ?? "", asset.language ?? "", asset.speakers.join(", "), bytes(asset.sizeBytes),
  ])));
  else printTable(assets, io);
}

const length = ({ durationMs }: AssetStatus): string => (durationMs === null ? "-" : clock(durationMs));

function printTable(assets: readonly AssetStatus[], io: Io): void {
  const paint = painter(io.stdout, io.env);
  for (const asset of assets) {
    const what = asset.error !== null ? paint("red", plain(asset.error)) : [asset.origin, asset.language, asset.speakers.map(plain).join(", ")].filter(Boolean).join("  ");
    io.stdout.write(`${length(asset).padStart(9)}  ${asset.state.padEnd(10)}  ${paint("cyan", plain(showPath(asset.id, io.cwd)))}  ${what}\n`);
  }
  const totalMs = assets.reduce((sum, asset) => sum + (asset.durationMs ?? 0), 0);
  io.stderr.write(`${count(assets.length, "file")}, ${duration(totalMs)}\n`);
}
