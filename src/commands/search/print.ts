import { formatJson, pluralize, formatNumber } from "../../text/format.ts";
import { columnsOf, styler } from "../../terminal/style.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { linker } from "../../results/links.ts";
import { pageMarkdown } from "../../results/markdown.ts";
import type { ResultPage, SearchResult } from "../../results/search-result.ts";
import { pageNdjson, pageRecord, pageTable } from "../../results/records.ts";
import { pageText, type Screen } from "../../results/screen.ts";
import type { SearchOptions } from "./options.ts";
import type { CommandContext } from "../../cli/command.ts";

type PageMarker = Screen["mark"];

/**
 * Prints one page of results in the format that was asked for. The number of hits goes to stderr.
 */
export async function printPage(
  page: ResultPage,
  options: SearchOptions,
  markMatches: PageMarker,
  context: CommandContext,
): Promise<void> {
  const { io } = context;
  const { format, isGrouped, isRaw, fileEnd, isCounted } = options;
  if (isCounted) {
    io.stdout.write(`${page.total}\n`);
    return;
  }
  if (fileEnd !== undefined) {
    // Programs get names as they are; a terminal would take what is in them for commands.
    const shown = fileEnd === "\n" && io.stdout.isTTY === true ? stripControls : String;
    io.stdout.write(
      [...new Set(page.results.map(({ file }) => file))]
        .map((file) => `${shown(file)}${fileEnd}`)
        .join(""),
    );
    if (page.offset + page.results.length < page.momentTotal)
      io.stderr.write(`only files of ${footerOf(page)}\n`);
    return;
  }
  if (format === "json") io.stdout.write(`${formatJson(pageRecord(page, isGrouped))}\n`);
  else if (format === "ndjson") io.stdout.write(pageNdjson(page));
  else if (format === "csv" || format === "tsv")
    io.stdout.write(pageTable(page, { format, isRaw }));
  else if (format === "md") io.stdout.write(pageMarkdown(page, markMatches, isGrouped));
  else if (format === "text") printHits(page, isGrouped, markMatches, context);
  else io.stdout.write(await edit(page, options, context));
}

/** Prints hits for people to read. */
export function printResults(
  results: readonly SearchResult[],
  markMatches: PageMarker,
  { io, config }: CommandContext,
  isGrouped = false,
): void {
  const { links, linkFormat } = config.settings;
  const linkTo = linker(io.stdout, io.env, { mode: links, template: linkFormat });
  const screen = {
    paint: styler(io.stdout, io.env),
    link: linkTo,
    columns: columnsOf(io.stdout, 100),
    mark: markMatches,
  };
  io.stdout.write(pageText(results, screen, isGrouped));
}

function printHits(
  page: ResultPage,
  isGrouped: boolean,
  markMatches: PageMarker,
  context: CommandContext,
): void {
  const { io } = context;
  const { results, momentTotal, didYouMean, note } = page;
  if (didYouMean !== null) {
    const paint = styler(io.stderr, io.env);
    io.stderr.write(`${paint("cyan", "did you mean:")} ${stripControls(didYouMean)}\n`);
  }
  if (note !== null) io.stderr.write(`${stripControls(note)}\n`);
  if (results.length === 0) {
    io.stderr.write(
      momentTotal > 0 ? `nothing past hit ${formatNumber(momentTotal)}\n` : "nothing found\n",
    );
    return;
  }
  printResults(results, markMatches, context, isGrouped);
  const footer = footerOf(page);
  if (footer !== "") io.stderr.write(`${footer}\n`);
}

/**
 * Which of all hits these are, when there are others. What is ranked by meaning has no end: its
 * total is no count.
 */
function footerOf({ results, total, momentTotal, totalIs, offset }: ResultPage): string {
  const [lastNumber, isRanked] = [offset + results.length, totalIs === "ranked"];
  if (offset === 0 && lastNumber >= momentTotal) return "";
  const first = isRanked ? `the best ${formatNumber(lastNumber)}` : pluralize(lastNumber, "hit");
  const later =
    results.length === 1
      ? `hit ${formatNumber(lastNumber)}`
      : `hits ${formatNumber(offset + 1)} to ${formatNumber(lastNumber)}`;
  const all =
    momentTotal === total
      ? `${formatNumber(total)}${isRanked ? " ranked" : ""}`
      : `${formatNumber(momentTotal)} moments (${pluralize(total, "hit")} ranked)`;
  return `${offset === 0 ? first : later} of ${all}${lastNumber < momentTotal ? `; --offset ${lastNumber} shows the next` : ""}`;
}

/** Prints the formats of players and editing programs. */
async function edit(
  { query, results }: ResultPage,
  { format, rate, padMs = 0, isGrouped }: SearchOptions,
  context: CommandContext,
): Promise<string> {
  if (format === "srt" || format === "vtt")
    return (await import("../../results/captions.ts")).pageCaptions(results, format);
  const { groupByFile } = await import("../../results/search-result.ts");
  const ordered = isGrouped ? groupByFile(results).flatMap((group) => group.results) : results;
  const { editableResults, playableResults } = await import("./edit-sources.ts");
  if (format === "m3u")
    return (await import("../../results/m3u.ts")).formatM3u(
      await playableResults(ordered, context),
      padMs,
    );
  const { makeTimeline } = await import("../../results/timeline.ts");
  const usable = await editableResults(ordered, context);
  const timeline = makeTimeline(usable.results, usable.sources, { name: query, rate, padMs });
  if (format === "edl") return (await import("../../results/edl.ts")).formatEdl(timeline);
  if (format === "otio") return (await import("../../results/otio.ts")).formatOtio(timeline);
  return (await import("../../results/fcpxml.ts")).formatFcpxml(timeline);
}
