import { detectAll } from "jschardet";
import iconv from "iconv-lite";

export interface CodePageGuess {
  /** As iconv knows it. */
  readonly page: string;
  /** As people know it. */
  readonly name: string;
  /** By what it was chosen. */
  readonly why: string;
}

/** Languages that share code pages, the commonest pages first, and what their texts are made of. */
interface Script {
  /** Base languages with the letters beyond ASCII that each writes, in small letters. */
  readonly letters: Readonly<Record<string, string>>;
  readonly pages: readonly string[];
}

const CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё";
const ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْ،؛؟";
const HANGUL = "\\p{Script=Hangul}";

/**
 * Letters are a text, or a class of a regular expression where they are too many. What counts is
 * only which page makes most letters of the language out of the bytes.
 */
const SCRIPTS: readonly Script[] = [
  {
    letters: {
      en: "éèêëàâäçîïôöûüñ",
      de: "äöüß",
      fr: "éèêëàâçîïôûùüœæÿ",
      es: "áéíóúüñ",
      it: "àèéìíîòóùú",
      pt: "áâãàçéêíóôõúü",
      nl: "áéëïóöüèê",
      sv: "åäöé",
      no: "æøåéèêóòâô",
      da: "æøåé",
      fi: "äöåšž",
      is: "áéíóúýðþæö",
      ca: "àéèíïòóúüç·",
      eu: "ñüç",
      gl: "áéíóúñü",
      ga: "áéíóú",
      af: "êëéèïîôöûü",
      id: "é",
      ms: "é",
      sw: "",
    },
    pages: [
      "windows-1252",
      "iso-8859-15",
      "cp850",
      "cp437",
      "macroman",
      "cp865",
      "cp860",
      "cp863",
      "cp861",
      "maciceland",
    ],
  },
  {
    letters: {
      pl: "ąćęłńóśźż",
      cs: "áčďéěíňóřšťúůýž",
      sk: "áäčďéíĺľňóôŕšťúýž",
      hu: "áéíóöőúüű",
      ro: "ăâîșțşţ",
      hr: "čćđšž",
      bs: "čćđšž",
      sr: `čćđšžабвгдђежзијклљмнњопрстћуфхцчџш`,
      sl: "čšžćđ",
      sq: "çë",
    },
    pages: [
      "windows-1250",
      "iso-8859-2",
      "cp852",
      "maccenteuro",
      "iso-8859-16",
      "maccroatian",
      "macromania",
      "windows-1251",
      "iso-8859-5",
    ],
  },
  {
    letters: {
      ru: CYRILLIC,
      uk: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
      bg: "абвгдежзийклмнопрстуфхцчшщъьюя",
      be: "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
      mk: "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
      kk: `${CYRILLIC}әғқңөұүһі`,
      mn: `${CYRILLIC}өү`,
    },
    pages: [
      "windows-1251",
      "koi8-r",
      "koi8-u",
      "cp866",
      "iso-8859-5",
      "maccyrillic",
      "macukraine",
      "cp855",
    ],
  },
  {
    letters: { el: "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ" },
    pages: ["windows-1253", "iso-8859-7", "cp737", "cp869", "macgreek"],
  },
  {
    letters: { tr: "çğıöşüâîû", az: "çğıöşü" },
    pages: ["windows-1254", "iso-8859-9", "cp857", "macturkish"],
  },
  {
    letters: { he: "אבגדהוזחטיךכלםמןנסעףפץצקרשת", yi: "אבגדהוזחטיךכלםמןנסעףפץצקרשת" },
    pages: ["windows-1255", "iso-8859-8", "cp862"],
  },
  {
    letters: { ar: ARABIC, fa: `${ARABIC}پچژگکی`, ur: `${ARABIC}پچژگکیٹڈڑںہے` },
    pages: ["windows-1256", "iso-8859-6", "cp864", "cp720"],
  },
  {
    letters: { lt: "ąčęėįšųūž", lv: "āčēģīķļņšūž", et: "äõöüšž" },
    pages: ["windows-1257", "iso-8859-13", "iso-8859-4", "cp775"],
  },
  {
    letters: {
      vi: "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ",
    },
    pages: ["windows-1258", "viscii", "tcvn"],
  },
  { letters: { th: "\\p{Script=Thai}" }, pages: ["windows-874", "tis620", "macthai"] },
  {
    letters: { ja: "\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}ー。、「」！？…　" },
    pages: ["cp932", "euc-jp"],
  },
  { letters: { ko: HANGUL }, pages: ["cp949"] },
  {
    letters: { zh: "\\p{Script=Han}，。！？、：“”…《》（）" },
    pages: ["gb18030", "big5hkscs"],
  },
];

