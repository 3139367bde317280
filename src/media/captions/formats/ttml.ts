import type { CaptionFormatSpec, ReadContext } from "../caption-format.ts";
import { chooseLanguage } from "../choose-language.ts";
import { fillEnds, type OpenCue } from "../ends.ts";
import { plain } from "../markup.ts";
import type { RawCaptions, RawLine } from "../raw-cue.ts";
import { inherited, readXml, type XmlElement } from "../xml.ts";

export const TTML: CaptionFormatSpec = {
  name: "ttml",
  title: "TTML, DFXP, IMSC, iTT, EBU-TT",
  specification: "https://www.w3.org/TR/ttml2/",
  endings: [".ttml", ".dfxp", ".itt", ".ebutt", ".imsc"],
  sharedEndings: [".xml", ".ttml.txt"],
  matches: (head) => /^\s*(?:<\?xml[^>]*>)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:\w+:)?tt[\s>]/.test(head),
  mayBeEmpty: true,
  read: parseTtml,
};

interface Clock {
  /** Frames a second, with the multiplier that makes 30 of them 29.97. */
  readonly frameRate: number;
  readonly tickRate: number;
}

/** A frame rate of 30 is the default of the specification. */
function clockOf({ attributes }: XmlElement): Clock {
  const rate = Number(attributes.get("framerate") ?? 30) || 30;
  const [top = 1, bottom = 1] = (attributes.get("frameratemultiplier") ?? "1 1")
    .split(/[\s:]+/)
    .map((part) => Number(part) || 1);
  return { frameRate: (rate * top) / bottom, tickRate: Number(attributes.get("tickrate")) || rate };
}

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A time expression: `hh:mm:ss.mmm`, `hh:mm:ss:frames` or `12.5s`; null for none. */
function timeOf(text: string | undefined, { frameRate, tickRate }: Clock): number | null {
  const value = text?.trim() ?? "";
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(h|ms|m|s|f|t)$/.exec(value) ?? [];
  if (amount !== undefined) {
    const perUnit = UNIT_MS[unit] ?? 1000 / (unit === "f" ? frameRate : tickRate);
    return Number(amount) * perUnit;
  }
  const [, hours, minutes, seconds, frames = "0"] =
    /^(\d{1,4}):(\d\d):(\d\d(?:[.,]\d+)?)(?::(\d+(?:\.\d+)?))?$/.exec(value) ?? [];
  if (seconds === undefined) return null;
  return (
    Number(hours) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(seconds.replace(",", ".")) * 1000 +
    (Number(frames) * 1000) / frameRate
  );
}

interface Interval {
  readonly startMs: number;
  readonly endMs: number | null;
  /** Whether its children follow each other and don't lie beside each other. */
  readonly isSequence: boolean;
  /** Where the last of its children that are over ended. */
  reachedMs: number;
}

const WHOLE = { startMs: 0, endMs: null, isSequence: false, reachedMs: 0 };

/** Times count from the beginning of the element around, in a sequence from the one before. */
function intervalOf({ attributes }: XmlElement, around: Interval, clock: Clock): Interval {
  const begin = timeOf(attributes.get("begin"), clock);
  const end = timeOf(attributes.get("end"), clock);
  const duration = timeOf(attributes.get("dur"), clock);
  const fromMs = around.isSequence ? around.reachedMs : around.startMs;
  const startMs = fromMs + (begin ?? 0);
  const ownEndMs = duration === null ? around.endMs : startMs + duration;
  return {
    startMs,
    endMs: end === null ? ownEndMs : fromMs + end,
    isSequence: attributes.get("timecontainer") === "seq",
    reachedMs: startMs,
  };
}

function noteOver(around: Interval | undefined, { endMs, reachedMs }: Interval): void {
  if (around) around.reachedMs = Math.max(around.reachedMs, endMs ?? reachedMs);
}

const hasTimes = ({ attributes }: XmlElement): boolean =>
  attributes.has("begin") || attributes.has("end") || attributes.has("dur");
/** Readings of characters repeat them. */
const isReading = ({ attributes }: XmlElement): boolean =>
  /^(?:text|textContainer|delimiter)$/.test(attributes.get("ruby") ?? "");
