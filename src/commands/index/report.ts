import { pluralize, formatDuration } from "../../text/format.ts";
import type { CliStreams } from "../../terminal/io.ts";
import { styler } from "../../terminal/style.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { StatusDetails, StatusLine } from "../../terminal/status-line.ts";
import type { RunEvent } from "../../pipeline/run.ts";
import { displayPath } from "../../app/display-path.ts";

export interface IndexReport {
  /** Files that are not, or not wholly, in the library for a reason of this run. */
  readonly failed: number;
  add(event: RunEvent): void;
  /** What was done so far, for the library's record of its last run. */
  counts(): Readonly<Record<string, number>>;
  /** The closing lines; says nothing the second time. */
  summary(): void;
}

export interface ReportOptions {
  readonly io: CliStreams;
  readonly status: StatusLine;
  readonly asJson: boolean;
  readonly jobs: number;
}

/** Counts what happened, shows it while it happens, and sums it up. Times in milliseconds of audio unless they say wall. */
export function createReport({ io, status, asJson }: ReportOptions): IndexReport {
  const startedAt = Date.now();
  const paint = styler(io.stderr, io.env);
  const at = new Map<string, { positionMs: number; durationMs: number | null }>();
  const n = {
    found: 0,
    indexed: 0,
    unchanged: 0,
    skipped: 0,
    reused: 0,
    deleted: 0,
    retried: 0,
    quarantined: 0,
    failed: 0,
    partial: 0,
    waiting: 0,
    captions: 0,
    asr: 0,
    fellBack: 0,
    coarse: 0,
    wouldIndex: 0,
    doneMs: 0,
    asrMs: 0,
    segments: 0,
  };
  const failures: string[] = [];
  /** null until they are counted. */
  let total: number | null = null;
  let summed = false;

  const emit = (event: Record<string, unknown>): void => {
    if (asJson) io.stdout.write(`${JSON.stringify(event)}\n`);
  };
  const note = (text: string): void => {
    if (!asJson) status.note(text);
  };
  const doneFiles = (): number =>
    n.indexed + n.unchanged + n.skipped + n.reused + n.quarantined + n.failed + n.waiting;
  const line = (): string => {
    const underWayMs = [...at.values()].reduce((sum, { positionMs }) => sum + positionMs, 0);
    const wallMs = Math.max(1, Date.now() - startedAt);
    const speed = (n.doneMs + underWayMs) / wallMs;
    return `${doneFiles()}/${total ?? `${n.found}+`} files, ${((n.doneMs + underWayMs) / 3_600_000).toFixed(2)} h of audio, ${speed.toFixed(1)}× real time${left(wallMs)}`;
  };
  /** Files still waiting are taken to be like those that are done; of those under way the part that is done counts. */
  const left = (wallMs: number): string => {
    const shares = [...at.values()].map(({ positionMs, durationMs }) =>
      durationMs ? Math.min(1, positionMs / durationMs) : 0,
    );
    const done = doneFiles() + shares.reduce((sum, share) => sum + share, 0);
    return total === null || done === 0
      ? ""
      : `, about ${formatDuration((Math.max(0, total - done) * wallMs) / done)} left`;
  };
  const details = (): StatusDetails => ({
    done: doneFiles(),
    total,
    working: [...at].map(([path, where]) => ({ file: displayPath(path, io.cwd), ...where })),
    failures,
  });
  const onIndexed = (event: Extract<RunEvent, { type: "indexed" }>, file: string): void => {
    const {
      origin,
      durationMs,
      engine,
      language,
      timing,
      isFallback = false,
      warnings,
    } = event.transcript;
    n.indexed++;
    if (event.isPartial) n.partial++;
    n[origin]++;
    if (isFallback) n.fellBack++;
    if (timing === "window") n.coarse++;
    n.segments += event.segmentCount;
    n.doneMs += durationMs ?? 0;
    if (origin === "asr") n.asrMs += durationMs ?? 0;
    for (const warning of warnings)
      note(`${paint("yellow", "warning:")} ${stripControls(file)}: ${stripControls(warning)}`);
    emit({
      type: "indexed",
      file,
      origin,
      engine,
      fallback: isFallback,
      language,
      timing: timing ?? null,
      durationMs,
      segments: event.segmentCount,
      partial: event.isPartial,
      warnings,
    });
  };

  return {
    get failed() {
      return n.failed + n.partial;
    },
    add(event) {
      if (event.type === "total") {
        total = event.files;
        return emit({ type: "total", files: total });
      }
      const file = displayPath(event.path, io.cwd);
      if (event.type === "found") total = n.found++ === total ? n.found : total;
      else if (event.type === "progress") {
        at.set(event.path, {
          positionMs: event.positionMs,
          durationMs: event.durationMs ?? at.get(event.path)?.durationMs ?? null,
        });
        emit({
          type: "progress",
          file,
          positionMs: Math.round(event.positionMs),
          durationMs: event.durationMs,
        });
      } else {
        at.delete(event.path);
        if (event.type === "indexed") onIndexed(event, file);
        else if (event.type === "unchanged") {
          n.unchanged++;
          emit({ type: "unchanged", file });
        } else if (event.type === "skipped") {
          n.skipped++;
          emit({ type: "skipped", file, reason: event.reason });
        } else if (event.type === "reused") {
          n.reused++;
          const from = displayPath(event.from, io.cwd);
          if (event.how !== "completed")
            note(
              `${event.how}: ${stripControls(file)}${from === file ? "" : ` (from ${stripControls(from)})`}`,
            );
          emit({ type: "reused", file, how: event.how, from });
        } else if (event.type === "quarantined") {
          n.quarantined++;
          emit({
            type: "quarantined",
            file,
            state: event.job.state,
            code: event.job.code,
            reason: event.job.reason,
            attempts: event.job.attempts,
          });
        } else if (event.type === "retrying") {
          n.retried++;
          const reason = event.error.message.replace(`${event.path}: `, "");
          note(
            `${paint("yellow", "again in")} ${formatDuration(event.delayMs)}: ${stripControls(file)}: ${stripControls(reason)} (attempt ${event.attempts})`,
          );
          emit({
            type: "retrying",
            file,
            code: event.error.code,
            reason,
            attempts: event.attempts,
            delayMs: event.delayMs,
          });
        } else if (event.type === "waiting") {
          if (n.waiting++ === 0)
            note(
              `${paint("yellow", "waiting:")} ${stripControls(file)}: ${stripControls(event.error.message)}; files that need no recogniser go on`,
            );
          emit({ type: "waiting", file, code: event.error.code, reason: event.error.message });
        } else if (event.type === "claimed") {
          note(`another run is at it, waiting: ${stripControls(file)}`);
          emit({ type: "claimed", file });
        } else if (event.type === "deleted") {
          n.deleted++;
          note(`deleted: ${stripControls(file)}`);
          emit({ type: "deleted", file });
        } else if (event.type === "offline") {
          note(
            `${paint("yellow", "offline?")} ${stripControls(file)} is empty or not mounted; ${pluralize(event.files, "file")} of it kept`,
          );
          emit({ type: "offline", folder: file, files: event.files });
        } else if (event.type === "would-index") {
          n.wouldIndex++;
          emit({ type: "would-index", file });
          if (!asJson) io.stdout.write(`${file}\n`);
        } else {
          n.failed++;
          const { code, message, hint } = event.error;
          const reason = message.startsWith(`${event.path}: `)
            ? message.slice(event.path.length + 2)
            : message;
          failures.push(`${file}: ${reason}`);
          note(`${paint("red", "failed:")} ${stripControls(file)}: ${stripControls(reason)}`);
          emit({
            type: "failed",
            file,
            code,
            reason,
            hint: hint ?? null,
            state: event.job?.state ?? null,
            attempts: event.job?.attempts ?? 1,
          });
        }
      }
      if (!asJson) status.update(line(), details());
    },
    counts: () => ({
      found: n.found,
      indexed: n.indexed,
      unchanged: n.unchanged,
      skipped: n.skipped,
      reused: n.reused,
      deleted: n.deleted,
      failed: n.failed,
      quarantined: n.quarantined,
      partial: n.partial,
      waiting: n.waiting,
      audioMs: Math.round(n.doneMs),
      wallMs: Date.now() - startedAt,
    }),
    summary() {
      if (summed) return;
      summed = true;
      status.end();
      const wallMs = Date.now() - startedAt;
      const {
        found,
        indexed,
        unchanged,
        skipped,
        reused,
        deleted,
        retried,
        quarantined,
        failed,
        partial,
        waiting,
        captions,
        asr,
        fellBack,
        coarse,
        wouldIndex,
        segments,
      } = n;
      emit({
        type: "summary",
        version: 1,
        found,
        indexed,
        unchanged,
        skipped,
        reused,
        deleted,
        retried,
        quarantined,
        failed,
        partial,
        waiting,
        fromCaptions: captions,
        recognised: asr,
        fellBack,
        wouldIndex,
        segments,
        audioMs: n.doneMs,
        wallMs,
      });
      if (asJson) return;
      if (wouldIndex > 0)
        io.stderr.write(`would index ${pluralize(wouldIndex, "file")}; ${unchanged} unchanged\n`);
      else {
        const speed = n.asrMs > 0 ? `, ${(n.asrMs / wallMs).toFixed(1)}× real time` : "";
        io.stderr.write(
          `indexed ${indexed} (${captions} from captions, ${asr} recognised), ${unchanged} unchanged, ${more(
            [
              [reused, "reused"],
              [skipped, "skipped"],
              [deleted, "deleted"],
            ],
          )}${failed} failed\n` +
            `${pluralize(segments, "segment")} from ${formatDuration(n.doneMs)} of audio in ${formatDuration(wallMs)}${speed}\n`,
        );
      }
      if (fellBack > 0)
        io.stderr.write(
          `${pluralize(fellBack, "file")} done by another recogniser than the first (mediasearch list says by which); next, when that works: mediasearch index --engine NAME\n`,
        );
      if (coarse > 0)
        io.stderr.write(
          `${pluralize(coarse, "file")} with text only: hits are found to about 20 s\n`,
        );
      if (partial > 0)
        io.stderr.write(
          `${pluralize(partial, "file")} searchable by keyword only, embedding failed; next: mediasearch index, the same again\n`,
        );
      if (waiting > 0)
        io.stderr.write(
          `${pluralize(waiting, "file")} not done: the recogniser is not on this machine\n`,
        );
      if (quarantined > 0)
        io.stderr.write(
          `${pluralize(quarantined, "file")} not tried again, they failed before and have not changed; next: mediasearch jobs\n`,
        );
      if (failures.length > 0)
        io.stderr.write(
          `${paint("red", "failed:")}\n${failures.map((failure) => `  ${stripControls(failure)}\n`).join("")}`,
        );
    },
  };
}

const more = (parts: readonly (readonly [number, string])[]): string =>
  parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}, `)
    .join("");
