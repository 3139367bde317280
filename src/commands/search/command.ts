import type { Backend } from "../../backends/backend.ts";
import type { SearchView } from "../../backends/search-access.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import type { OpenEmbedder } from "../../search/hybrid.ts";
import { countUnstated } from "../../app/search/filter.ts";
import { addParts } from "../../app/search/recording-parts.ts";
import { addTimecodes } from "../../app/search/source-timecodes.ts";
import { openView } from "../../app/search/read-view.ts";
import type { SearchRequest } from "../../app/requests.ts";
import { searchLibrary, type SearchResponse } from "../../app/search/search.ts";
import type { Command, CommandContext } from "../../cli/command.ts";
import { filterFlags } from "../../cli/filter-flags.ts";
import { type FlagsOf, hasFlag } from "../../cli/flags.ts";
import type { SEARCH_SPEC } from "../../cli/specs/searching.ts";
import { MediasearchError } from "../../errors.ts";
import type { ResultPage } from "../../results/search-result.ts";
import { fileMatcher } from "../../text/file-filter.ts";
import { pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { WordTime } from "../../types.ts";
import { type Action, searchOptions, type SearchOptions } from "./options.ts";
import { printPage } from "./print.ts";

export const run: Command<typeof SEARCH_SPEC> = async (words, flags, context) => {
  const query = words.join(" ").trim();
  const options = searchOptions(flags);
  const like = likeOf(flags, query);
  if (query === "" && !like && isInteractive(options, context)) {
    const { searchInteractively } = await import("./interactive/command.ts");
    return searchInteractively(flags, options, context);
  }
  if (query === "" && !like)
    throw new MediasearchError("USAGE", "nothing to search for", {
      hint: 'mediasearch search "the budget for next year"',
    });
  const request = searchRequest(query, flags, options);
  const backend = await context.openBackend(false);
  let view: SearchView | undefined;
  try {
    const only =
      request.file === undefined ? undefined : await fileMatcher(request.file, context.cwd);
    view = await openView(backend, { fresh: hasFlag(flags, "fresh"), only }, context.tell);
    const { library, queryVectors } = view;
    const openEmbedder: OpenEmbedder = (stored) => context.openQueryEmbedder(queryVectors, stored);
    const { page, mark, matchesAnyFile } = like
      ? await searchLike(library, like, request, context)
      : await searchLibrary({ library, openEmbedder, cwd: context.cwd }, request);
    if (!matchesAnyFile)
      context.io.stderr.write(
        `no file of the library is meant by --file ${stripControls(request.file ?? "")}; mediasearch list shows them\n`,
      );
    if (request.lang !== undefined) await tellUnstated(library.catalog, request.lang, context);
    if (options.action !== undefined)
      return await act(
        options.action,
        { ...page, catalog: backend.library.catalog, wordsOf: (path) => wordsOf(path, backend) },
        options,
        context,
      );
    const related = await withRelated(page, library, options, context);
    const shown = await completePage(related, options, backend, context);
    await printPage(shown, options, mark, context);
    if (options.format === "text" && options.fileEnd === undefined)
      await tellUnfinished(library.catalog, context);
    return 0;
  } finally {
    await view?.close?.();
    await backend.close();
  }
};

/** @throws USAGE when both words and a moment are given. */
function likeOf({ like }: FlagsOf<typeof SEARCH_SPEC>, query: string): string | undefined {
  if (like !== undefined && query !== "")
    throw new MediasearchError("USAGE", "--like: goes without words; conditions are flags", {
      subject: "--like",
      hint: 'mediasearch search --like "talk.mp3@12:30" --speaker ann',
    });
  return like;
}

async function searchLike(
  library: ReadableLibrary,
  moment: string,
  request: SearchRequest,
  { cwd }: CommandContext,
): Promise<SearchResponse> {
  const like = await import("../../app/search/like.ts");
  return like.searchLike(library, like.parseMoment("--like", moment), request, cwd);
}

async function tellUnstated(
  catalog: ReadableCatalog,
  language: string,
  { io }: CommandContext,
): Promise<void> {
  const files = await countUnstated(catalog);
  if (files > 0)
    io.stderr.write(
      `--lang ${stripControls(language)}: with ${pluralize(files, "file")} whose language nobody stated\n`,
    );
}

/** What is not indexed yet can't be found: one line says so. */
async function tellUnfinished(
  catalog: ReadableCatalog,
  { io, hint }: CommandContext,
): Promise<void> {
  const files = await catalog.countRegistered();
  if (files > 0)
    io.stderr.write(
      `${pluralize(files, "file is", "files are")} not indexed yet; ${hint("next: mediasearch index")}\n`,
    );
}

function searchRequest(
  query: string,
  flags: FlagsOf<typeof SEARCH_SPEC>,
  options: SearchOptions,
): SearchRequest {
  const { limit, offset, context, explain, allHits, minScore, action } = options;
  const shown = { context, explain, allHits, minScore };
  const request = { ...filterFlags(flags), query, mode: flags.mode, ...shown };
  if (action?.number === undefined) return { ...request, limit, offset };
  // An action names a hit by its rank, which may be on this page or not.
  return { ...request, limit: Math.max(limit + offset, action.number), offset: 0 };
}

async function withRelated(
  page: ResultPage,
  library: ReadableLibrary,
  { related: most, fileEnd, isCounted }: SearchOptions,
  { cwd }: CommandContext,
): Promise<ResultPage> {
  if (most === 0 || fileEnd !== undefined || isCounted) return page;
  const { addRelated } = await import("../../app/search/related.ts");
  return { ...page, results: await addRelated(library, page.results, { most, cwd }) };
}

/** Formats that tell time codes. Editing formats read them out of the files themselves. */
const WITH_TIMECODES = ["text", "json", "ndjson", "csv", "tsv"];

async function completePage(
  page: ResultPage,
  { links, format, fileEnd, isCounted }: SearchOptions,
  { library, records }: Backend,
  context: CommandContext,
): Promise<ResultPage> {
  const linked = links ? await pageWithUrls(page, context) : page;
  if (!WITH_TIMECODES.includes(format) || fileEnd !== undefined || isCounted) return linked;
  const results = await addTimecodes(linked.results, library.catalog, records);
  return { ...linked, results: await addParts(results, library.catalog, records) };
}

/** Addresses are signed by the object store's client, which only this option needs. */
async function pageWithUrls(page: ResultPage, context: CommandContext): Promise<ResultPage> {
  const { addUrls } = await import("../../app/search/links.ts");
  return { ...page, results: await addUrls(page.results, context) };
}

/** Somebody sits at a terminal and did not ask for anything that needs a query. */
const isInteractive = (
  { action, format, fileEnd }: SearchOptions,
  { io }: CommandContext,
): boolean =>
  io.stdin?.isTTY === true &&
  io.stdout.isTTY === true &&
  io.env["TERM"] !== "dumb" &&
  action === undefined &&
  format === "text" &&
  fileEnd === undefined;

/** Clips alone need the times of words. */
async function wordsOf(path: string, { library, records }: Backend): Promise<readonly WordTime[]> {
  const { readWords } = await import("../../app/transcript.ts");
  return readWords(library, records, path);
}

async function act(
  action: Action,
  page: ResultPage & {
    readonly catalog: ReadableCatalog;
    readonly wordsOf: (path: string) => Promise<readonly WordTime[]>;
  },
  options: SearchOptions,
  context: CommandContext,
): Promise<number> {
  if (action.verb === "play") {
    const { requireResult, playMoment } = await import("./play.ts");
    return playMoment(
      requireResult(page.results, action.number, page.momentTotal),
      options.padMs ?? 0,
      page.catalog,
      context,
    );
  }
  if (action.verb === "clips") {
    const { cutIntoFolder } = await import("./clips-folder.ts");
    return cutIntoFolder(page, action.to, options, context);
  }
  const { clipMoment, supercut } = await import("./clip.ts");
  if (action.verb === "clip") return clipMoment(page, action.number, action.to, options, context);
  return supercut(page, action.to, options, context);
}
