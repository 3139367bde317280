import { formatSrt, formatWebvtt } from "../media/captions/write.ts";
import { stripControls } from "../text/strip-controls.ts";
import { groupByFile, type SearchResult } from "./moment.ts";

/** Captions of the hits at their times in their own file; of several files one after the other, each cue with its file's name. */
export function pageCaptions(moments: readonly SearchResult[], format: "srt" | "vtt"): string {
  const groups = groupByFile(moments);
  const cues = groups.flatMap(({ file, moments: hits }) =>
    hits.map((hit) =>
      groups.length > 1 ? { ...hit, text: `${hit.text} [${stripControls(file)}]` } : hit,
    ),
  );
  return format === "srt" ? formatSrt(cues) : formatWebvtt(cues);
}
