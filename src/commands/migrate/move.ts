import { resolve, sep } from "node:path";
import type { AssetId, Backend, Store } from "../../backends/backend.ts";
import { withLease } from "../../backends/lease.ts";
import type { BackendName } from "../../backends/registry.ts";
import { ERRORS, MediasearchError } from "../../errors.ts";
import { anyFileMatcher } from "../../text/file-filter.ts";
import { pluralize, formatDuration, formatNumber } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { StatusLine } from "../../terminal/status-line.ts";
import { copyLibrary, type CopyOptions, type CopySummary } from "../../transfer/copy.ts";
import { type Proof, verifyCopy } from "../../transfer/verify.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { MovedMedia } from "../../app/library/move-media.ts";
import { type Cost, estimateMove } from "../../app/library/estimate.ts";
import type { CommandContext } from "../../cli/command.ts";
import type { MIGRATE } from "../../cli/specs/library.ts";

/** Where a library is: on the cluster that the settings name, or in a file. */
interface Place {
  readonly backend: BackendName;
  readonly path: string;
  readonly shown: string;
}

const SHOWN_DIFFERENCES = 20;

/** Moves (copies and verifies) one library into another. The source is only read. @returns the exit code. */
export async function move(
  flags: FlagsOf<typeof MIGRATE>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const to = placeOf(flags.to ?? "", context);
  const from = placeOf(
    flags.from ??
      (to.backend === "vast"
        ? "local"
        : flags.to === "local"
          ? "vast"
          : context.config.settings.backend),
    context,
  );
  if (from.backend === to.backend && from.path === to.path)
    throw new MediasearchError("USAGE", `the library is at ${to.shown} already`, {
      subject: "--to",
      hint: "mediasearch migrate --from local --to vast",
    });
  const source = await context.openBackendAt(from.backend, from.path, false);
  try {
    const wants = await anyFileMatcher(flags.only ?? [], io.cwd);
    const cost = await estimateMove(source, wants);
    if (hasFlag(flags, "dryRun")) return report(flags, context, { from, to, cost });
    const target = await context.openBackendAt(to.backend, to.path, !hasFlag(flags, "verify"));
    try {
      return await withLease(target.ledger, () =>
        copyAndVerify(flags, context, { from, to, cost, source, target, wants }),
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function placeOf(name: string, { config, io }: CommandContext): Place {
  const { store } = config.settings;
  if (name === "vast") return { backend: "vast", path: store, shown: "the cluster" };
  if (name === "local") return { backend: "local", path: store, shown: store };
  if (!name.includes(sep) && !/\.(sqlite|db)$/.test(name))
    throw new MediasearchError(
      "USAGE",
      `${name}: neither vast, local, nor the path of a library file`,
      { subject: name, hint: "mediasearch migrate --to vast   (or local, or ./copy.sqlite)" },
    );
  const path = resolve(io.cwd, name);
  return { backend: "local", path, shown: path };
}

interface Move {
  readonly from: Place;
  readonly to: Place;
  readonly cost: Cost;
  readonly source: Backend;
  readonly target: Backend;
  readonly wants: (id: AssetId) => boolean;
}

async function copyAndVerify(
  flags: FlagsOf<typeof MIGRATE>,
  context: CommandContext,
  { from, to, cost, source, target, wants }: Move,
): Promise<number> {
  const { io, status } = context;
  const media = hasFlag(flags, "withMedia")
    ? await (await import("../../app/library/move-media.ts")).moveMedia(source, wants, context)
    : undefined;
  const options: CopyOptions = {
    sourceCopy: await copyOf(source, status),
    wants,
    rename: (id) => media?.places.get(id)?.place ?? id,
    facts: (asset) => media?.places.get(asset.id)?.facts,
    signal: io.signal,
    onProgress: ({ copied, present, newer, segments }) =>
      status.update(
        `${copied + present + newer.length}/${cost.files} files moved, ${formatNumber(segments)} of ${pluralize(cost.segments, "segment")}`,
      ),
  };
  try {
    const copied = hasFlag(flags, "verify")
      ? undefined
      : await copyLibrary(source, target, options);
    let verified = 0;
    const proof = await verifyCopy(source, target, {
      ...options,
      targetCopy: await copyOf(target, status),
      newer: new Set(copied?.newer),
      onVersion: () => status.update(`${++verified}/${cost.files} files verified`),
    });
    status.end();
    return report(flags, context, {
      from,
      to,
      cost,
      ...(copied ? { copied } : {}),
      ...(media ? { media } : {}),
      proof,
    });
  } finally {
    status.end();
  }
}

/** A cluster reads many versions at once into this machine's copy, in far less time than one by one. */
async function copyOf(backend: Backend, status: StatusLine): Promise<Store | undefined> {
  const view = await backend.searchView?.({
    fresh: true,
    onProgress: (done, total) =>
      status.update(`reading the cluster: ${formatNumber(done)} of ${pluralize(total, "segment")}`),
  });
  return view?.store;
}

interface Outcome {
  readonly from: Place;
  readonly to: Place;
  readonly cost: Cost;
  readonly copied?: CopySummary;
  readonly proof?: Proof;
  readonly media?: MovedMedia;
}

function report(
  flags: FlagsOf<typeof MIGRATE>,
  { io }: CommandContext,
  { from, to, cost, copied, proof, media }: Outcome,
): number {
  const exitCode =
    (proof && proof.differences.length > 0) || (media && media.failed.length > 0)
      ? ERRORS.PARTIAL.exit
      : 0;
  if (hasFlag(flags, "json")) {
    io.stdout.write(
      `${JSON.stringify({ version: 1, from: from.shown, to: to.shown, dryRun: proof === undefined, cost, copied: copied ?? null, media: media ? { uploaded: media.uploaded, present: media.present, absent: media.absent, failed: media.failed } : null, proof: proof ?? null })}\n`,
    );
    return exitCode;
  }
  const line = (name: string, what: string): void =>
    void io.stdout.write(`${name.padEnd(10)} ${what}\n`);
  line("from", from.shown);
  line("to", to.shown);
  if (!proof) {
    line(
      "would move",
      `${pluralize(cost.files, "file")}, ${formatDuration(cost.durationMs)} of audio, ${pluralize(cost.segments, "segment")}; about ${formatDuration(cost.estimatedMs)}`,
    );
    return 0;
  }
  if (copied)
    line(
      "moved",
      `${pluralize(copied.copied, "file")}${copied.present > 0 ? `, ${formatNumber(copied.present)} were there already` : ""}, ${pluralize(copied.archived, "archived transcript")}, ${pluralize(copied.jobs, "job")}`,
    );
  if (copied && copied.newer.length > 0)
    line(
      "kept",
      `${pluralize(copied.newer.length, "file")} that the target indexed later: ${copied.newer.slice(0, SHOWN_DIFFERENCES).map(stripControls).join(", ")}`,
    );
  if (media) {
    line("media", `${pluralize(media.uploaded, "file")} uploaded, ${media.present} there already`);
    if (media.absent.length > 0)
      line(
        "",
        `${pluralize(media.absent.length, "file")} not on this machine: only the transcripts moved`,
      );
    for (const { file, reason } of media.failed.slice(0, SHOWN_DIFFERENCES))
      io.stdout.write(`  failed: ${stripControls(file)}: ${stripControls(reason)}\n`);
  }
  line(
    "verified",
    `${pluralize(proof.versions, "version")}, ${pluralize(proof.segments, "segment")}, ${pluralize(proof.vectors, "vector")}, ${pluralize(proof.queries, "sample query", "sample queries")}`,
  );
  line("digest", `sha256 ${proof.digest}`);
  if (proof.differences.length === 0)
    line("result", "the same on both sides; the source is as it was");
  else {
    line(
      "result",
      `${pluralize(proof.differences.length, "difference")}; nothing was deleted, the same command goes on`,
    );
    for (const { id, what } of proof.differences.slice(0, SHOWN_DIFFERENCES))
      io.stdout.write(`  ${stripControls(id)}: ${what}\n`);
  }
  return exitCode;
}
