import { MediasearchError } from "../../errors.ts";
import { FRAME_RATES, type FrameRate } from "../../results/timecode.ts";
import { type FlagsOf, hasFlag, integerFlag } from "../../cli/flags.ts";
import { chosenFormat, mustBeNames, tableOptions } from "../../cli/output-format.ts";
import type { SEARCH_SPEC } from "../../cli/specs/searching.ts";

/** How results are shown and what is done with them, from the command line. */
export interface SearchOptions {
  readonly limit: number;
  readonly offset: number;
  /** How many lines are shown before and after each hit. */
  readonly context: number;
  /** How many moments elsewhere are shown with each hit. */
  readonly related: number;
  readonly isGrouped: boolean;
  /** Hits of one moment are listed one by one. */
  readonly allHits: boolean;
  readonly explain: boolean;
  readonly minScore: number | undefined;
  /** Addresses that open files of object stores. */
  readonly links: boolean;
  readonly format: string;
  /** Cells of a table as they are, though a spreadsheet may run them. */
  readonly isRaw: boolean;
  /** Only the names of the files, each followed by this; undefined for the hits themselves. */
  readonly fileEnd: "\n" | "\0" | undefined;
  /** Only how many hits there are. */
  readonly isCounted: boolean;
  readonly rate: FrameRate | undefined;
  /** undefined: half a second for clips, nothing for lists. */
  readonly padMs: number | undefined;
  /** Clips cut to the frame, by encoding anew. */
  readonly isExact: boolean;
  readonly titles: boolean;
  /** Whether an existing clip is replaced. */
  readonly force: boolean;
  readonly action: Action | undefined;
}

export type Action =
  | { readonly verb: "play"; readonly number: number }
  | { readonly verb: "clip"; readonly number: number; readonly to: string }
  | { readonly verb: "supercut" | "clips"; readonly number?: undefined; readonly to: string };

const MAX_HITS = 1000;
const MAX_RELATED = 20;
const MAX_OFFSET = 1_000_000;
/** Names of files are short: as many hits as this are read to name all files. */
const MAX_NAMED_HITS = 100_000;
const DEFAULT_HITS = 10;

/** @throws USAGE naming the flag and what it may be. */
export function searchOptions(flags: FlagsOf<typeof SEARCH_SPEC>): SearchOptions {
  const fps = flags.fps;
  const pad = flags.pad;
  mustBeNames(flags);
  mustHaveUse(flags);
  return {
    limit: integerFlag(flags, "limit", 1, MAX_HITS) ?? defaultLimit(flags),
    offset: integerFlag(flags, "offset", 0, MAX_OFFSET) ?? 0,
    context: integerFlag(flags, "context", 0, 100) ?? 0,
    related: integerFlag(flags, "related", 1, MAX_RELATED) ?? 0,
    isGrouped: hasFlag(flags, "group"),
    allHits: hasFlag(flags, "allHits"),
    explain: hasFlag(flags, "explain"),
    minScore: minScoreOf(flags),
    links: hasFlag(flags, "links"),
    format: chosenFormat(flags),
    ...tableOptions(flags, chosenFormat(flags)),
    fileEnd: fileEndOf(flags),
    isCounted: hasFlag(flags, "count"),
    rate: fps === undefined ? undefined : FRAME_RATES.find(({ name }) => name === fps),
    padMs: pad === undefined ? undefined : padding(pad),
    isExact: hasFlag(flags, "exact"),
    titles: hasFlag(flags, "titles"),
    force: hasFlag(flags, "force"),
    action: actionOf(flags),
  };
}

/**
 * All files that match are named; what is only near in meaning has no end, so that the files of the
 * best hits are named there.
 */
const defaultLimit = (flags: FlagsOf<typeof SEARCH_SPEC>): number =>
  fileEndOf(flags) !== undefined && flags.mode === "keyword" ? MAX_NAMED_HITS : DEFAULT_HITS;

function minScoreOf({ minScore }: FlagsOf<typeof SEARCH_SPEC>): number | undefined {
  const score = minScore === undefined || minScore.trim() === "" ? NaN : Number(minScore);
  if (minScore !== undefined && !Number.isFinite(score))
    throw new MediasearchError("USAGE", `--min-score: must be a number, not "${minScore}"`, {
      subject: "--min-score",
    });
  return minScore === undefined ? undefined : score;
}

function fileEndOf(flags: FlagsOf<typeof SEARCH_SPEC>): SearchOptions["fileEnd"] {
  if (hasFlag(flags, "print0")) return "\0";
  return hasFlag(flags, "files") ? "\n" : undefined;
}

function actionOf(flags: FlagsOf<typeof SEARCH_SPEC>): Action | undefined {
  const play = integerFlag(flags, "play", 1, MAX_HITS);
  const clip = integerFlag(flags, "clip", 1, MAX_HITS);
  const supercut = flags.supercut;
  const to = flags.output;
  const clips = flags.clips;
  if ([play, clip, clips, supercut].filter((one) => one !== undefined).length > 1)
    throw new MediasearchError(
      "USAGE",
      "only one of --play, --clip, --clips and --supercut at a time",
    );
  if (to !== undefined && clip === undefined)
    throw new MediasearchError("USAGE", "--output: goes with --clip", {
      hint: 'mediasearch search "words" --clip 1 -o clip.mp4',
    });
  if (play !== undefined) return { verb: "play", number: play };
  if (clips !== undefined) return { verb: "clips", to: clips };
  if (supercut !== undefined) return { verb: "supercut", to: supercut };
  if (clip === undefined) return undefined;
  if (to === undefined)
    throw new MediasearchError(
      "USAGE",
      "--clip: says which hit; --output says which file it becomes",
      { hint: `mediasearch search "words" --clip ${clip} -o clip.mp4` },
    );
  return { verb: "clip", number: clip, to };
}

const TIMELINES: readonly string[] = ["edl", "otio", "fcpxml"];

/**
 * A flag that would change nothing is a misunderstanding.
 * @throws USAGE naming what it goes with.
 */
function mustHaveUse(flags: FlagsOf<typeof SEARCH_SPEC>): void {
  const isCut = [flags.clip, flags.clips, flags.supercut].some((one) => one !== undefined);
  for (const name of ["exact", "titles", "force"] as const)
    if (hasFlag(flags, name) && !isCut)
      throw new MediasearchError("USAGE", `--${name}: goes with --clip, --clips or --supercut`, {
        subject: `--${name}`,
      });
  if (hasFlag(flags, "count") && (fileEndOf(flags) !== undefined || chosenFormat(flags) !== "text"))
    throw new MediasearchError(
      "USAGE",
      "--count: prints only a number; --json has it as total, beside the hits",
      { subject: "--count" },
    );
  if (flags.fps !== undefined && !TIMELINES.includes(chosenFormat(flags)))
    throw new MediasearchError("USAGE", `--fps: goes with --format ${TIMELINES.join(", ")}`, {
      subject: "--fps",
    });
}

function padding(given: string): number {
  const seconds = Number(given);
  if (given.trim() === "" || !Number.isFinite(seconds) || seconds < 0 || seconds > 600)
    throw new MediasearchError("USAGE", `--pad: must be seconds from 0 to 600, not "${given}"`);
  return Math.round(seconds * 1000);
}
