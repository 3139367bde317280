import { foldText, isAscii, withoutInvisible } from "./fold.ts";
import { spanishStopWords } from "./spanish-stop-words.ts";
import { isUnspaced, wordPattern } from "./words.ts";

/** The endings of one language, and the words that carry its grammar. */
export interface Inflector {
  /**
   * Gives the stems under which the index keeps the inflections of a term, each with the mark of
   * its language; none for words that carry its grammar, which resemble words of other languages,
   * for numbers, short words and several words in a row.
   */
  readonly stems: (term: string) => readonly string[];
  readonly stopWords: ReadonlySet<string>;
}

interface KnownLanguage {
  /** In libraries: a number is never given to another language. */
  readonly mark: number;
  readonly stemmer: () => Promise<{ readonly stemmer: (word: string) => string }>;
  readonly stopWords?: () => Promise<{ readonly stopwords: readonly string[] }>;
  /** Whether short words lose their vowel before another one: "l'homme", "dell'acqua". */
  readonly elides?: boolean;
}

/** By the first part of the tag. Stemmers are Snowball's (https://snowballstem.org). */
const LANGUAGES: Readonly<Record<string, KnownLanguage>> = {
  ar: { mark: 1, stemmer: () => import("@orama/stemmers/arabic") },
  da: {
    mark: 2,
    stemmer: () => import("@orama/stemmers/danish"),
    stopWords: () => import("@orama/stopwords/danish"),
  },
  de: {
    mark: 3,
    stemmer: () => import("@orama/stemmers/german"),
    stopWords: () => import("@orama/stopwords/german"),
  },
  el: { mark: 4, stemmer: () => import("@orama/stemmers/greek") },
  es: {
    mark: 5,
    stemmer: () => import("@orama/stemmers/spanish"),
    stopWords: async () => ({ stopwords: spanishStopWords }),
  },
  fi: {
    mark: 6,
    stemmer: () => import("@orama/stemmers/finnish"),
    stopWords: () => import("@orama/stopwords/finnish"),
  },
  fr: {
    mark: 7,
    stemmer: () => import("@orama/stemmers/french"),
    stopWords: () => import("@orama/stopwords/french"),
    elides: true,
  },
  ga: { mark: 8, stemmer: () => import("@orama/stemmers/irish") },
  hi: { mark: 9, stemmer: () => import("@orama/stemmers/indian") },
  hu: { mark: 10, stemmer: () => import("@orama/stemmers/hungarian") },
  hy: { mark: 11, stemmer: () => import("@orama/stemmers/armenian") },
  id: { mark: 12, stemmer: () => import("@orama/stemmers/indonesian") },
  it: {
    mark: 13,
    stemmer: () => import("@orama/stemmers/italian"),
    stopWords: () => import("@orama/stopwords/italian"),
    elides: true,
  },
  lt: { mark: 14, stemmer: () => import("@orama/stemmers/lithuanian") },
  ne: { mark: 15, stemmer: () => import("@orama/stemmers/nepali") },
  nl: {
    mark: 16,
    stemmer: () => import("@orama/stemmers/dutch"),
    stopWords: () => import("@orama/stopwords/dutch"),
  },
  no: {
    mark: 17,
    stemmer: () => import("@orama/stemmers/norwegian"),
    stopWords: () => import("@orama/stopwords/norwegian"),
  },
  pt: {
    mark: 18,
    stemmer: () => import("@orama/stemmers/portuguese"),
    stopWords: () => import("@orama/stopwords/portuguese"),
  },
  ro: { mark: 19, stemmer: () => import("@orama/stemmers/romanian") },
  ru: {
    mark: 20,
    stemmer: () => import("@orama/stemmers/russian"),
    stopWords: () => import("@orama/stopwords/russian"),
  },
  sv: {
    mark: 21,
    stemmer: () => import("@orama/stemmers/swedish"),
    stopWords: () => import("@orama/stopwords/swedish"),
  },
  ta: { mark: 22, stemmer: () => import("@orama/stemmers/tamil") },
  tr: { mark: 23, stemmer: () => import("@orama/stemmers/turkish") },
};

