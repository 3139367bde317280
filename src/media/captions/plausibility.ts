import type { Cue } from "../../types.ts";
import { lastEndMs } from "./programme-time.ts";

/** What is known of captions beside their cues. */
export interface CaptionFacts {
  /** How long the media is; null when nobody knows. */
  readonly durationMs: number | null;
  /** A name or a flag says that they are a part only: forced, signs, songs. */
  readonly isPartial: boolean;
}

/** Pictures for the bar of a player (`sprite.jpg#xywh=0,0,160,90`), addresses, and data. */
const IS_DATA =
  /^(?:\S+\.(?:jpe?g|png|webp|gif|avif|bmp)(?:[#?]\S*)?|https?:\/\/\S+|[{[]\s*["{[][\s\S]*[}\]]|[A-Za-z0-9+/]{60,}={0,2})$/i;
const CREDITS =
  /\b(?:(?:sub(?:title[sd]?)?|caption(?:s|ed|ing)?|transcri(?:bed|ption|pt)|translat(?:ed|ion)|sync(?:ed|hroni[sz]ed|)|corrected|encoded|ripped|resync(?:ed)?)(?: (?:and|&) \w+)? ?(?:by|:)|open ?subtitles|addic7ed|subscene|podnapisi|amara\.org|yify|(?:please|don't forget to) subscribe|sous-titr\w+ (?:par|:)|untertitel(?:ung)? (?:von|:|im auftrag)|ondertitel\w* (?:door|:)|sottotitoli (?:di|:|a cura)|subtítulos (?:por|de|:)|legendas (?:por|de|:)|www\.\S+\.\S+)/i;

/**
 * Takes out what nobody says: thumbnails, addresses and data, which tracks of metadata hold. When
 * everything is, nothing is left.
 */
export const withoutData = (cues: readonly Cue[]): readonly Cue[] =>
  cues.some(({ text }) => IS_DATA.test(text)) &&
  cues.filter(({ text }) => IS_DATA.test(text)).length > cues.length / 2
    ? cues.filter(({ text }) => !IS_DATA.test(text))
    : cues;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
/** Letters of scripts without spaces that weigh as one word. */
const LETTERS_A_WORD = 2;

/** How many words are said in a text, without sounds and manners in brackets. */
export function countSpokenWords(text: string): number {
  const said = text.replace(/\[[^[\]]*\]|\([^()]*\)|（[^（）]*）|[♪♫#*]+/gu, " ");
  const letters = said.match(UNSPACED)?.length ?? 0;
  const words = said.replace(UNSPACED, " ").match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu)?.length;
  return (words ?? 0) + Math.ceil(letters / LETTERS_A_WORD);
}

/**
 * What makes captions too thin to stand for the speech. People speak 100 to 160 words a minute,
 * films about 60, and quiet films 20; captions of signs or of another language only have a few
 * lines an hour.
 */
interface Limits {
  readonly wordsAMinute: number;
  /** The share of the duration during which a cue is shown. */
  readonly shown: number;
}
const THIN: Limits = { wordsAMinute: 8, shown: 0.08 };
const THIN_OF_PARTIAL: Limits = { wordsAMinute: 45, shown: 0.3 };
/** Media shorter than this prove nothing by few words. */
const MIN_JUDGED_MS = 60_000;
/** Captions that stop before this share of a long recording were cut off or are of another one. */
const MIN_REACH = 0.4;
const MIN_CUT_MS = 10 * 60_000;

/** Captions mark what is sung by notes, or by a number sign at both ends. */
const IS_SONG = /^[♪♫]|[♪♫]$|^#\s.*\s#$/u;

/** Headings stand for minutes; nobody reads one sentence so long. */
const MIN_HEADING_MS = 15_000;
const MAX_HEADING_RATE = 20;

function areHeadings(cues: readonly Cue[], wordsAMinute: number): boolean {
  const lengths = cues.map(({ startMs, endMs }) => endMs - startMs).toSorted((a, b) => a - b);
  const middle = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return middle >= MIN_HEADING_MS && wordsAMinute < MAX_HEADING_RATE;
}

/**
 * Says in a few words why captions can't stand for the speech of their media; null when they can.
 * A sentence goes on after "not used: ".
 */
export function whyImplausible(
  cues: readonly Cue[],
  { durationMs, isPartial }: CaptionFacts,
): string | null {
  if (cues.length === 0) return "there are no words in it";
  const spoken = cues.filter(({ text }) => countSpokenWords(text) > 0);
  if (spoken.length === 0) return "it has only sounds, no words";
  const own = spoken.filter(({ text }) => !CREDITS.test(text));
  if (own.length === 0) return "it has only credits";
  if (own.every(({ text }) => IS_SONG.test(text))) return "it has only songs";
  if (durationMs === null || durationMs <= 0)
    return isPartial ? "it is only a part by its name: forced, signs or songs" : null;
  const words = own.reduce((sum, { text }) => sum + countSpokenWords(text), 0);
  return whyThin(own, words, durationMs, isPartial);
}

function whyThin(
  cues: readonly Cue[],
  words: number,
  durationMs: number,
  isPartial: boolean,
): string | null {
  const minutes = durationMs / 60_000;
  const rate = words / minutes;
  const shown = shownMs(cues) / durationMs;
  const limits = isPartial ? THIN_OF_PARTIAL : THIN;
  const isThin = rate < limits.wordsAMinute && shown < limits.shown;
  const count = words === 1 ? "one word" : `${words} words`;
  if (isThin && isPartial) return `it is only a part by its name, with ${count}`;
  if (isThin && durationMs >= MIN_JUDGED_MS)
    return `it has ${count} for ${Math.round(minutes)} ${Math.round(minutes) === 1 ? "minute" : "minutes"}`;
  if (durationMs >= MIN_JUDGED_MS && areHeadings(cues, rate))
    return "it has headings of chapters, no speech";
  const reach = lastEndMs(cues) / durationMs;
  if (durationMs >= MIN_CUT_MS && reach < MIN_REACH)
    return `it ends after ${Math.round(reach * 100)} % of the recording`;
  return null;
}

/** How long any of the cues is shown, in milliseconds. `cues` are in time order. */
function shownMs(cues: readonly Cue[]): number {
  let sum = 0;
  let until = 0;
  for (const { startMs, endMs } of cues) {
    sum += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return sum;
}
