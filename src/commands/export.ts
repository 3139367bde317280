import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { AssetStatus, Store } from "../backends/backend.ts";
import { ERRORS, MediasearchError, toMediasearchError } from "../errors.ts";
import { pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import { anyFileMatcher } from "../text/file-filter.ts";
import { commonFolder, isObject, nameBelow } from "../location.ts";
import { formatTranscript, type TranscriptFormat } from "../transfer/transcript-file.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { EXPORT } from "../cli/specs/library.ts";
import { displayPath } from "../app/display-path.ts";

interface Written {
  readonly file: string;
  readonly to: string;
  readonly outcome: "written" | "unchanged" | "kept" | "failed";
  readonly reason: string | null;
}

export const run: Command<typeof EXPORT> = async (patterns, flags, context) => {
  const { io } = context;
  const format = (flags.format ?? "json") as TranscriptFormat;
  const folder = flags.output;
  const backend = await context.openBackend(false);
  const results: Written[] = [];
  try {
    const { store } = backend;
    const assets = await chosen(store, patterns, io.cwd);
    const names = outputNames(
      assets.map(({ id }) => id),
      format,
      folder === undefined ? undefined : resolve(io.cwd, folder),
    );
    const embedder = hasFlag(flags, "vectors") ? await store.identity() : undefined;
    for (const asset of assets) {
      io.signal.throwIfAborted();
      const to = names.get(asset.id) ?? "";
      const file = displayPath(asset.id, io.cwd);
      if (folder === undefined && isObject(asset.id)) {
        results.push({
          file,
          to: file,
          outcome: "failed",
          reason: "in an object store: --output FOLDER says where to write it",
        });
        continue;
      }
      const content = formatTranscript(
        format,
        asset,
        await Array.fromAsync(store.readVersion(asset.id)),
        { file: basename(asset.id), embedder },
      );
      results.push(
        await write(to, content, hasFlag(flags, "force")).then(
          (outcome) => ({
            file,
            to: displayPath(to, io.cwd),
            outcome,
            reason:
              outcome === "kept" ? "there is another file of this name; --force replaces it" : null,
          }),
          (error: unknown) => ({
            file,
            to: displayPath(to, io.cwd),
            outcome: "failed" as const,
            reason: toMediasearchError(error, to).message,
          }),
        ),
      );
    }
  } finally {
    await backend.close();
  }
  return report(
    results,
    {
      isBeside: folder === undefined && (format === "srt" || format === "vtt"),
      asJson: hasFlag(flags, "json"),
    },
    context,
  );
};

async function chosen(
  store: Store,
  patterns: readonly string[],
  cwd: string,
): Promise<AssetStatus[]> {
  const matches = await anyFileMatcher(patterns, cwd);
  const assets: AssetStatus[] = [];
  for await (const asset of store.listAssets())
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

/** `talk.srt` for `talk.mp3`; `talk.mp3.srt` where two would get the same name. Below a folder as below the files' common one. */
function outputNames(
  ids: readonly string[],
  format: TranscriptFormat,
  folder: string | undefined,
): Map<string, string> {
  // "talk.json" beside a recording could be anybody's.
  const ending = format === "json" ? ".transcript.json" : `.${format}`;
  const root = commonFolder(ids);
  const place = (id: string): string =>
    folder === undefined ? dirname(id) : join(folder, dirname(nameBelow(id, root) ?? basename(id)));
  const short = (id: string): string => join(place(id), `${basename(id, extname(id))}${ending}`);
  const uses = new Map<string, number>();
  for (const id of ids) uses.set(short(id), (uses.get(short(id)) ?? 0) + 1);
  return new Map(
    ids.map((id) => [
      id,
      uses.get(short(id)) === 1 && short(id) !== id
        ? short(id)
        : join(place(id), `${basename(id)}${ending}`),
    ]),
  );
}

async function write(
  path: string,
  content: string,
  force: boolean,
): Promise<"written" | "unchanged" | "kept"> {
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (before === content) return "unchanged";
  if (before !== null && !force) return "kept";
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return "written";
}

function report(
  results: readonly Written[],
  { isBeside, asJson }: { isBeside: boolean; asJson: boolean },
  { io }: CommandContext,
): number {
  const bad = results.filter(({ outcome }) => outcome === "failed" || outcome === "kept");
  if (asJson) io.stdout.write(`${JSON.stringify({ version: 1, files: results })}\n`);
  else {
    for (const { to, outcome } of results)
      if (outcome === "written") io.stdout.write(`${stripControls(to)}\n`);
    for (const { to, reason } of bad)
      io.stderr.write(`${stripControls(to)}: ${stripControls(reason ?? "")}\n`);
    const unchanged = results.filter(({ outcome }) => outcome === "unchanged").length;
    io.stderr.write(
      `${pluralize(results.length - bad.length - unchanged, "transcript")} written, ${unchanged} unchanged, ${bad.length} left\n`,
    );
    if (isBeside)
      io.stderr.write(
        "the next index reads them as captions: what you correct in them is what will be found\n",
      );
  }
  return bad.length > 0 ? ERRORS.PARTIAL.exit : 0;
}