const NOT_SAID = new Set(["head", "metadata", "title", "desc", "copyright", "image", "audio"]);

interface Paragraph {
  readonly interval: Interval;
  readonly isTimed: boolean;
  readonly speaker: string | undefined;
  /** Of the division that it stands in, where that says one. */
  readonly language: string | null;
  text: string;
}

/**
 * Parses TTML 1 and 2 and what is made of it: paragraphs with times, in divisions that may have
 * times too, with spans that may have times of their own. `ttm:agent` names speakers.
 */
function parseTtml(text: string, { language: wanted }: ReadContext): RawCaptions {
  const paragraphs: Paragraph[] = [];
  const agents = new Map<string, string>();
  const intervals: Interval[] = [{ ...WHOLE }];
  let clock: Clock = { frameRate: 30, tickRate: 30 };
  let language: string | null = null;
  let paragraph: Paragraph | undefined;
  const finish = (): void => {
    if (paragraph) paragraphs.push(paragraph);
  };
  readXml(text, {
    open(element, parents) {
      if (element.name === "tt") {
        clock = clockOf(element);
        language = element.attributes.get("lang") ?? null;
      }
      const around = intervals.at(-1) ?? WHOLE;
      const interval = intervalOf(element, around, clock);
      intervals.push(interval);
      if (element.name === "br" && paragraph) paragraph.text += "\n";
      const isSpan = element.name === "span" && hasTimes(element) && paragraph !== undefined;
      if (element.name !== "p" && !isSpan) return;
      finish();
      const agent = inherited([...parents, element], "agent");
      paragraph = {
        interval,
        isTimed: [...parents, element].some(hasTimes),
        speaker: agent === undefined ? undefined : (agents.get(agent) ?? agent),
        language: divisionLanguage(parents),
        text: "",
      };
    },
    text(said, open) {
      const agent = open.findLast(({ name }) => name === "agent")?.attributes.get("id");
      if (agent !== undefined && said.trim() !== "") agents.set(agent, plain(said));
      if (paragraph && !open.some((one) => NOT_SAID.has(one.name) || isReading(one)))
        paragraph.text += said.replace(/\s+/g, " ");
    },
    close(element) {
      const over = intervals.pop();
      if (over) noteOver(intervals.at(-1), over);
      if (element.name === "p") {
        finish();
        paragraph = undefined;
      } else if (element.name === "span" && hasTimes(element) && paragraph) {
        finish();
        paragraph = { ...paragraph, interval: intervals.at(-1) ?? paragraph.interval, text: "" };
      }
    },
  });
  const chosen = chooseDivisions(paragraphs, wanted ?? language ?? undefined);
  return {
    cues: fillEnds(chosen.paragraphs.flatMap(cueOf)),
    language: chosen.language ?? language,
  };
}

const divisionLanguage = (parents: readonly XmlElement[]): string | null =>
  inherited(
    parents.filter(({ name }) => name === "div"),
    "lang",
  ) ?? null;

/** A document may have a division for each of several languages. */
function chooseDivisions(
  paragraphs: readonly Paragraph[],
  wanted: string | undefined,
): { readonly paragraphs: readonly Paragraph[]; readonly language: string | null } {
  const byLanguage = [...Map.groupBy(paragraphs, ({ language }) => language)].map(
    ([language, own]) => ({
      language,
      own,
      letters: own.reduce((sum, { text }) => sum + text.trim().length, 0),
    }),
  );
  const stated = byLanguage.filter(({ language }) => language !== null);
  const chosen = stated.length > 1 ? chooseLanguage(byLanguage, wanted) : undefined;
  return chosen
    ? { paragraphs: chosen.own, language: chosen.language }
    : { paragraphs, language: stated[0]?.language ?? null };
}

/** Text without a time anywhere is no caption. */
function cueOf({ interval, isTimed, speaker, text }: Paragraph): OpenCue[] {
  const lines = text
    .split("\n")
    .map((line): RawLine => ({ text: plain(line), speaker }))
    .filter((line) => line.text !== "");
  if (!isTimed || lines.length === 0) return [];
  const endMs = interval.endMs === null ? null : Math.round(interval.endMs);
  return [{ startMs: Math.round(interval.startMs), endMs, lines }];
}
