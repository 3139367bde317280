import type { SearchResult } from "../../../results/search-result.ts";
import { filterFlags } from "../../../cli/filter-flags.ts";
import { type FlagsOf, hasFlag } from "../../../cli/flags.ts";
import { MediasearchError } from "../../../errors.ts";
import { completeQuery } from "../../../search/query/complete.ts";
import { playerFor } from "../play.ts";
import { createSearchModel } from "./model.ts";
import { stripControls } from "../../../text/strip-controls.ts";
import { errorNote, type SearchState } from "./state.ts";
import type { SearchOptions } from "../options.ts";
import { openSession } from "../../../app/search/session.ts";
import type { CommandContext } from "../../../cli/command.ts";
import type { SEARCH_SPEC } from "../../../cli/specs/searching.ts";

const SHOWN_HITS = 50;
const CONTEXT_LINES = 6;
/** People who know what they want type faster than this. */
const IDLE_MS = 250;

/** As many as a search prints. */
const LEFT_HITS = 10;

/** The screen of its own is gone: what was found last stays to be read. */
async function leaveResults(state: SearchState, context: CommandContext): Promise<void> {
  const { letters, results, mark } = state;
  if (results.length === 0) return;
  const { printResults } = await import("../print.ts");
  context.io.stderr.write(`${stripControls(letters.join(""))}\n`);
  const bare = results.slice(0, LEFT_HITS).map((one) => ({ ...one, before: [], after: [] }));
  printResults(bare, mark, context);
}

const isUsage = (error: unknown): error is MediasearchError =>
  error instanceof MediasearchError && error.code === "USAGE";

/**
 * `mediasearch search` without a query, on a terminal.
 * @throws NO_STORE before anything is drawn.
 */
export async function searchInteractively(
  flags: FlagsOf<typeof SEARCH_SPEC>,
  { padMs = 0, allHits, minScore }: SearchOptions,
  context: CommandContext,
): Promise<number> {
  const { io, config } = context;
  const filters = { ...filterFlags(flags), allHits, minScore };
  const mode = flags.mode ?? "hybrid";
  const session = openSession(context, {
    viewFor: "session",
    fresh: hasFlag(flags, "fresh"),
  });
  const start = async (
    result: SearchResult,
    wanted: string | undefined,
    signal: AbortSignal,
  ): Promise<void> => {
    const { play } = await import("../../../media/player.ts");
    const { catalog } = await session.library();
    const startMs = Math.max(0, result.startMs - padMs);
    const player = await playerFor(result, startMs, wanted, catalog, context);
    await play(player, result.file, { env: io.env, signal, stdio: "ignore" });
  };
  const model = createSearchModel({
    mode,
    idleMs: IDLE_MS,
    async find(query, chosenMode) {
      const request = { ...filters, mode: chosenMode, limit: SHOWN_HITS, context: CONTEXT_LINES };
      try {
        const { page, mark } = await session.search({ ...request, query });
        return { ...page, mark };
      } catch (error) {
        const complete = completeQuery(query);
        if (!isUsage(error) || complete === "" || complete === query) throw error;
        const { page, mark } = await session.search({ ...request, query: complete });
        return { ...page, mark, missing: errorNote(error).text };
      }
    },
    play: (result, signal) => start(result, config.settings.player, signal),
    open: (result) => start(result, "open", io.signal),
    // OSC 52, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: the terminal's own
    // clipboard, over ssh too.
    copy: (copied) =>
      void io.stdout.write(`\u001b]52;c;${Buffer.from(copied).toString("base64")}\u0007`),
    // When the model can't be loaded, the search that needs it reports the error.
    onFirstLetter: () => {
      if (mode !== "keyword") session.warm().catch(() => {});
    },
  });
  try {
    await session.view();
    const { showSearch } = await import("./screen.ts");
    await showSearch(model, io);
    await leaveResults(model.state(), context);
  } finally {
    model.close();
    await session.close();
  }
  // A search that a signal ended was not left by its user.
  io.signal.throwIfAborted();
  return 0;
}
