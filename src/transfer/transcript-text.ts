import { MediasearchError } from "../errors.ts";
import { formatTimestamp } from "../text/format.ts";
import type { Segment } from "../types.ts";

type Line = Pick<Segment, "startMs" | "endMs" | "text" | "speaker">;

const TIME = String.raw`(\d+):([0-5]\d):([0-5]\d)\.(\d{3})`;
const oneLine = (text: string): string => text.replace(/[\t\r\n]+/g, " ");

/**
 * Writes a heading and then one line for each segment: start and end, speaker (empty when unknown)
 * and text, separated by tabs.
 */
export function formatText(file: string, segments: readonly Line[]): string {
  const lines = segments.map(
    ({ startMs, endMs, speaker, text }) =>
      `${formatTimestamp(startMs, true)}-${formatTimestamp(endMs, true)}\t${oneLine(speaker ?? "")}\t${oneLine(text)}\n`,
  );
  return `# ${oneLine(file)}\n${lines.join("")}`;
}

const TEXT_LINE = new RegExp(`^${TIME}-${TIME}\\t([^\\t]*)\\t(.+)$`);

export const parseText = (source: string): Line[] =>
  parseLines(
    source,
    TEXT_LINE,
    (text) => text,
    (line) => line.trim() === "" || line.startsWith("#"),
  );

/**
 * Writes a heading and one list item for each segment: the times as code, the speaker in bold, the
 * text.
 */
export function formatMarkdown(file: string, segments: readonly Line[]): string {
  const items = segments.map(
    ({ startMs, endMs, speaker, text }) =>
      `- \`${formatTimestamp(startMs, true)}-${formatTimestamp(endMs, true)}\` ${speaker === null ? "" : `**${escape(oneLine(speaker))}:** `}${escape(oneLine(text))}\n`,
  );
  return `# ${escape(oneLine(file))}\n\n${items.join("")}`;
}

const MARKDOWN_LINE = new RegExp(
  `^- \`${TIME}-${TIME}\` (?:\\*\\*((?:[^*\\\\]|\\\\.)+):\\*\\* )?(.+)$`,
);

export const parseMarkdown = (source: string): Line[] =>
  parseLines(
    source,
    MARKDOWN_LINE,
    (text) => text.replace(/\\(.)/g, "$1"),
    (line) => !line.startsWith("- "),
  );

/**
 * CommonMark's punctuation that means something inside a line
 * (https://spec.commonmark.org/0.31.2/#backslash-escapes).
 */
const escape = (text: string): string => text.replace(/[\\`*_[\]<>&~|]/g, "\\$&");

function parseLines(
  source: string,
  form: RegExp,
  plain: (text: string) => string,
  isOther: (line: string) => boolean,
): Line[] {
  const lines: Line[] = [];
  source
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .forEach((line, at) => {
      if (isOther(line)) return;
      const found = form.exec(line);
      if (!found)
        throw new MediasearchError(
          "UNREADABLE_MEDIA",
          `line ${at + 1} is not of a transcript that mediasearch wrote`,
          { hint: "mediasearch export FILE shows the form" },
        );
      const time = (from: number): number =>
        found
          .slice(from, from + 4)
          .map(Number)
          .reduce((sum, part, i) => sum * ([1, 60, 60, 1000][i] ?? 1) + part, 0);
      const speaker = plain(found[9] ?? "").trim();
      lines.push({
        startMs: time(1),
        endMs: time(5),
        speaker: speaker === "" ? null : speaker,
        text: plain(found[10] ?? ""),
      });
    });
  return lines;
}
