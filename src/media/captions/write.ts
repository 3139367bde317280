import type { Segment } from "../../types.ts";
import { formatTime, parseTiming } from "./raw-cue.ts";
import { type IsName, namesIn, readsAsItIs, readsAsNamed } from "./speakers.ts";
import { stripControls } from "../../text/strip-controls.ts";

type CaptionLine = Pick<Segment, "startMs" | "endMs" | "text" | "speaker">;

/**
 * Writes WebVTT (https://www.w3.org/TR/webvtt1/) with speakers as voice spans. It reads back
 * unchanged.
 */
export function formatWebvtt(lines: readonly CaptionLine[]): string {
  const segments = lines.map(printable);
  const escape = (text: string): string =>
    escapeReferences(text)
      .replace(/&(?!#38;)/g, "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;");
  const isName = namesIn(unnamed(segments));
  const cues = segments.map(({ startMs, endMs, text, speaker }) => {
    const voice = speaker === null ? guardOf(text, isName) : `<v ${escape(speaker)}>`;
    return `${formatTime(startMs, ".")} --> ${formatTime(endMs, ".")}\n${voice}${escape(text)}\n`;
  });
  return `WEBVTT\n\n${cues.join("\n")}`;
}

/** Makes what looks like a character reference read back as it is, however often it is decoded. */
const escapeReferences = (text: string): string => text.replace(/&(?=#?\w+;)/g, "&#38;");

/** An empty span, so that a reader takes no speaker out of text that looks as if it named one. */
const guardOf = (text: string, isName: IsName): string =>
  readsAsItIs(text, isName) ? "" : "<c></c>";

/**
 * Writes SubRip. It has no field for speakers: they stand before the text as "Name: " where that
 * reads back as a name, else as "[Name]: ". An empty `<b></b>`, which players do not show, stands
 * before text without a speaker that looks like a name, a dash of a dialogue or times. It reads
 * back unchanged, but for square brackets in names, which become round ones, and for names of more
 * than 120 letters.
 */
export function formatSrt(lines: readonly CaptionLine[]): string {
  const segments = lines.map(printable);
  const named = segments.flatMap(({ speaker, text }) =>
    speaker === null ? [] : [`${speaker}: ${text}`],
  );
  const isSpeaker = namesIn(named);
  const isName = namesIn([...named, ...unnamed(segments)]);
  const said = ({ speaker, text }: CaptionLine): string => {
    if (speaker === null)
      return readsAsItIs(text, isName) && parseTiming(text) === null
        ? subrip(text)
        : `<b></b>${subrip(text)}`;
    return readsAsNamed(speaker, text, isSpeaker)
      ? subrip(`${speaker}: ${text}`)
      : `[${subrip(speaker.replaceAll("[", "(").replaceAll("]", ")"))}]: ${subrip(text)}`;
  };
  return segments
    .map(
      (segment, i) =>
        `${i + 1}\n${formatTime(segment.startMs, ",")} --> ${formatTime(segment.endMs, ",")}\n${said(segment)}\n`,
    )
    .join("\n");
}

/** An older library may hold what would break a line or act on a terminal. */
const printable = (line: CaptionLine): CaptionLine => ({
  ...line,
  text: stripControls(line.text),
  speaker: line.speaker === null ? null : stripControls(line.speaker),
});

const unnamed = (segments: readonly CaptionLine[]): string[] =>
  segments.flatMap(({ speaker, text }) => (speaker === null ? [text] : []));

/** Escapes as little as possible, because SubRip has no escapes that every player knows. */
const subrip = (text: string): string =>
  escapeReferences(text)
    .replace(/\\(?=[Nnh])/g, "&#92;")
    .replace(/<(?=\/?\w)/g, "&lt;")
    .replaceAll("{\\", "&#123;\\")
    .replaceAll("-->", "--&gt;");
