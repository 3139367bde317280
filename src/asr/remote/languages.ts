import { SPECIAL } from "../../models/whisper/special-tokens.ts";
import type { Language } from "../../types.ts";

/**
 * The languages of Whisper (OpenAI's tokenizer.py) by its own codes, which are those of ISO 639-1
 * where there is one. Cantonese came with large-v3.
 */
export const WHISPER_LANGUAGES: readonly string[] = [...SPECIAL.languages, "yue"];

/** English names that Intl does not know, or second names. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  castilian: "es",
  valencian: "ca",
  flemish: "nl",
  haitian: "ht",
  letzeburgesch: "lb",
  pushto: "ps",
  panjabi: "pa",
  moldavian: "ro",
  moldovan: "ro",
  sinhalese: "si",
  myanmar: "my",
  mandarin: "zh",
  tagalog: "tl",
  nynorsk: "nn",
  javanese: "jw",
  luxembourgish: "lb",
  "haitian creole": "ht",
  faroese: "fo",
  cantonese: "yue",
};
/** Codes of Whisper that differ from BCP 47. */
const TAGS: Readonly<Record<string, Language>> = { jw: "jv", iw: "he", in: "id" };

let names: ReadonlyMap<string, string> | undefined;

function byName(): ReadonlyMap<string, string> {
  const display = new Intl.DisplayNames(["en"], { type: "language" });
  names ??= new Map([
    ...WHISPER_LANGUAGES.map((code) => [(display.of(code) ?? code).toLowerCase(), code] as const),
    ...Object.entries(OTHER_NAMES),
  ]);
  return names;
}

/**
 * Makes a BCP 47 tag of what a server calls a language: a code or an English name. @returns null
 * for anything else.
 */
export function toTag(said: unknown): Language | null {
  if (
    typeof said !== "string" ||
    said.trim() === "" ||
    /^(?:auto|multi|und|unknown|none)$/i.test(said.trim())
  )
    return null;
  const word = said.trim().toLowerCase();
  const code = byName().get(word) ?? word;
  if (TAGS[code] !== undefined) return TAGS[code];
  try {
    return /^[a-z]{2,3}(?:[-_]|$)/.test(code)
      ? (Intl.getCanonicalLocales(code.replaceAll("_", "-"))[0] ?? null)
      : null;
  } catch {
    return null;
  }
}

/** Languages that Whisper knows by another code, or as the language next to them. */
const WHISPER_CODES: Readonly<Record<string, string>> = {
  nb: "no",
  fil: "tl",
  jv: "jw",
  iw: "he",
  in: "id",
  cmn: "zh",
};

/**
 * Gives Whisper's code of a language. @returns null for one that it does not know, among them
 * Cantonese, which only large-v3 does.
 */
export function toWhisper(language: Language): string | null {
  const primary = language.toLowerCase().split(/[-_]/)[0] ?? "";
  const code = WHISPER_CODES[primary] ?? primary;
  return code !== "yue" && WHISPER_LANGUAGES.includes(code) ? code : null;
}

/** Makes the ISO 639-1 code that servers like OpenAI's require. */
export const toIso = (language: Language): string =>
  new Intl.Locale(language).language.replace(/^jv$/, "jw");
