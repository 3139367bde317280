import type { AssetStatus } from "../backends/backend.ts";
import { clock, count, duration, type Io, painter, plain } from "../output.ts";
import { filesMatching } from "../search/file-filter.ts";
import { type Command, text } from "./command.ts";
import { chosenFormat, csv, ndjson } from "./format.ts";
import { showPath } from "./show-path.ts";

const COLUMNS = ["file", "state", "origin", "engine", "language", "durationMs", "segments", "speakers", "sizeBytes", "modified", "indexed", "error"] as const;

const row = (asset: AssetStatus, cwd: string) => ({
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
  indexed: asset.indexedAtMs === null ? null : new Date(asset.indexedAtMs).toISOString(),
  error: asset.error,
});

export const run: Command = async (_args, flags, context) => {
  const { io } = context;
  const backend = await context.openBackend(false);
  try {
    const pattern = text(flags, "file");
    const wanted = pattern === undefined ? undefined : await filesMatching(backend.store, pattern, io.cwd);
    const state = text(flags, "state");
    const assets: AssetStatus[] = [];
    for await (const asset of backend.store.listAssets())
      if ((wanted?.has(asset.id) ?? true) && (state === undefined || asset.state === state)) assets.push(asset);
    const rows = assets.map((asset) => row(asset, io.cwd));
    const format = chosenFormat(flags);
    if (format === "json") io.stdout.write(`${JSON.stringify({ version: 1, total: rows.length, files: rows })}\n`);
    else if (format === "ndjson") io.stdout.write(ndjson(rows));
    else if (format === "csv") io.stdout.write(csv(COLUMNS, rows));
    else printTable(assets, io);
    return 0;
  } finally {
    await backend.close();
  }
};

function printTable(assets: readonly AssetStatus[], io: Io): void {
  const paint = painter(io.stdout, io.env);
  for (const asset of assets) {
    const length = asset.durationMs === null ? "-" : clock(asset.durationMs);
    const what = asset.error !== null ? paint("red", plain(asset.error)) : [asset.origin, asset.language, asset.speakers.map(plain).join(", ")].filter(Boolean).join("  ");
    io.stdout.write(`${length.padStart(9)}  ${asset.state.padEnd(10)}  ${paint("cyan", plain(showPath(asset.id, io.cwd)))}  ${what}\n`);
  }
  const totalMs = assets.reduce((sum, asset) => sum + (asset.durationMs ?? 0), 0);
  io.stderr.write(`${count(assets.length, "file")}, ${duration(totalMs)}\n`);
}
