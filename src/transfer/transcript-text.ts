import { MediasearchError } from "../errors.ts";
import { formatTimestamp } from "../text/format.ts";
import type { Segment } from "../types.ts";
import { stripControls } from "../text/strip-controls.ts";

type TranscriptLine = Pick<Segment, "startMs" | "endMs" | "text" | "speaker">;

const TIMESTAMP = String.raw`(\d+):([0-5]\d):([0-5]\d)\.(\d{3})`;
const withoutBreaks = (text: string): string => stripControls(text.replace(/[\t\r\n]+/g, " "));

/**
 * Writes a heading and then one line for each segment: start and end, speaker (empty when unknown)
 * and text, separated by tabs.
 */
export function formatPlainTranscript(file: string, segments: readonly TranscriptLine[]): string {
  const lines = segments.map(
    ({ startMs, endMs, speaker, text }) =>
      `${formatTimestamp(startMs, true)}-${formatTimestamp(endMs, true)}\t${withoutBreaks(speaker ?? "")}\t${withoutBreaks(text)}\n`,
  );
  return `# ${withoutBreaks(file)}\n${lines.join("")}`;
}

const TEXT_LINE = new RegExp(`^${TIMESTAMP}-${TIMESTAMP}\\t([^\\t]*)\\t(.+)$`);

export const parseText = (source: string): TranscriptLine[] =>
  parseTextLines(
    source,
    TEXT_LINE,
    (text) => text,
    (line) => line.trim() === "" || line.startsWith("#"),
  );

/**
 * Writes a heading and one list item for each segment: the times as code, the speaker in bold, the
 * text.
 */
export function formatMarkdown(file: string, segments: readonly TranscriptLine[]): string {
  const items = segments.map(
    ({ startMs, endMs, speaker, text }) =>
      `- \`${formatTimestamp(startMs, true)}-${formatTimestamp(endMs, true)}\` ${speaker === null ? "" : `**${escapeTranscriptText(withoutBreaks(speaker))}:** `}${escapeTranscriptText(withoutBreaks(text))}\n`,
  );
  return `# ${escapeTranscriptText(withoutBreaks(file))}\n\n${items.join("")}`;
}

const MARKDOWN_LINE = new RegExp(
  `^- \`${TIMESTAMP}-${TIMESTAMP}\` (?:\\*\\*((?:[^*\\\\]|\\\\.)+):\\*\\* )?(.+)$`,
);

export const parseMarkdown = (source: string): TranscriptLine[] =>
  parseTextLines(
    source,
    MARKDOWN_LINE,
    (text) => text.replace(/\\(.)/g, "$1"),
    (line) => !line.startsWith("- "),
  );

/**
 * CommonMark's punctuation that means something inside a line
 * (https://spec.commonmark.org/0.31.2/#backslash-escapes).
 */
const escapeTranscriptText = (text: string): string => text.replace(/[\\`*_[\]<>&~|]/g, "\\$&");

function parseTextLines(
  source: string,
  form: RegExp,
  plain: (text: string) => string,
  isOther: (line: string) => boolean,
): TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  source
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .forEach((line, at) => {
      if (isOther(line)) return;
      const match = form.exec(line);
      if (!match)
        throw new MediasearchError(
          "UNREADABLE_MEDIA",
          `line ${at + 1} is not of a transcript that mediasearch wrote`,
          { hint: "mediasearch export FILE shows the form" },
        );
      const time = (from: number): number =>
        match
          .slice(from, from + 4)
          .map(Number)
          .reduce((sum, part, i) => sum * ([1, 60, 60, 1000][i] ?? 1) + part, 0);
      const speaker = plain(match[9] ?? "").trim();
      lines.push({
        startMs: time(1),
        endMs: time(5),
        speaker: speaker === "" ? null : speaker,
        text: plain(match[10] ?? ""),
      });
    });
  return lines;
}
