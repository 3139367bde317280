import { decodeHTMLStrict } from "entities";
import type { RawLine } from "./raw-cue.ts";

/**
 * Decodes the character references of HTML. Those that were escaped twice (`&amp;quot;`) are meant
 * to be what they end as; whoever means `&quot;` itself can write `&#38;quot;`.
 */
export const decodeEntities = (text: string): string =>
  text.includes("&")
    ? decodeHTMLStrict(text.replace(/&(?:amp;)+(?=#?\w{1,31};)/g, "&"))
        .replace(/[\u200e\u200f\ufffd]/g, "")
        .replaceAll("\0", "")
    : text;

/**
 * SubRip has these tags only; other angle brackets are text. WebVTT removes every tag, known or
 * not.
 */
const SUBRIP_TAGS = new Set([
  "i",
  "b",
  "u",
  "s",
  "font",
  "span",
  "br",
  "p",
  "em",
  "strong",
  "c",
  "v",
]);
const isWebvttTag = (name: string, body: string): boolean =>
  name !== "" || body === "" || body.startsWith("/") || /^\d[\d:.]{4,14}$/.test(body);
const isSubripTag = (name: string): boolean => SUBRIP_TAGS.has(name);

/**
 * Takes lines of plain text out of WebVTT cue text
 * (https://www.w3.org/TR/webvtt1/#webvtt-cue-text-parsing-rules); `<v Name>` names the speaker of
 * what follows.
 */
export const webvttLines = (text: string): RawLine[] =>
  taggedLines(withoutReadings(text), isWebvttTag);

/**
 * How letters are read stands between them (`<ruby>漢<rt>かん</rt></ruby>`): words would be torn.
 * Only of letters that are written without spaces is it a reading; else it is text like any other.
 */
const withoutReadings = (text: string): string =>
  text.includes("<ruby") ? text.replace(RUBY, (ruby) => ruby.replace(READING, "")) : text;

const RUBY = /<ruby(?:\.[^<>]{0,100})?>[\s\S]{0,2000}?<\/ruby>/g;
const READING =
  /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|<\/r[tp]>)<(rt|rp)(?:\.[^<>]{0,100})?>[^<]{0,200}<\/\1>/gu;

/**
 * Does the same for SubRip, which borrows tags from HTML, and from ASS `{\an8}`, `\N` for a new
 * line and `\h` for a space.
 */
export const subripLines = (text: string): RawLine[] =>
  taggedLines(withoutAss(withoutCodes(withTags(text))), isSubripTag);

/** Tags that a web page escaped are tags. */
const withTags = (text: string): string =>
  text.includes("&lt;")
    ? text.replace(/&lt;(\/?(?:[ibus]|font(?: [^<>&]{0,80})?))&gt;/gi, "<$1>")
    : text;

/** Codes of MicroDVD (`{y:i}`, `{c:$0000ff}`) and of programs that write tags in braces. */
const withoutCodes = (text: string): string =>
  text.includes("{")
    ? text.replace(/\{(?:[ycsfpohYCSFPOH]:[^{}]{0,60}|\/?[ibusIBUS]|\/?font[^{}]{0,60})\}/g, "")
    : text;

function withoutAss(text: string): string {
  if (!text.includes("\\")) return text;
  const plain = text.replace(/\{\\[^{}]{0,200}\}/g, "");
  // "C:\home" is what it is.
  return /(?:^|[^\p{L}])[A-Za-z]:\\/u.test(plain)
    ? plain
    : plain.replace(/\\N|\\n(?![a-z])/g, "\n").replace(/\\h/g, " ");
}

/** Takes the lines out of an ASS text, without override blocks and drawings (`{\p1}`). */
export function assLines(text: string, speaker?: string): RawLine[] {
  let isDrawing = false;
  const shown = text
    .split(/((?<!\\)\{[^{}]*\})/)
    .map((part) => {
      if (!/^\{.*\}$/s.test(part)) return isDrawing ? "" : part.replaceAll(/\\([{}])/g, "$1");
      const drawing = /\\p(\d+)/.exec(part)?.[1];
      if (drawing !== undefined) isDrawing = drawing !== "0";
      return "";
    })
    .join("");
  return shown
    .split(/\\[Nn]|\n/)
    .map((line) => ({ text: line.replace(/\\h/g, " ").replace(/\s+/g, " ").trim(), speaker }))
    .filter((line) => line.text !== "");
}

interface Tag {
  readonly name: string;
  readonly body: string;
  readonly isClosing: boolean;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds what stands between "<" and the next ">" without another "<". It needs one pass, however
 * many brackets stay open.
 */
function* tagsOf(text: string, isTag: (name: string, body: string) => boolean): Generator<Tag> {
  let close = -1;
  for (let start = text.indexOf("<"); start >= 0;) {
    const next = text.indexOf("<", start + 1);
    if (close < start) close = text.indexOf(">", start);
    if (close < 0) return;
    if (next < 0 || next > close) {
      const body = text.slice(start + 1, close);
      const name = (/^\/?([A-Za-z]+)(?![^\s./])/.exec(body.slice(0, 20))?.[1] ?? "").toLowerCase();
      if (isTag(name, body))
        yield { name, body, isClosing: body.startsWith("/"), start, end: close + 1 };
    }
    start = next;
  }
}

function taggedLines(text: string, isTag: (name: string, body: string) => boolean): RawLine[] {
  const lines: { parts: string[]; speaker: string | null | undefined }[] = [];
  let speaker: string | null | undefined;
  let isNew = true;
  const add = (piece: string): void => {
    piece.split("\n").forEach((part, i) => {
      if (i > 0) isNew = true;
      if (i > 0 && speaker === null) speaker = undefined;
      if (part === "") return;
      if (isNew) lines.push({ parts: [], speaker });
      lines.at(-1)?.parts.push(decodeEntities(part));
      isNew = false;
    });
  };
  let done = 0;
  let before: Tag | undefined;
  for (const tag of tagsOf(text, isTag)) {
    add(text.slice(done, tag.start));
    done = tag.end;
    if (tag.name === "br") add("\n");
    if (tag.name === "v") {
      speaker = tag.isClosing
        ? undefined
        : decodeEntities(tag.body.slice(1).replace(/^\.\S*/, ""))
            .replace(/\s+/g, " ")
            .trim() || undefined;
      isNew = true;
    } else if (
      isNew &&
      speaker === undefined &&
      tag.isClosing &&
      before &&
      !before.isClosing &&
      before.end === tag.start &&
      before.name === tag.name
    )
      speaker = null;
    before = tag;
  }
  add(text.slice(done));
  return lines
    .map(({ parts, speaker: by }) => ({ text: plain(parts.join("")), speaker: by }))
    .filter((line) => line.text !== "");
}

/** Makes one line with single spaces and no control characters. */
export const plain = (text: string): string =>
  (text.includes("\u200b") ? text.replace(TORN, "") : text)
    .replace(/[\s\p{Cc}\u200b]+/gu, " ")
    .trim();

/**
 * U+200B parts words in scripts without spaces, such as Thai and Khmer. Within a word of another
 * script it is left over from a web page.
 */
const TORN =
  /(?<=[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}])\u200b+(?=[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}])/gu;
