import { locationUrl } from "../location.ts";
import { formatTimestamp } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { SearchResult } from "./search-result.ts";

/**
 * Extended M3U in UTF-8; VLC plays each entry from and to the hit's times, other players the whole
 * file. Files are file: addresses: in a bare path `#` and `%41` would be signs of an address.
 */
export function formatM3u(results: readonly SearchResult[], padMs: number): string {
  const entries = results.map(({ path, url, file, startMs, endMs, speaker, text }) => {
    const from = Math.max(0, startMs - padMs);
    const to = endMs + padMs;
    const title = stripControls(
      `${file} ${formatTimestamp(startMs)} ${speaker === null ? "" : `${speaker}: `}${text}`,
    );
    return [
      `#EXTINF:${Math.ceil((to - from) / 1000)},${title}`,
      `#EXTVLCOPT:start-time=${(from / 1000).toFixed(3)}`,
      `#EXTVLCOPT:stop-time=${(to / 1000).toFixed(3)}`,
      stripControls(url?.replace(/#t=\d+$/, "") ?? locationUrl(path)),
      "",
    ].join("\n");
  });
  return `#EXTM3U\n${entries.join("")}`;
}

/** Formats a list of whole files, one after the other. */
export const formatM3uFiles = (
  files: readonly {
    readonly path: string;
    readonly title: string;
    readonly durationMs: number | null;
  }[],
): string =>
  `#EXTM3U\n${files.map(({ path, title, durationMs }) => `#EXTINF:${durationMs === null ? -1 : Math.ceil(durationMs / 1000)},${stripControls(title)}\n${stripControls(locationUrl(path))}\n`).join("")}`;