/** What the detector calls otherwise than iconv. */
const DETECTED: Readonly<Record<string, string>> = {
  maclatin2: "maccenteuro",
  maciceland: "maciceland",
  shift_jis: "cp932",
  "shift-jis": "cp932",
  gb2312: "gb18030",
  gbk: "gb18030",
  "euc-kr": "cp949",
  big5: "big5hkscs",
  "big5-hkscs": "big5hkscs",
  cp874: "windows-874",
  "tis-620": "windows-874",
  tis620: "windows-874",
  ibm866: "cp866",
  ibm855: "cp855",
  "iso-8859-1": "windows-1252",
  "iso-8859-11": "windows-874",
  cp858: "cp850",
};

const pageOf = (detected: string): string => {
  const name = detected.toLowerCase().replace(/^iso8859-/, "iso-8859-");
  return DETECTED[name] ?? name;
};

export const isCodePage = (name: string): boolean => iconv.encodingExists(name);

/** A guess needs no more than some pages of text. */
const MAX_SAMPLE_BYTES = 64_000;

/**
 * Guesses the code page of a text that is not UTF. The language in the name of the file decides
 * which pages can be; without one the detector proposes, and the letters that each language writes
 * decide among its proposals.
 * @param language BCP 47.
 */
export function guessCodePage(bytes: Uint8Array, language: string | undefined): CodePageGuess {
  const sample = sampleOf(bytes);
  const proposed = detectAll(sample).flatMap(({ encoding, confidence }) =>
    encoding ? [{ page: pageOf(encoding), confidence }] : [],
  );
  const best = Math.max(...proposed.map(({ confidence }) => confidence), Number.MIN_VALUE);
  const trustOf = (page: string): number =>
    Math.max(0, ...proposed.filter((one) => one.page === page).map((one) => one.confidence)) / best;
  const beyond = sample.filter((byte) => byte > 0x7f).length || 1;
  const wanted = language?.split("-")[0]?.toLowerCase();
  const script = SCRIPTS.find(({ letters }) => wanted !== undefined && wanted in letters);
  const surveys = new Map<string, Survey>();
  const surveyIn = (page: string): Survey => {
    const survey = surveys.get(page) ?? surveyOf(iconv.decode(sample, page).normalize("NFC"));
    surveys.set(page, survey);
    return survey;
  };
  const ranked = (script ? [script] : SCRIPTS)
    .flatMap(({ letters, pages }) => {
      const isWestern = "en" in letters;
      const related = isWestern ? Object.values(letters).join("") : "";
      return pages.map((page, i) => {
        const survey = surveyIn(page);
        const scores = Object.entries(letters).map(([one, own]) =>
          one === wanted || script === undefined ? scoreOf(survey, own, related) : -Infinity,
        );
        // Of equals the commoner page.
        const score = Math.max(...scores) + trustOf(page) * TRUST - i * RARER;
        const doubt = script || isWestern ? 0 : FOREIGN / beyond + ("vi" in letters ? DENSE : 0);
        return { page, score: score - doubt };
      });
    })
    .toSorted((a, b) => b.score - a.score);
  const page = ranked[0]?.page ?? "windows-1252";
  return {
    page,
    name: nameOf(page),
    why: script ? "by the language in its name" : "by its bytes",
  };
}

/** What the detector's word weighs against letters. */
const TRUST = 0.5;
/** What a page loses against the one before it in its list. */
const RARER = 0.01;
/**
 * What a page loses that is not Western, divided by the letters that there are: two prove little.
 */
const FOREIGN = 0.8;
/** Vietnamese has so many letters that any bytes can be some of them. */
const DENSE = 0.4;

const NAMES: Readonly<Record<string, string>> = {
  cp932: "Shift-JIS",
  "euc-jp": "EUC-JP",
  cp949: "EUC-KR",
  gb18030: "GB18030",
  big5hkscs: "Big5",
  "windows-874": "Windows-874 (TIS-620)",
  "koi8-r": "KOI8-R",
  "koi8-u": "KOI8-U",
  macroman: "Mac Roman",
  maccenteuro: "Mac Central European",
  maccyrillic: "Mac Cyrillic",
  macgreek: "Mac Greek",
  macturkish: "Mac Turkish",
};

