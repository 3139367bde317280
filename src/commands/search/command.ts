import type { SearchView, Store } from "../../backends/backend.ts";
import { MediasearchError } from "../../errors.ts";
import { stripControls } from "../../text/strip-controls.ts";
import type { ResultPage } from "../../results/moment.ts";
import { fileMatcher } from "../../text/file-filter.ts";
import type { Command, CommandContext } from "../../cli/command.ts";
import type { SEARCH } from "../../cli/specs/searching.ts";
import { find } from "../../app/search/search.ts";
import { type Action, searchOptions, type SearchOptions } from "./options.ts";
import { printPage } from "./print.ts";
import { openView } from "../../app/search/read-view.ts";

export const run: Command<typeof SEARCH> = async (words, flags, context) => {
  const query = words.join(" ").trim();
  const options = searchOptions(flags);
  if (query === "" && isInteractive(options, context)) {
    const { searchInteractively } = await import("./interactive/command.ts");
    return searchInteractively(flags, options, context);
  }
  if (query === "")
    throw new MediasearchError("USAGE", "nothing to search for", {
      hint: 'mediasearch search "the budget for next year"',
    });
  const backend = await context.openBackend(false);
  const pattern = flags.file;
  let view: SearchView | undefined;
  try {
    view = await openView(
      backend,
      pattern === undefined ? undefined : await fileMatcher(pattern, context.io.cwd),
      flags,
      context,
    );
    const { store, queryVectors } = view;
    // A hit is asked for by its place in the ranking, be it on this page or not.
    const { limit, offset } =
      options.action?.number === undefined
        ? options
        : { limit: Math.max(options.limit + options.offset, options.action.number), offset: 0 };
    const { page, mark, isAnyFileMeant } = await find(
      {
        store,
        openEmbedder: () => context.openQueryEmbedder({ queryVectors }),
        cwd: context.io.cwd,
      },
      { ...options, query, limit, offset },
      flags,
    );
    if (!isAnyFileMeant)
      context.io.stderr.write(
        `no file of the library is meant by --file ${stripControls(pattern ?? "")}; mediasearch list shows them\n`,
      );
    if (options.action !== undefined)
      return await act(options.action, { ...page, store: backend.store }, options, context);
    const shown = options.links
      ? {
          ...page,
          moments: await (
            await import("../../app/search/links.ts")
          ).withLinks(page.moments, context),
        }
      : page;
    await printPage(shown, options, mark, context);
    return 0;
  } finally {
    await view?.close?.();
    await backend.close();
  }
};

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

async function act(
  action: Action,
  page: ResultPage & { readonly store: Store },
  options: SearchOptions,
  context: CommandContext,
): Promise<number> {
  if (action.verb === "play") {
    const { momentOf, playMoment } = await import("./play.ts");
    return playMoment(
      momentOf(page.moments, action.number, page.total),
      options.padMs ?? 0,
      context,
    );
  }
  const { clipMoment, supercut } = await import("./clip.ts");
  if (action.verb === "clip") return clipMoment(page, action.number, action.to, options, context);
  return supercut(page, action.to, options, context);
}
