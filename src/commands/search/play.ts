import { access } from "node:fs/promises";
import type { ReadableCatalog } from "../../backends/catalog.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import type { Player } from "../../media/player.ts";
import { formatTimestamp, pluralize } from "../../text/format.ts";
import { styler } from "../../terminal/style.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { isRemote, nameOf } from "../../location.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { heardTrack } from "../../app/assets.ts";
import { openUrl } from "../../app/search/links.ts";
import type { CommandContext } from "../../cli/command.ts";

/** Opens the player at a moment and waits for its end. */
export async function playMoment(
  result: SearchResult,
  padMs: number,
  catalog: ReadableCatalog,
  context: CommandContext,
): Promise<number> {
  const { io, config } = context;
  const { play } = await import("../../media/player.ts");
  const startMs = Math.max(0, result.startMs - padMs);
  const player = await playerFor(result, startMs, config.settings.player, catalog, context);
  const where = player.seeks
    ? `at ${formatTimestamp(startMs)}`
    : `from its start; the moment is at ${formatTimestamp(startMs)}`;
  io.stderr.write(
    `${styler(io.stderr, io.env)("cyan", stripControls(result.file))}  ${where}, with ${player.name}\n`,
  );
  await play(player, result.file, { env: io.env, signal: io.signal, stdio: "inherit" });
  return 0;
}

/**
 * The player for a hit, where it is: a file, or an address that opens an object for a while.
 * @throws NOT_FOUND, UNREADABLE_MEDIA, MISSING_TOOL
 */
export async function playerFor(
  result: SearchResult,
  startMs: number,
  wanted: string | undefined,
  catalog: ReadableCatalog,
  context: CommandContext,
): Promise<Player> {
  const isElsewhere = isRemote(result.path);
  if (!isElsewhere) await mustBeMedia(result);
  const { choosePlayer } = await import("../../media/player.ts");
  return choosePlayer(isElsewhere ? await openUrl(result.path, context) : result.path, startMs, {
    wanted,
    env: context.io.env,
    platform: process.platform,
    audioTrack: await heardTrack(result.path, catalog),
  });
}

/** @throws NOT_FOUND, UNREADABLE_MEDIA when there is nothing to play or cut. */
export async function mustBeMedia({ path, file }: SearchResult): Promise<void> {
  const { possibleCaptionName } = await import("../../media/captions/names.ts");
  if (possibleCaptionName(nameOf(path)) !== null)
    throw new MediasearchError(
      "UNREADABLE_MEDIA",
      `${file}: captions without their recording: nothing to play`,
      { subject: file },
    );
  // Whether an object is still there shows when it is fetched.
  if (isRemote(path)) return;
  await access(path).catch((error: unknown) => {
    throw toMediasearchError(error, file);
  });
}

/** The hit of that number. @throws NOT_FOUND */
export function requireResult(
  results: readonly SearchResult[],
  number: number,
  momentTotal: number,
): SearchResult {
  const chosen = results.find((result) => result.number === number);
  if (!chosen)
    throw new MediasearchError(
      "NOT_FOUND",
      `no hit ${number}: there ${momentTotal === 1 ? "is" : "are"} ${pluralize(momentTotal, "hit")}`,
      { hint: "the same search without --play or --clip lists them" },
    );
  return chosen;
}
