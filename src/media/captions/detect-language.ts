import type { Language } from "../../types.ts";

/** What is looked at: more says nothing new. UTF-16 units. */
const MAX_LENGTH = 20_000;
/** Letters below which a guess is one. Scripts without spaces say as much with a third. */
const MIN_LETTERS = 45;
const MIN_IDEOGRAPHS = 20;
/** Nearer to each other than this are languages that only a reader tells apart. */
const MIN_LEAD = 0.004;
/** Answers that are likelier another language which the detector does not know: Indonesian. */
const UNSURE = new Set(["ms"]);

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * Detects in which language captions are written whose name and header say nothing. Null where the
 * text is short or the languages are near.
 */
export async function detectLanguage(texts: readonly string[]): Promise<Language | null> {
  let text = "";
  for (const one of texts) {
    text += `${one}\n`;
    if (text.length > MAX_LENGTH) break;
  }
  const ideographs = count(
    text,
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu,
  );
  if (count(text, /[\p{L}\p{M}]/gu) < MIN_LETTERS && ideographs < MIN_IDEOGRAPHS) return null;
  const { eld } = await import("eld/extrasmall");
  const result = eld.detect(text.slice(0, MAX_LENGTH));
  const [best = 0, second = 0] = Object.values(result.getScores()).toSorted((a, b) => b - a);
  const isSure = result.isReliable() && best - second >= MIN_LEAD && !UNSURE.has(result.language);
  return isSure ? result.language : null;
}
