import type { Comparison, Condition } from "../../backends/search-index.ts";

/** What a value must be, in words that end a sentence: `--after: must be …`. */
class Unfit extends Error {}

const unfit = (must: string): never => {
  throw new Unfit(`must be ${must}`);
};

/** @returns why a value was refused; undefined for any other error. */
export const whyUnfit = (error: unknown): string | undefined =>
  error instanceof Unfit ? error.message : undefined;

/**
 * Conditions by the name that queries and flags share. Each throws an error that `whyUnfit`
 * explains.
 */
export const FIELD_CONDITIONS = {
  speaker: (value: string): Condition => ({ speaker: value }),
  title: (value: string): Condition => ({ heading: "title", has: words(value) }),
  show: (value: string): Condition => ({ heading: "show", has: words(value) }),
  chapter: (value: string): Condition => ({ heading: "chapter", has: words(value) }),
  lang: (value: string): Condition => ({ language: languageTag(value) }),
  origin(value: string): Condition {
    const origin = value.toLowerCase();
    return origin === "captions" || origin === "asr" ? { origin } : unfit("captions or asr");
  },
  after: (value: string): Condition => ({
    compare: "recordedAtMs",
    is: ">=",
    value: parseDate(value),
  }),
  before: (value: string): Condition => ({
    compare: "recordedAtMs",
    is: "<",
    value: parseDate(value),
  }),
  duration: (value: string): Condition =>
    comparison(
      "durationMs",
      value,
      parseLengthMs,
      "a comparison or a range such as >10m, <=1h30m or 10m..20m",
    ),
  confidence: (value: string): Condition =>
    comparison(
      "confidence",
      value,
      share,
      "a comparison or a range such as >0.8, <60% or 0.5..0.9",
    ),
} as const;

const words = (value: string): string => (/[\p{L}\p{N}]/u.test(value) ? value : unfit("words"));

function languageTag(value: string): string {
  const tag = canonical(value);
  return tag !== undefined && /^[a-z]{2,3}(?:-|$)/.test(tag)
    ? tag
    : unfit("a language tag such as en or pt-BR");
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const DAY_MS = 86_400_000;

/** Reads a year, month, day or minute as its first moment, by the clock of this machine. */
function parseDate(value: string, now = new Date()): number {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const word = value.toLowerCase();
  if (word === "today") return midnight.getTime();
  if (word === "yesterday")
    return new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() - 1).getTime();
  const ago = /^(\d{1,4})([dw])$/.exec(word);
  if (ago) return now.getTime() - Number(ago[1]) * (ago[2] === "w" ? 7 : 1) * DAY_MS;
  const moment = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i.test(value)
    ? Date.parse(value)
    : NaN;
  if (!Number.isNaN(moment)) return moment;
  const parts = /^(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?)?)?$/i.exec(
    value,
  );
  if (!parts)
    return unfit("a date such as 2026, 2026-01, 2026-01-31, today, yesterday or 7d (days ago)");
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const date = new Date(year, month - 1, day, hour, minute);
  if (date.getMonth() !== month - 1 || date.getDate() !== day || hour > 23 || minute > 59)
    return unfit("a day that there is");
  return date.getTime();
}

function comparison(
  compare: Comparison["compare"],
  written: string,
  read: (text: string) => number | undefined,
  must: string,
): Condition {
  const value = written.replace(/\s+/g, "");
  const range = /^(.+?)\.\.(.+)$/.exec(value);
  if (range) {
    const [least, most] = [read(range[1] ?? ""), read(range[2] ?? "")];
    if (least === undefined || most === undefined) return unfit(must);
    if (least > most) return unfit("a range from less to more");
    return {
      all: [
        { compare, is: ">=", value: least },
        { compare, is: "<=", value: most },
      ],
    };
  }
  const [, is, text] = /^(>=|<=|>|<)(.+)$/.exec(value) ?? [];
  const wanted = text === undefined ? undefined : read(text);
  return wanted === undefined
    ? unfit(must)
    : { compare, is: is as Comparison["is"], value: wanted };
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a length such as 90s, 10m, 10 minutes, 1h30m, 1.5h or 1:30:00. */
function parseLengthMs(text: string): number | undefined {
  if (/^\d+(?::\d\d){1,2}$/.test(text))
    return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?))+$/i.test(text))
    return undefined;
  return [...text.toLowerCase().matchAll(/(\d+(?:\.\d+)?)([smh])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ""] ?? 0),
    0,
  );
}

/** What is said so long before and after a time is near it. */
const NEAR_MS = 60_000;

/** Reads `12:30` or `90s`: what is said within a minute; `12:00..13:00`: in that time. */
export function nearTime(value: string): Condition {
  const [from, until = from, ...more] = value.split("..").map(parseLengthMs);
  if (from === undefined || until === undefined || more.length > 0 || from > until)
    return unfit("a time or a range such as 12:30, 1:02:03, 90s or 12:00..13:00");
  const margin = value.includes("..") ? 0 : NEAR_MS;
  return { during: [Math.max(0, from - margin), until + margin] };
}

function share(text: string): number | undefined {
  if (!/^\d+(?:\.\d+)?%?$|^\.\d+$/.test(text)) return undefined;
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return value <= 1 ? value : undefined;
}
