import type { AssetStatus } from "../backends/backend.ts";
import { bytes, clock, count, duration, type Io, painter, plain } from "../output.ts";
import { formatM3uFiles } from "../results/m3u.ts";
import { tableMarkdown } from "../results/markdown.ts";
import { ndjson, table } from "../results/records.ts";
import { assetRecord, assetsOf, sortAssets } from "./asset-records.ts";
import { type Command, isOn, text } from "./command.ts";
import { chosenFormat, mustBeNames } from "./format.ts";
import { showPath } from "./show-path.ts";

const COLUMNS = [
  "file",
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
] as const;

export const run: Command = async (_args, flags, context) => {
  const { io } = context;
  mustBeNames(flags);
  const backend = await context.openBackend(false);
  try {
    const assets = await assetsOf(backend.store, io.cwd, flags);
    const sorted = sortAssets(assets, text(flags, "sort") ?? "file", isOn(flags, "reverse"));
    if (isOn(flags, "print0"))
      io.stdout.write(sorted.map(({ id }) => `${showPath(id, io.cwd)}\0`).join(""));
    else print(sorted, chosenFormat(flags), io);
    return 0;
  } finally {
    await backend.close();
  }
};

function print(assets: readonly AssetStatus[], format: string, io: Io): void {
  const rows = assets.map((asset) => assetRecord(asset, io.cwd));
  if (format === "json")
    io.stdout.write(`${JSON.stringify({ version: 1, total: rows.length, files: rows })}\n`);
  else if (format === "ndjson") io.stdout.write(ndjson(rows));
  else if (format === "csv" || format === "tsv") io.stdout.write(table(COLUMNS, rows, format));
  else if (format === "m3u")
    io.stdout.write(
      formatM3uFiles(
        assets.map(({ id, durationMs }) => ({ path: id, title: showPath(id, io.cwd), durationMs })),
      ),
    );
  else if (format === "md")
    io.stdout.write(
      tableMarkdown(
        ["file", "length", "state", "origin", "language", "speakers", "size"],
        assets.map((asset) => [
          showPath(asset.id, io.cwd),
          length(asset),
          asset.state,
          asset.origin ?? "",
          asset.language ?? "",
          asset.speakers.join(", "),
          bytes(asset.sizeBytes),
        ]),
      ),
    );
  else printTable(assets, io);
}

const length = ({ durationMs }: AssetStatus): string =>
  durationMs === null ? "-" : clock(durationMs);

function printTable(assets: readonly AssetStatus[], io: Io): void {
  const paint = painter(io.stdout, io.env);
  for (const asset of assets) {
    const what =
      asset.error !== null
        ? paint("red", plain(asset.error))
        : [asset.origin, asset.language, asset.speakers.map(plain).join(", ")]
            .filter(Boolean)
            .join("  ");
    io.stdout.write(
      `${length(asset).padStart(9)}  ${asset.state.padEnd(10)}  ${paint("cyan", plain(showPath(asset.id, io.cwd)))}  ${what}\n`,
    );
  }
  const totalMs = assets.reduce((sum, asset) => sum + (asset.durationMs ?? 0), 0);
  io.stderr.write(`${count(assets.length, "file")}, ${duration(totalMs)}\n`);
}
