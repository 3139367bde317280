import type { Segment } from "../../types.ts";
import { formatTime } from "./raw-cue.ts";

type Line = Pick<Segment, "startMs" | "endMs" | "text" | "speaker">;

/** WebVTT, https://www.w3.org/TR/webvtt1/; speakers as voice spans. Reads back as it was. */
export function formatWebvtt(segments: readonly Line[]): string {
  const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const cues = segments.map(({ startMs, endMs, text, speaker }) =>
    `${formatTime(startMs, ".")} --> ${formatTime(endMs, ".")}\n${speaker === null ? "" : `<v ${escape(speaker)}>`}${escape(text)}\n`);
  return `WEBVTT\n\n${cues.join("\n")}`;
}

/**
 * SubRip. It has no field for speakers; they are written "[Name]: " before the text, which people can read and this program reads back. A text of nobody's that
 * itself begins with such a name reads back as spoken by it.
 */
export function formatSrt(segments: readonly Line[]): string {
  const escape = (text: string): string => text.replace(/&(?=#?\w+;)/g, "&amp;").replace(/<(?=\/?\w)/g, "&lt;").replaceAll("-->", "--&gt;");
  const name = (speaker: string): string => escape(speaker.replaceAll("[", "(").replaceAll("]", ")"));
  return segments.map(({ startMs, endMs, text, speaker }, i) =>
    `${i + 1}\n${formatTime(startMs, ",")} --> ${formatTime(endMs, ",")}\n${speaker === null ? "" : `[${name(speaker)}]: `}${escape(text)}\n`).join("\n");
}