/** Tags of one language: both ways to write Norwegian are in one stemmer. */
const SAME_LANGUAGE: Readonly<Record<string, string>> = { nb: "no", nn: "no" };

/**
 * Marks are letters of private use, which are words to the index and which nobody types. They stand
 * first, so that no beginning of a word is the beginning of a stem, and not one of the words of a
 * library that resemble a misspelt one.
 */
const FIRST_MARK = 0xe100;
/** Stands last, so that the index, whose tokenizer is English, finds no ending to take away. */
const END = "0";

/** Whether a word of the index is such a stem. */
export const isMarkedStem = (word: string): boolean => {
  const first = word.charCodeAt(0);
  return first > FIRST_MARK && first <= FIRST_MARK + 0xff;
};

/** All of one process: a query asks for the endings of every language that was loaded. */
const loaded = new Map<string, Inflector>();

/** The languages that have a stemmer, by the first part of their tags; English is not one. */
export const INFLECTED_LANGUAGES: readonly string[] = Object.keys(LANGUAGES);

/** The language whose endings words of this tag ("de-AT") have; undefined without a stemmer. */
export function inflectedLanguage(tag: string): string | undefined {
  const primary = tag.toLowerCase().split("-", 1)[0] ?? "";
  const language = SAME_LANGUAGE[primary] ?? primary;
  return Object.hasOwn(LANGUAGES, language) ? language : undefined;
}

/** Loads what is known of the endings of these languages; the others are passed over. */
export async function loadInflectors(tags: Iterable<string>): Promise<void> {
  for (const tag of tags) {
    const language = inflectedLanguage(tag);
    if (language === undefined || loaded.has(language)) continue;
    const known = LANGUAGES[language] as KnownLanguage;
    const [{ stemmer }, stopWords] = await Promise.all([known.stemmer(), known.stopWords?.()]);
    loaded.set(language, createInflector(known, stemmer, stopWords?.stopwords ?? []));
  }
}

/** The endings of a language; undefined unless they were loaded. */
export const inflectorOf = (tag: string | undefined): Inflector | undefined =>
  tag === undefined || loaded.size === 0 ? undefined : loaded.get(inflectedLanguage(tag) ?? "");

export const loadedInflectors = (): readonly Inflector[] => [...loaded.values()];

const MIN_LETTERS = 3;
/** A talk has a few thousand words; those of a hundred thousand segments are not kept. */
const MAX_KEPT_WORDS = 50_000;
/** "quest'anno" */
const LONGEST_ELIDED = 5;

function createInflector(
  { mark, elides = false }: KnownLanguage,
  stem: (word: string) => string,
  grammar: readonly string[],
): Inflector {
  const stopWords: ReadonlySet<string> = new Set(grammar);
  const known = new Map<string, readonly string[]>();
  const before = String.fromCharCode(FIRST_MARK + mark);
  /** With its accents, on which endings depend, and without, as many people type it. */
  const stemsOf = (word: string): readonly string[] => {
    const plain = foldText(word);
    if (plain.length < MIN_LETTERS || /^\d/.test(plain) || isUnspaced(plain)) return [];
    const written = isAscii(word) ? plain : withoutInvisible(word.normalize("NFC")).toLowerCase();
    if (stopWords.has(written)) return [];
    const forms = written === plain ? [plain] : [written, plain];
    return [...new Set(forms.map((form) => `${before}${foldText(stem(form))}${END}`))];
  };
  return {
    stopWords,
    stems(term) {
      const found = known.get(term);
      if (found) return found;
      const words = term.match(wordPattern(term)) ?? [];
      const [first = "", last = first] = words;
      const isOne =
        words.length === 1 || (elides && words.length === 2 && first.length <= LONGEST_ELIDED);
      const stems = isOne ? stemsOf(last) : [];
      if (known.size >= MAX_KEPT_WORDS) known.clear();
      known.set(term, stems);
      return stems;
    },
  };
}
