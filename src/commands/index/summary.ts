import type { RunCounts } from "../../app/indexing/tally.ts";
import type { styler } from "../../terminal/style.ts";
import { formatLength, formatNumber, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";

/**
 * The closing lines of a run, each with its newline. Failures were told one by one: here they are
 * grouped by what to do next. `wallMs` is how long the run took.
 */
export function summaryText(
  counts: RunCounts,
  wallMs: number,
  failures: readonly FileFailure[],
  paint: ReturnType<typeof styler>,
  hint: (text: string) => string = String,
): string {
  const first =
    counts.wouldIndex > 0
      ? [`would index ${pluralize(counts.wouldIndex, "file")}; ${counts.unchanged} unchanged`]
      : doneLines(counts, wallMs);
  return [...first, ...nextLines(counts).map(hint), ...failureLines(failures, paint, hint)]
    .map((line) => `${line}\n`)
    .join("");
}

/** One file that failed, as the end of a run tells it. */
export interface FileFailure {
  /** Its name, where it was not told before. */
  readonly file?: string | undefined;
  readonly reason: string;
  /** What to do next, where that is known. */
  readonly hint: string | undefined;
}

function failureLines(
  failures: readonly FileFailure[],
  paint: ReturnType<typeof styler>,
  hint: (text: string) => string,
): readonly string[] {
  const groups = new Map<string, FileFailure[]>();
  for (const failure of failures) {
    const next = failure.hint ?? "mediasearch jobs";
    groups.set(next, [...(groups.get(next) ?? []), failure]);
  }
  return [...groups].flatMap(([next, own]) => {
    const reasons = new Set(own.map(({ reason }) => reason));
    const isNamed = own.some(({ file }) => file !== undefined);
    const isOneReason = reasons.size === 1 && (own.length > 1 || isNamed);
    const why = isOneReason ? `: ${[...reasons].join("")}` : "";
    const files = paint("red", `${pluralize(own.length, "file")} failed`);
    return [
      `${files}${stripControls(why)}; next: ${stripControls(hint(next))}`,
      ...nameLines(own, isOneReason),
    ];
  });
}

/** A screen has room for so many names; `mediasearch jobs` lists all. */
const MAX_NAMED = 20;

function nameLines(failures: readonly FileFailure[], isOneReason: boolean): readonly string[] {
  const named = failures.flatMap(({ file, reason }) =>
    file === undefined ? [] : `  ${stripControls(isOneReason ? file : `${file}: ${reason}`)}`,
  );
  const more = named.length - MAX_NAMED;
  if (more <= 0) return named;
  return [...named.slice(0, MAX_NAMED), `  and ${formatNumber(more)} more: mediasearch jobs`];
}

function doneLines(counts: RunCounts, wallMs: number): readonly string[] {
  const others = [
    [counts.reused, "reused"],
    [counts.skipped, "skipped"],
    [counts.deleted, "deleted"],
  ] as const;
  const rest = others
    .filter(([files]) => files > 0)
    .map(([files, what]) => `${files} ${what}, `)
    .join("");
  return [
    `indexed ${counts.indexed} (${counts.captions} from captions, ${counts.asr} recognised), ${counts.unchanged} unchanged, ${rest}${counts.failed} failed`,
    ...(counts.indexed > 0 ? [amountLine(counts, wallMs)] : []),
  ];
}

/** Time without work does not count, and what captions tell was not recognised. */
function amountLine({ segments, asrMs, doneMs, busyMs }: RunCounts, wallMs: number): string {
  const tookMs = busyMs > 0 ? busyMs : wallMs;
  const speed = `${(asrMs / Math.max(1, tookMs)).toFixed(1)}× real time`;
  const captionedMs = doneMs - asrMs;
  const parts = [
    ...(asrMs > 0 ? [`${formatLength(asrMs)} of audio recognised, ${speed}`] : []),
    ...(captionedMs > 0 ? [`${formatLength(captionedMs)} read from captions`] : []),
  ];
  const amount = parts.length > 0 ? `: ${parts.join("; ")}` : "";
  return `${pluralize(segments, "segment")} in ${formatLength(tookMs)}${amount}`;
}

/** What is to be known, and what to do next, about files that are not as they should be. */
function nextLines(counts: RunCounts): readonly string[] {
  const { fellBack, coarse, partial, waiting, quarantined, silentFilms } = counts;
  const lines: readonly (readonly [files: number, text: string])[] = [
    [silentFilms, "without sound and captions: nothing to index"],
    [
      fellBack,
      "done by another recogniser than the first (mediasearch list says by which); next, when that works: mediasearch index --engine NAME",
    ],
    [coarse, "with text only: hits are found to about 20 s"],
    [
      partial,
      "searchable by keyword only, embedding failed; next: mediasearch index, the same again",
    ],
    [waiting, "not done: the recogniser is not on this machine"],
    [quarantined, "not tried again: failed before and not changed since; next: mediasearch jobs"],
  ];
  return lines
    .filter(([files]) => files > 0)
    .map(([files, text]) => `${pluralize(files, "file")} ${text}`);
}
