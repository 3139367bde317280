import type { AssetStatus } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import { hasWordTimes } from "../../backends/word-times.ts";
import { parseFingerprint } from "../../fingerprint.ts";
import { isWithin } from "../../location.ts";
import type { EngineChoice } from "../../pipeline/engines/engine-choice.ts";
import { storedOf } from "../../pipeline/known-transcripts.ts";
import type { TrackChoice } from "../../pipeline/track-choice.ts";
import { lacksSpeakersOnly } from "../../pipeline/words-to-tell-apart.ts";
import { fitOf, type TranscriptOptions } from "../../pipeline/unchanged.ts";
import { parseSelection, suitsSelection } from "../../selection.ts";
import type { RootGroup } from "./root-groups.ts";

/** What a run is about to recognise though it was recognised before. */
export interface RecognisedAgain {
  readonly files: number;
  readonly audioMs: number;
  /** In words, such as "by WHISPER, not by local". */
  readonly why: string;
}

interface PlanOptions extends TranscriptOptions {
  readonly force: boolean;
  readonly engineFor?: EngineChoice | undefined;
  readonly tracksFor?: TrackChoice | undefined;
}

/** Less than this is not worth a word. Milliseconds of audio. */
const TOLD_FROM_MS = 600_000;

/**
 * Counts the recordings below the roots whose recognition does not suit the options, so that nobody
 * loses hours by an option; undefined where that is little. Looks at the library only.
 */
export async function planRecognitionAgain(
  { library, records }: Pick<Backend, "library" | "records">,
  groups: readonly RootGroup[],
  options: PlanOptions,
): Promise<RecognisedAgain | undefined> {
  if (options.captions === "only") return undefined;
  const roots = groups.flatMap((group) => group.roots);
  const archived = new Set(
    (await library.archive.list()).map(({ fingerprint }) => keyOf(fingerprint)),
  );
  const seen = new Set<string>();
  const reasons = new Set<string>();
  let [files, audioMs] = [0, 0];
  for await (const asset of library.catalog.list()) {
    if (!isMeant(asset, roots)) continue;
    const why = await whyAgain(asset, records, options, archived);
    const { content } = parseFingerprint(asset.fingerprint ?? "");
    if (why === undefined || seen.has(content)) continue;
    seen.add(content);
    reasons.add(why);
    files++;
    audioMs += asset.durationMs ?? 0;
  }
  return audioMs < TOLD_FROM_MS ? undefined : { files, audioMs, why: [...reasons].join("; ") };
}

const isMeant = (
  { id, state, origin, fingerprint }: AssetStatus,
  roots: readonly string[],
): boolean =>
  fingerprint !== null &&
  origin === "asr" &&
  state !== "deleted" &&
  roots.some((root) => isWithin(id, root));

/** Content and recogniser: what the archive has of both need not be done again. */
function keyOf(fingerprint: string): string {
  const { version, content, engine, speakers, terms } = parseFingerprint(fingerprint);
  return `${version}|${content}|${engine}|${speakers ?? "off"}|${terms ?? ""}`;
}

async function whyAgain(
  asset: AssetStatus,
  records: Backend["records"],
  { force, engineFor, tracksFor, ...general }: PlanOptions,
  archived: ReadonlySet<string>,
): Promise<string | undefined> {
  if (force) return "because it is asked for";
  const options = { ...general, ...tracksFor?.(asset.id) };
  const engines = engineFor?.(asset.id, options.language) ?? options.engines;
  const stored = await storedOf(asset, records);
  if (fitOf(stored, { ...options, engines }, "") !== "no") return undefined;
  // Only who speaks is told anew, which takes a minute an hour.
  const isTold = lacksSpeakersOnly(stored, { ...options, engines }, "");
  if (isTold && (await hasWordTimes(records, stored.fingerprint))) return undefined;
  if (options.isHeardBetter?.(stored)) return "because a model is here for its language";
  const made = parseFingerprint(stored.fingerprint);
  const suits = suitsSelection(options, parseSelection(made.selection ?? ""), "sound");
  const wanted = String(options.speakers ?? made.speakers ?? "off");
  const termsOf = (engine: string): string | undefined => options.termsFor?.(engine) ?? made.terms;
  const isArchived = (engine: string): boolean =>
    archived.has(`${made.version}|${made.content}|${engine}|${wanted}|${termsOf(engine) ?? ""}`);
  const isKept = suits && engines.some(isArchived);
  if (isKept) return undefined;
  if (!engines.some((engine) => engine === made.engine))
    return `by ${engines.join(" or ")}, not by ${made.engine}`;
  if (!suits) return "because another track or other channels are asked for";
  if (options.language !== undefined)
    return `as ${options.language}, not as ${stored.language ?? "und"}`;
  if (wanted !== (made.speakers ?? "off"))
    return wanted === "off" ? "without speakers" : "to tell apart who speaks";
  if (termsOf(made.engine) !== made.terms) return "with other names and terms";
  return "because this version of mediasearch makes other transcripts";
}
