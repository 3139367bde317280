import { expandHome } from "../../location.ts";
import { resolve, sep } from "node:path";
import type { AssetId } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import { withLease } from "../../backends/lease.ts";
import type { BackendName } from "../../backends/registry.ts";
import { MediasearchError } from "../../errors.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { copyLibrary, type CopyOptions, type CopySummary } from "../../transfer/copy.ts";
import { type Proof, verifyCopy } from "../../transfer/verify.ts";
import type { Context } from "../context.ts";
import { type Cost, estimateMove } from "./estimate.ts";
import type { MovedMedia } from "./move-media.ts";

export interface MoveRequest {
  /** `vast`, `local`, or the path of a library file. */
  readonly to: string;
  /** By default the other one of `vast` and `local`, or the library of the settings for a file. */
  readonly from?: string | undefined;
  /** Paths, names or globs; none means every file. */
  readonly only?: readonly string[];
  /** Says what the move would cost and changes nothing. */
  readonly dryRun?: boolean;
  /** Compares the two libraries and copies nothing. */
  readonly verifyOnly?: boolean;
  /** Uploads the recordings to MEDIA_BUCKET too. */
  readonly withMedia?: boolean;
}

/** Where a library is: on the cluster that the settings name, or in a file. */
export interface LibraryLocation {
  readonly backend: BackendName;
  readonly path: string;
  /** For people. */
  readonly name: string;
}

export interface LibraryMove {
  readonly from: LibraryLocation;
  readonly to: LibraryLocation;
  readonly cost: Cost;
  /** undefined where nothing was copied. */
  readonly copied?: CopySummary | undefined;
  readonly media?: MovedMedia | undefined;
  /** undefined in a dry run. */
  readonly proof?: Proof | undefined;
}

/**
 * Copies one library into another and compares every version on both sides. The source is only
 * read. A move that was stopped goes on when it is called again.
 */
export async function moveLibrary(context: Context, request: MoveRequest): Promise<LibraryMove> {
  const to = locate(request.to, context);
  const from = locate(request.from ?? defaultSource(request, to, context), context);
  if (from.backend === to.backend && from.path === to.path)
    throw new MediasearchError("USAGE", `the library is at ${to.name} already`, {
      subject: "--to",
      hint: "mediasearch migrate --from local --to vast",
    });
  const source = await context.openBackendAt(from.backend, from.path, false);
  try {
    const wants = await anyFileMatcher(request.only ?? [], context.cwd);
    const cost = await estimateMove(source, wants);
    if (cost.files === 0 && request.only && request.only.length > 0)
      throw new MediasearchError("NOT_FOUND", `${request.only.join(" ")}: no file matches`, {
        subject: "--only",
        hint: "mediasearch list",
      });
    if (request.dryRun) return { from, to, cost };
    const target = await context.openBackendAt(to.backend, to.path, !request.verifyOnly);
    try {
      const done = await withLease(target.runLock, () =>
        copyAndVerify(context, request, { cost, source, target, wants }),
      );
      return { from, to, cost, ...done };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function defaultSource(
  { to: name }: MoveRequest,
  to: LibraryLocation,
  { config }: Context,
): string {
  if (to.backend === "vast") return "local";
  return name === "local" ? "vast" : config.settings.backend;
}

function locate(name: string, { config, cwd }: Context): LibraryLocation {
  const { store } = config.settings;
  if (name === "vast") return { backend: "vast", path: store, name: "the cluster" };
  if (name === "local") return { backend: "local", path: store, name: store };
  if (!name.includes(sep) && !/\.(sqlite|db)$/.test(name))
    throw new MediasearchError(
      "USAGE",
      `${name}: neither vast, local, nor the path of a library file`,
      { subject: name, hint: "mediasearch migrate --to vast   (or local, or ./copy.sqlite)" },
    );
  const path = resolve(cwd, expandHome(name));
  return { backend: "local", path, name: path };
}

interface OpenedMove {
  readonly cost: Cost;
  readonly source: Backend;
  readonly target: Backend;
  readonly wants: (id: AssetId) => boolean;
}

async function copyAndVerify(
  context: Context,
  { verifyOnly = false, withMedia = false }: MoveRequest,
  { cost, source, target, wants }: OpenedMove,
): Promise<Pick<LibraryMove, "copied" | "media" | "proof">> {
  const { signal, tell } = context;
  const media = withMedia
    ? await (await import("./move-media.ts")).moveMedia(source, wants, context)
    : undefined;
  const options: CopyOptions = {
    sourceCopy: await localCopy(source, context),
    wants,
    rename: (id) => media?.locations.get(id)?.location ?? id,
    facts: (asset) => media?.locations.get(asset.id)?.facts,
    signal,
    onProgress: ({ copied, present, newer, segments }) =>
      tell({
        type: "moving",
        files: copied + present + newer.length,
        totalFiles: cost.files,
        segments,
        totalSegments: cost.segments,
      }),
  };
  try {
    const copied = verifyOnly ? undefined : await copyLibrary(source, target, options);
    let verified = 0;
    const proof = await verifyCopy(source, target, {
      ...options,
      targetCopy: await localCopy(target, context),
      newer: new Set(copied?.newer),
      onVersion: () =>
        tell({ type: "counted", unit: "files verified", done: ++verified, total: cost.files }),
    });
    return { copied, media, proof };
  } finally {
    tell({ type: "idle" });
  }
}

/**
 * A cluster reads many versions at once into this machine's copy, in far less time than one by one.
 */
async function localCopy(
  backend: Backend,
  { tell }: Context,
): Promise<ReadableLibrary | undefined> {
  if (backend.searchAccess.kind !== "copy") return undefined;
  const view = await backend.searchAccess.open({
    fresh: true,
    onProgress: (done, total) => tell({ type: "reading-cluster", done, total }),
  });
  return view.library;
}
