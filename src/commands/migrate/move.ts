import { type LibraryMove, moveLibrary } from "../../app/library/move-library.ts";
import type { MovedMedia } from "../../app/library/move-media.ts";
import type { CommandContext } from "../../cli/command.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { MIGRATE_SPEC } from "../../cli/specs/library.ts";
import { ERRORS } from "../../errors.ts";
import { formatJson, formatDuration, formatNumber, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { CopySummary } from "../../transfer/copy.ts";
import type { Proof } from "../../transfer/verify.ts";

const SHOWN_DIFFERENCES = 20;

/**
 * `migrate --to`.
 * @returns the exit code: PARTIAL when something differs or a recording was not uploaded.
 */
export async function move(
  to: string,
  flags: FlagsOf<typeof MIGRATE_SPEC>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const moved = await moveLibrary(context, {
    to,
    from: flags.from,
    only: flags.only ?? [],
    dryRun: hasFlag(flags, "dryRun"),
    verifyOnly: hasFlag(flags, "verify"),
    withMedia: hasFlag(flags, "withMedia"),
  });
  io.stdout.write(
    hasFlag(flags, "json")
      ? `${formatJson(moveRecord(moved))}\n`
      : moveLines(moved)
          .map((one) => `${stripControls(one)}\n`)
          .join(""),
  );
  const { proof, media } = moved;
  const isPartial = (proof?.differences.length ?? 0) > 0 || (media?.failed.length ?? 0) > 0;
  return isPartial ? ERRORS.PARTIAL.exit : 0;
}

const moveRecord = ({ from, to, cost, copied, media, proof }: LibraryMove) => ({
  version: 1,
  from: from.name,
  to: to.name,
  dryRun: proof === undefined,
  cost,
  copied: copied ?? null,
  media: media
    ? {
        uploaded: media.uploaded,
        present: media.present,
        absent: media.absent,
        failed: media.failed,
      }
    : null,
  proof: proof ?? null,
});

const line = (name: string, what: string): string => `${name.padEnd(10)} ${what}`;

function moveLines({ from, to, cost, copied, media, proof }: LibraryMove): readonly string[] {
  const ends = [line("from", from.name), line("to", to.name)];
  if (!proof)
    return [
      ...ends,
      line(
        "would move",
        `${pluralize(cost.files, "file")}, ${formatDuration(cost.durationMs)} of audio, ${pluralize(cost.segments, "segment")}; about ${formatDuration(cost.estimatedMs)}`,
      ),
    ];
  return [
    ...ends,
    ...(copied ? copyLines(copied) : []),
    ...(media ? mediaLines(media) : []),
    ...proofLines(proof),
  ];
}

function copyLines(summary: CopySummary): readonly string[] {
  const { copied, present, newer, misplaced, archived, jobs } = summary;
  const beginning = (ids: readonly string[]): string => ids.slice(0, SHOWN_DIFFERENCES).join(", ");
  const already = present > 0 ? `, ${formatNumber(present)} were there already` : "";
  const moved = line(
    "moved",
    `${pluralize(copied, "file")}${already}, ${pluralize(archived, "archived transcript")}, ${pluralize(jobs, "job")}`,
  );
  const kept = `${pluralize(newer.length, "file")} that the target indexed later: ${beginning(newer)}`;
  const left = `${pluralize(misplaced.length, "file")} whose paths no file can have: ${beginning(misplaced)}`;
  return [
    moved,
    ...(newer.length > 0 ? [line("kept", kept)] : []),
    ...(misplaced.length > 0 ? [line("left out", left)] : []),
  ];
}

function mediaLines({ uploaded, present, absent, failed }: MovedMedia): readonly string[] {
  return [
    line("media", `${pluralize(uploaded, "file")} uploaded, ${present} there already`),
    ...(absent.length > 0
      ? [
          line(
            "",
            `${pluralize(absent.length, "file")} not on this machine: only the transcripts moved`,
          ),
        ]
      : []),
    ...failed.slice(0, SHOWN_DIFFERENCES).map(({ file, reason }) => `  failed: ${file}: ${reason}`),
  ];
}

function proofLines(proof: Proof): readonly string[] {
  const compared = [
    line(
      "verified",
      `${pluralize(proof.versions, "version")}, ${pluralize(proof.segments, "segment")}, ${pluralize(proof.vectors, "vector")}, ${pluralize(proof.queries, "sample query", "sample queries")}`,
    ),
    line("digest", `sha256 ${proof.digest}`),
  ];
  if (proof.differences.length === 0)
    return [...compared, line("result", "the same on both sides; the source is as it was")];
  return [
    ...compared,
    line(
      "result",
      `${pluralize(proof.differences.length, "difference")}; nothing was deleted, the same command goes on`,
    ),
    ...proof.differences.slice(0, SHOWN_DIFFERENCES).map(({ id, what }) => `  ${id}: ${what}`),
  ];
}
