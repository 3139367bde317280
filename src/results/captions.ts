import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import { stripControls } from "../text/strip-controls.ts";
import { groupByFile, type SearchResult } from "./search-result.ts";

/**
 * Captions of the hits at their times in their own file; of several files one after the other, each
 * cue with its file's name.
 */
export function pageCaptions(results: readonly SearchResult[], format: "srt" | "vtt"): string {
  const groups = groupByFile(results);
  const cues = groups.flatMap(({ file, results: hits }) =>
    hits.map((hit) =>
      groups.length > 1 ? { ...hit, text: `${hit.text} [${stripControls(file)}]` } : hit,
    ),
  );
  return format === "srt" ? formatSrt(cues) : formatWebvtt(cues);
}
