import type { AssetStatus } from "../backends/backend.ts";
import { MediasearchError } from "../errors.ts";
import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import { formatTimestamp } from "../text/format.ts";
import { styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import { transcriptMarkdown } from "../results/markdown.ts";
import { ndjson, table } from "../results/records.ts";
import type { Segment } from "../types.ts";
import { lineRecord, nearestTo, transcriptRecord } from "../app/assets.ts";
import { integerFlag } from "../cli/flags.ts";
import { type Command } from "../cli/command.ts";
import type { TRANSCRIPT } from "../cli/specs/searching.ts";
import { findAsset } from "../app/find-asset.ts";
import { chosenFormat } from "../cli/output-format.ts";
import { parseTime } from "../app/parse-time.ts";
import { displayPath } from "../app/display-path.ts";

const LINES_AROUND = 3;

export const run: Command<typeof TRANSCRIPT> = async ([name = ""], flags, context) => {
  const { io } = context;
  const format = chosenFormat(flags);
  const at = flags.at;
  const moment = at === undefined ? undefined : parseTime("--at", at);
  const around = integerFlag(flags, "context", 0, 10_000);
  if (around !== undefined && moment === undefined)
    throw new MediasearchError("USAGE", "--context: lines around which moment? --at says it", {
      subject: "--context",
      hint: `mediasearch transcript ${JSON.stringify(name)} --at 1:23 -C ${around}`,
    });
  const lines = around ?? LINES_AROUND;
  const backend = await context.openBackend(false);
  try {
    const asset = await findAsset(backend.store, name, io.cwd);
    const file = displayPath(asset.id, io.cwd);
    if (asset.fingerprint === null)
      throw new MediasearchError(
        "NOT_FOUND",
        `${file}: ${asset.error ?? "registered, but not indexed yet"}`,
        {
          subject: file,
          hint: `mediasearch index ${JSON.stringify(file)}`,
        },
      );
    const all = await backend.store.readSegments(asset.id, 0, Number.MAX_SAFE_INTEGER);
    const nearest = moment === undefined ? undefined : nearestTo(all, moment);
    const segments =
      nearest === undefined
        ? all
        : all.slice(Math.max(0, nearest.index - lines), nearest.index + lines + 1);
    if (format === "text") {
      const paint = styler(io.stdout, io.env);
      for (const segment of segments)
        io.stdout.write(`${textLine(segment, paint, segment === nearest)}\n`);
      if (all.length === 0) io.stderr.write(`${stripControls(file)}: nothing is said in it\n`);
    } else io.stdout.write(asFormat(format, file, asset, segments));
    return 0;
  } finally {
    await backend.close();
  }
};

function textLine(
  { startMs, speaker, text }: Segment,
  paint: ReturnType<typeof styler>,
  isIt: boolean,
): string {
  const said = isIt ? paint("bold", stripControls(text)) : stripControls(text);
  return `${paint("green", formatTimestamp(startMs))}  ${speaker === null ? "" : `${paint("magenta", stripControls(speaker))}: `}${said}`;
}

function asFormat(
  format: string,
  file: string,
  asset: AssetStatus,
  segments: readonly Segment[],
): string {
  const rows = segments.map((segment) => ({ ...lineRecord(segment) }));
  const { origin, engine, language, durationMs } = asset;
  if (format === "srt") return formatSrt(segments);
  if (format === "vtt") return formatWebvtt(segments);
  if (format === "ndjson") return ndjson(rows);
  if (format === "csv" || format === "tsv")
    return table(["startMs", "endMs", "speaker", "text"], rows, format);
  if (format === "json") return `${JSON.stringify(transcriptRecord(asset, file, segments))}\n`;
  const facts = [
    durationMs === null ? "" : formatTimestamp(durationMs),
    origin === "asr" ? `recognised by ${engine}` : "from captions",
    language === null || language === "und" ? "" : language,
  ];
  return transcriptMarkdown(file, facts.filter(Boolean), segments);
}
