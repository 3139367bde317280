import type { CaptionFormatSpec } from "../caption-format.ts";
import { assLines } from "../markup.ts";
import { parseTime, type RawCaptions } from "../raw-cue.ts";

export const ASS: CaptionFormatSpec = {
  name: "ass",
  title: "SubStation Alpha",
  specification: "http://www.tcax.org/docs/ass-specs.htm",
  endings: [".ass", ".ssa"],
  matches: (head) =>
    /^\[(?:Script Info|Events|V4\+? Styles)\]/i.test(head.trimStart().slice(0, 20)),
  mayBeEmpty: true,
  read: parseAss,
};

const DEFAULT_FIELDS = [
  "layer",
  "start",
  "end",
  "style",
  "name",
  "marginl",
  "marginr",
  "marginv",
  "effect",
  "text",
];

interface Event {
  readonly startMs: number;
  readonly endMs: number;
  readonly style: string;
  readonly effect: string;
  readonly speaker: string | undefined;
  readonly text: string;
  readonly isComment: boolean;
}

/**
 * Parses Advanced SubStation Alpha: `Dialogue:` lines with the fields in the order of `Format:` and
 * the text last. What a karaoke script wrote (one line for each syllable and frame) becomes the
 * lines that it was made of.
 */
function parseAss(text: string): RawCaptions {
  const { events, dropped } = readEvents(text);
  const said = withoutKaraoke(joinLayers(events));
  return {
    cues: said.map(({ startMs, endMs, speaker, text: one }) => ({
      startMs,
      endMs,
      lines: assLines(one, speaker),
      markup: /[{]/.test(one) ? one : undefined,
    })),
    dropped,
  };
}

function readEvents(text: string): { readonly events: Event[]; readonly dropped: number[] } {
  const events: Event[] = [];
  const dropped: number[] = [];
  let fields = DEFAULT_FIELDS;
  let section = "";
  text.split("\n").forEach((line, index) => {
    if (/^\s*\[.*\]\s*$/.test(line)) section = line.trim().toLowerCase();
    const [, kind, rest = ""] = /^\s*(Format|Dialogue|Comment)\s*:\s*(.*)$/i.exec(line) ?? [];
    if (kind === undefined || (section !== "[events]" && section !== "")) return;
    if (kind.toLowerCase() === "format") {
      // More fields than this are no format of anybody's, and each line would look through all of
      // them.
      fields = rest.split(",", MAX_FIELDS).map((field) => field.trim().toLowerCase());
      return;
    }
    const event = eventOf(rest, fields, kind.toLowerCase() === "comment");
    if (event) events.push(event);
    else if (kind.toLowerCase() === "dialogue") dropped.push(index + 1);
  });
  return { events, dropped };
}

const MAX_FIELDS = 100;

function eventOf(rest: string, fields: readonly string[], isComment: boolean): Event | null {
  const values = rest.split(",");
  const value = (name: string): string => values[fields.indexOf(name)]?.trim() ?? "";
  const startMs = parseTime(value("start"));
  const endMs = parseTime(value("end"));
  if (startMs === null || endMs === null) return null;
  const name = value("name") || value("actor");
  return {
    startMs,
    endMs,
    style: value("style"),
    effect: value("effect").toLowerCase(),
    // Old programs write NTP for a line without a name.
    speaker: name === "" || name.toUpperCase() === "NTP" ? undefined : name,
    text: values.slice(fields.length - 1).join(","),
    isComment,
  };
}

/** Layers and frames of one text follow each other more closely than this. */
const TOUCH_MS = 60;

/**
 * Joins events of one text and style that touch or overlap: layers of a border and a filling, and
 * signs that are moved frame by frame.
 */
function joinLayers(events: readonly Event[]): Event[] {
  const joined: Event[] = [];
  const lastOf = new Map<string, number>();
  for (const event of events.toSorted((a, b) => a.startMs - b.startMs)) {
    const key = JSON.stringify([
      event.isComment,
      event.style,
      event.speaker,
      event.effect,
      assLines(event.text).map(({ text }) => text),
    ]);
    const index = lastOf.get(key);
    const before = index === undefined ? undefined : joined[index];
    const isMarked = event.text.includes("{\\");
    if (
      index !== undefined &&
      before &&
      isMarked &&
      event.startMs - before.endMs <= TOUCH_MS &&
      event.text !== ""
    )
      joined[index] = { ...before, endMs: Math.max(before.endMs, event.endMs) };
    else {
      lastOf.set(key, joined.length);
      joined.push(event);
    }
  }
  return joined;
}

const isEffect = ({ effect, isComment }: Event): boolean => !isComment && /^fx\b/.test(effect);

/**
 * Puts the lines that a karaoke script was given, which it keeps as comments, in the place of its
 * output. Where they are gone, the syllables of the output are joined again.
 */
function withoutKaraoke(events: readonly Event[]): Event[] {
  const dialogue = events.filter(({ isComment }) => !isComment);
  const effects = dialogue.filter(isEffect);
  if (effects.length === 0) return dialogue;
  const sources = events.filter(({ isComment, effect }) => isComment && /^karaoke\b/.test(effect));
  const isFrom = (event: Event, source: Event): boolean =>
    event.startMs < source.endMs + 1000 && event.endMs > source.startMs - 1000;
  const orphans = effects.filter((event) => !sources.some((source) => isFrom(event, source)));
  const used = sources.filter((source) => effects.some((event) => isFrom(event, source)));
  return [...dialogue.filter((event) => !isEffect(event)), ...used, ...joinSyllables(orphans)];
}

/** Syllables further apart are of another line. */
const SYLLABLE_GAP_MS = 300;

function joinSyllables(events: readonly Event[]): Event[] {
  const lines: Event[] = [];
  for (const event of events) {
    const last = lines.at(-1);
    const text = event.text.replace(/\{[^{}]*\}/g, "");
    if (last && last.style === event.style && event.startMs - last.endMs <= SYLLABLE_GAP_MS)
      lines[lines.length - 1] = {
        ...last,
        endMs: Math.max(last.endMs, event.endMs),
        text: last.text + text,
      };
    else lines.push({ ...event, text });
  }
  return lines;
}
