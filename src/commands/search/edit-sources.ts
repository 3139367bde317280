import { access } from "node:fs/promises";
import type { CommandContext } from "../../cli/command.ts";
import { isRemote, nameOf } from "../../location.ts";
import type { MediaSourceInfo } from "../../media/source.ts";
import type { SearchResult } from "../../results/search-result.ts";
import { pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { styler } from "../../terminal/style.ts";

const SHOWN_FILES = 5;

/**
 * The hits that a player can play. Captions without their recording, and files that are gone, are
 * left out and told once.
 */
export async function playableResults(
  results: readonly SearchResult[],
  context: CommandContext,
): Promise<readonly SearchResult[]> {
  const { possibleCaptionName } = await import("../../media/captions/names.ts");
  const isMedia = async (path: string): Promise<boolean> => {
    if (possibleCaptionName(nameOf(path)) !== null) return false;
    if (isRemote(path)) return true;
    return access(path).then(
      () => true,
      () => false,
    );
  };
  const media = new Set<string>();
  for (const path of new Set(results.map((result) => result.path)))
    if (await isMedia(path)) media.add(path);
  return keepThoseOf(media, results, context);
}

/**
 * The hits that an editing program can use, with what it must know of their files. Others are left
 * out and told once.
 */
export async function editableResults(
  results: readonly SearchResult[],
  context: CommandContext,
): Promise<{
  readonly results: readonly SearchResult[];
  readonly sources: ReadonlyMap<string, MediaSourceInfo>;
}> {
  const { probeSource } = await import("../../media/source.ts");
  const opened = await context.openSources();
  const sources = new Map<string, MediaSourceInfo>();
  for (const path of new Set(results.map((result) => result.path))) {
    const source = await opened
      .of(path)
      .open(path, undefined, context.signal)
      .then(probeSource)
      .catch(() => context.signal.throwIfAborted());
    if (source && (source.video || source.audio)) sources.set(path, source);
  }
  return { results: keepThoseOf(new Set(sources.keys()), results, context), sources };
}

function keepThoseOf(
  media: ReadonlySet<string>,
  results: readonly SearchResult[],
  { io }: CommandContext,
): readonly SearchResult[] {
  const left = results.filter(({ path }) => !media.has(path));
  if (left.length === 0) return results;
  const files = [...new Set(left.map(({ file }) => stripControls(file)))];
  const more = files.length - SHOWN_FILES;
  const names = [...files.slice(0, SHOWN_FILES), ...(more > 0 ? [`${more} more`] : [])];
  io.stderr.write(
    `${styler(io.stderr, io.env)("yellow", "warning:")} ${pluralize(left.length, "hit")} left out, without media that can be read: ${names.join(", ")}\n`,
  );
  return results.filter(({ path }) => media.has(path));
}
