import type { AssetStatus, ReadableCatalog } from "../../backends/catalog.ts";
import type { Condition } from "../../backends/search-index.ts";
import { statedLanguage } from "./filter.ts";
import { assetMatcher } from "../../search/asset-matcher.ts";
import { formatDuration } from "../../text/format.ts";
import { nearestName } from "../../text/spelling.ts";

/** Names that fit on a line. */
const SHOWN = 8;

/**
 * Says which condition no file of the library meets, so that nothing could be found; undefined when
 * each of them is met by some file.
 */
export async function whyNothing(
  catalog: ReadableCatalog,
  conditions: readonly (Condition | undefined)[],
): Promise<string | undefined> {
  const required = conditions.flatMap((condition) => (condition ? requiredOf(condition) : []));
  if (required.length === 0) return undefined;
  const files: AssetStatus[] = [];
  for await (const file of catalog.list())
    if (file.state !== "deleted" && file.fingerprint !== null) files.push(file);
  for (const condition of required)
    if (!files.some(assetMatcher(condition))) return explain(condition, files);
  return undefined;
}

/** The conditions that must hold each for itself. */
function requiredOf(condition: Condition): Condition[] {
  const language = statedLanguage(condition);
  if (language) return [language];
  return "all" in condition ? condition.all.flatMap(requiredOf) : [condition];
}

function explain(condition: Condition, files: readonly AssetStatus[]): string | undefined {
  if ("speaker" in condition) return noSpeaker(condition.speaker, files);
  if ("language" in condition)
    return `no file is in the language ${condition.language}; the library has ${listed(files.flatMap(({ language }) => language ?? []))}`;
  if ("origin" in condition)
    return condition.origin === "asr"
      ? "no file of the library was recognised: all have captions"
      : "no file of the library has captions";
  if ("assets" in condition)
    return `no file of the library is meant by file:${condition.named ?? ""}; mediasearch list shows them`;
  if (!("compare" in condition)) return undefined;
  if (condition.compare === "recordedAtMs")
    return ranged(
      files.map(({ recordedAtMs, mtimeMs }) => recordedAtMs ?? mtimeMs),
      "the recordings of the library are",
      day,
    );
  return ranged(
    files.flatMap(({ durationMs }) => durationMs ?? []),
    "the files of the library last",
    formatDuration,
  );
}

function noSpeaker(wanted: string, files: readonly AssetStatus[]): string {
  const names = files.flatMap(({ speakers }) => speakers);
  const near = nearestName(wanted, names);
  const instead = near === undefined ? `speakers are ${listed(names)}` : `there is ${near}`;
  return names.length === 0
    ? "nobody is named in the library"
    : `nobody is called ${wanted}; ${instead}`;
}

/** Each once, the most frequent first. */
function listed(all: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  const names = [...counts.keys()].toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function ranged(
  values: readonly number[],
  what: string,
  format: (value: number) => string,
): string | undefined {
  if (values.length === 0) return undefined;
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return least === most
    ? `${what} ${format(least)}`
    : `${what} from ${format(least)} to ${format(most)}`;
}

/** By the clock of this machine, as dates of conditions are. */
function day(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