const nameOf = (page: string): string =>
  NAMES[page] ??
  page
    .replace(/^cp/, "DOS ")
    .replace(/^iso/, "ISO")
    .replace(/^[a-z]/, (letter) => letter.toUpperCase());

/** The lines that have something beyond ASCII, without times and numbers. */
function sampleOf(bytes: Uint8Array): Buffer {
  const kept: number[] = [];
  let start = 0;
  let isBeyond = false;
  for (let at = 0; at <= bytes.length && kept.length < MAX_SAMPLE_BYTES; at++) {
    const byte = bytes[at] ?? 0x0a;
    if (byte > 0x7f) isBeyond = true;
    if (byte !== 0x0a && byte !== 0x0d) continue;
    if (isBeyond) kept.push(...bytes.subarray(start, Math.min(at, start + 2000)), 0x0a);
    isBeyond = false;
    start = at + 1;
  }
  return Buffer.from(kept);
}

const PUNCTUATION = "“”‘’«»„–—…¿¡°·€£©®♪º";

/** What of a text counts for its score, in any language. */
interface Survey {
  /** The letters beyond ASCII, each once. */
  readonly letters: readonly string[];
  /** In the order of the text: the index of a letter, or PENALTY. */
  readonly steps: readonly number[];
  /** How many letters beyond ASCII there are. */
  readonly count: number;
}

/** What no word of any language has. */
const PENALTY = -1;

/** Looks through a text once, however many languages it is compared with. */
function surveyOf(text: string): Survey {
  const indices = new Map<string, number>();
  const capitals: boolean[] = [];
  const steps: number[] = [];
  let count = 0;
  let before = "";
  for (const letter of text) {
    if (letter > "\u007f") {
      count++;
      let index = indices.get(letter);
      if (index === undefined) {
        index = indices.size;
        indices.set(letter, index);
        capitals.push(/\p{Lu}/u.test(letter));
      }
      steps.push(index);
      if (capitals[index] && /\p{Ll}/u.test(before)) steps.push(PENALTY);
    }
    if (isMixed(before, letter)) steps.push(PENALTY);
    before = letter;
  }
  return { letters: [...indices.keys()], steps, count };
}

/**
 * How much a text looks like one of these letters, from about 1 down: letters and punctuation of
 * the language speak for it, other letters, signs and controls against it, and most of all a
 * capital inside a word.
 */
function scoreOf({ letters, steps, count }: Survey, language: string, related: string): number {
  const own = classOf(language);
  const near = classOf(related);
  const scores = letters.map((letter) => scoreOfLetter(letter, own, near));
  let score = 0;
  for (const step of steps) score += step === PENALTY ? -1 : (scores[step] ?? 0);
  return count === 0 ? 0 : score / count;
}

const classes = new Map<string, RegExp>();

/** What matches the letters of a language; each is made once, of the table above only. */
function classOf(letters: string): RegExp {
  const known = classes.get(letters);
  if (known) return known;
  const capitals = letters.includes("\\p") ? "" : letters.toUpperCase();
  const made = new RegExp(letters === "" ? "[^\\s\\S]" : `[${letters}${capitals}]`, "u");
  classes.set(letters, made);
  return made;
}

/** No word has letters of ASCII and of another alphabet. */
const isMixed = (before: string, letter: string): boolean =>
  letter > "\u007f" !== before > "\u007f" &&
  /[A-Za-z]/.test(before + letter) &&
  /(?=[\p{L}\p{M}])[^\p{Script=Latin}\p{Script=Inherited}]/u.test(before + letter);

function scoreOfLetter(letter: string, own: RegExp, near: RegExp): number {
  if (own.test(letter)) return 1;
  // A name or a word of a neighbour.
  if (near.test(letter)) return 0.4;
  if (PUNCTUATION.includes(letter)) return 0.6;
  if (letter === "\u00a0") return 0.3;
  if (letter === "\ufffd" || /\p{C}/u.test(letter)) return -3;
  return /\p{L}|\p{M}/u.test(letter) ? -1 : -2;
}
