export type CaptionFormat = "srt" | "webvtt" | "ass" | "transcription-json";

export interface CaptionName {
  /** The name without format, language and flags. */
  readonly stem: string;
  /** BCP 47; null when the name says none. */
  readonly language: string | null;
  readonly format: CaptionFormat;
  readonly isForced: boolean;
}

const FORMATS: readonly (readonly [ending: string, format: CaptionFormat])[] = [
  [".vtt", "webvtt"],
  [".srt", "srt"],
  [".ass", "ass"],
  [".ssa", "ass"],
  [".transcription.json", "transcription-json"],
];
const FLAGS = new Set(["forced", "sdh", "cc", "hi", "default", "auto"]);

/** ISO 639-2 codes and English names that files carry, as BCP 47 (RFC 5646: the shortest code). */
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  `eng:en english:en ger:de deu:de german:de fre:fr fra:fr french:fr spa:es spanish:es ita:it italian:it por:pt portuguese:pt dut:nl nld:nl dutch:nl
    pol:pl polish:pl rus:ru russian:ru ukr:uk ukrainian:uk cze:cs ces:cs czech:cs slo:sk slk:sk hun:hu hungarian:hu rum:ro ron:ro bul:bg gre:el ell:el greek:el
    tur:tr turkish:tr ara:ar arabic:ar heb:he hebrew:he per:fa fas:fa hin:hi hindi:hi ben:bn tam:ta tel:te urd:ur chi:zh zho:zh chinese:zh jpn:ja
    japanese:ja kor:ko korean:ko vie:vi tha:th ind:id may:ms msa:ms swe:sv swedish:sv nor:no nob:nb dan:da danish:da fin:fi finnish:fi ice:is isl:is est:et
    lav:lv lit:lt hrv:hr srp:sr slv:sl cat:ca norwegian:no nno:nn hebrew:he persian:fa bulgarian:bg romanian:ro croatian:hr serbian:sr slovenian:sl slovak:sk
    estonian:et latvian:lv lithuanian:lt catalan:ca icelandic:is thai:th vietnamese:vi indonesian:id malay:ms bengali:bn tamil:ta telugu:te urdu:ur afr:af hye:hy arm:hy kat:ka geo:ka
    kaz:kk mkd:mk mac:mk sqi:sq alb:sq bos:bs mon:mn mya:my bur:my khm:km nep:ne sin:si mar:mr guj:gu kan:kn mal:ml pan:pa yue:yue cmn:zh baq:eu eus:eu glg:gl gle:ga wel:cy cym:cy lat:la swa:sw fil:fil`
    .split(/\s+/)
    .map((pair) => pair.split(":") as [string, string]),
);
const TWO_LETTERS = new Set(
  (
    "aa ab af ak am ar as ay az ba be bg bn bo br bs ca co cs cy da de dz el en eo es et eu fa ff fi fo fr fy ga gd gl gn gu ha he hi hr ht hu hy id ig is it ja jv " +
    "ka kk kl km kn ko ku ky la lb ln lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no ny oc or pa pl ps pt qu rm ro ru rw sa sd si sk sl sm sn so sq sr st " +
    "su sv sw ta te tg th ti tk tl tn to tr ts tt ug uk ur uz vi wo xh yi yo zh zu"
  ).split(" "),
);

/**
 * Gives a language as BCP 47, from the forms that file names and recognisers use: "en", "pt-BR",
 * "zh_Hans", "zh-Hans-CN", "eng", "German"; null for anything else.
 */
export function parseLanguageTag(part: string): string | null {
  const [, name = "", script, region] =
    /^([a-z]{2,12})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?$/.exec(
      part.slice(0, 30).toLowerCase(),
    ) ?? [];
  const language = LANGUAGES.get(name) ?? (TWO_LETTERS.has(name) ? name : null);
  if (language === null) return null;
  return [
    language,
    script && `${script[0]?.toUpperCase()}${script.slice(1)}`,
    region?.toUpperCase(),
  ]
    .filter(Boolean)
    .join("-");
}

/** Splits the ending of the format off a name; null when it is not the name of a captions file. */
function wholeOf(
  fileName: string,
): { readonly whole: string; readonly format: CaptionFormat } | null {
  // Most names end otherwise, and the scan asks for every pair of names in a folder.
  if (!"tsanTSAN".includes(fileName.at(-1) ?? " ")) return null;
  const tail = fileName.slice(-".transcription.json".length).toLowerCase();
  const found = FORMATS.find(
    ([ending]) => tail.endsWith(ending) && fileName.length > ending.length,
  );
  return found ? { whole: fileName.slice(0, -found[0].length), format: found[1] } : null;
}

const MAX_KNOWN = 50_000;
const known = new Map<string, CaptionName>();

/** Reads what a file name says about captions; null when it is not the name of a captions file. */
export function captionName(fileName: string): CaptionName | null {
  const before = known.get(fileName);
  if (before) return before;
  const found = wholeOf(fileName);
  if (!found) return null;
  if (known.size >= MAX_KNOWN) known.clear();
  const name = readName(found.whole, found.format);
  known.set(fileName, name);
  return name;
}

function readName(whole: string, format: CaptionFormat): CaptionName {
  const parts = whole.split(".");
  let language: string | null = null;
  let isForced = false;
  while (parts.length > 1) {
    const last = (parts.at(-1) ?? "").toLowerCase();
    const said = parseLanguageTag(last);
    // "hi" is a flag (hearing impaired) only beside a language; by itself it is Hindi.
    const isFlag =
      FLAGS.has(last) && !(last === "hi" && language === null && !hasLanguage(parts.slice(1, -1)));
    if (isFlag) isForced ||= last === "forced";
    else if (said !== null && language === null) language = said;
    else break;
    parts.pop();
  }
  return { stem: parts.join("."), language, format, isForced };
}

/** Whether a language stands last, before other flags. */
function hasLanguage(parts: readonly string[]): boolean {
  const last = parts.findLast((part) => !FLAGS.has(part.toLowerCase()));
  return last !== undefined && parseLanguageTag(last) !== null;
}

const base = (language: string): string => language.split("-")[0]?.toLowerCase() ?? "";

/**
 * What a media file and its captions have in common, in lower case: a captions file can belong to a
 * media file only if they share one of these.
 */
export function pairingKeys(name: string): readonly string[] {
  const caption = captionName(name);
  return caption
    ? [...new Set([wholeOf(name)?.whole ?? "", caption.stem])].map((key) => key.toLowerCase())
    : [withoutEnding(name), name].map((key) => key.toLowerCase());
}

function withoutEnding(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 || dot === name.length - 1 ? name : name.slice(0, dot);
}

/**
 * Whether a name goes on after a stem, whatever the case. Names of a folder differ most in their
 * numbers, so a letter at the end tells most apart.
 */
function beginsWith(name: string, stem: string): boolean {
  if (name.length <= stem.length) return false;
  const a = name.charCodeAt(stem.length - 1);
  const b = stem.charCodeAt(stem.length - 1);
  if (a < 128 && b < 128 && (a | 32) !== (b | 32)) return false;
  return name.startsWith(stem) || name.slice(0, stem.length).toLowerCase() === stem.toLowerCase();
}

/**
 * The captions file that belongs to a media file: `talk.vtt`, `talk.en.vtt` or `talk.mp4.vtt` for
 * `talk.mp4`; null when there is none. With a wanted language files of another are left; without
 * one, those without a suffix come first, then English. Forced ones (signs only) come last, and a
 * name that is the same but for capitals after one that is the same. `has` tells whether the folder
 * has a name, for callers whose `siblings` are only some of its names.
 */
export function pickSidecar(
  mediaName: string,
  siblings: readonly string[],
  language?: string,
  has: (name: string) => boolean = (name) => siblings.includes(name),
): string | null {
  const stem = withoutEnding(mediaName);
  const wanted = language === undefined ? undefined : (parseLanguageTag(language) ?? language);
  let best: { readonly name: string; readonly rank: string } | undefined;
  for (const name of siblings) {
    if (!beginsWith(name, stem)) continue;
    const rank = rankOf(name, mediaName, stem, wanted);
    if (rank !== null && (!best || rank < best.rank) && !isOfAnother(name, mediaName, stem, has))
      best = { name, rank };
  }
  return best?.name ?? null;
}

/** `talk.en.vtt` is that of `talk.en.mp4` where there is one, not of `talk.mp4`. */
function isOfAnother(
  name: string,
  mediaName: string,
  stem: string,
  has: (name: string) => boolean,
): boolean {
  const whole = wholeOf(name)?.whole ?? "";
  return (
    whole.length > stem.length && whole !== mediaName && has(whole + mediaName.slice(stem.length))
  );
}

/** Sorts as text: what matters most comes first. */
function rankOf(
  name: string,
  mediaName: string,
  stem: string,
  wanted: string | undefined,
): string | null {
  const caption = belonging(name, mediaName, stem);
  if (!caption) return null;
  const { language, format, isForced } = caption;
  const isWanted = wanted === undefined || language === null || base(language) === base(wanted);
  if (!isWanted) return null;
  const byFormat = FORMATS.findIndex(([, one]) => one === format);
  return [
    isForced ? 1 : 0,
    name.startsWith(stem) ? 0 : 1,
    languageRank(language, wanted),
    language ?? "",
    byFormat,
    name,
  ].join("|");
}

function languageRank(language: string | null, wanted: string | undefined): number {
  if (wanted === undefined) {
    if (language === null) return 0;
    return base(language) === "en" ? 1 : 2;
  }
  if (language === null) return 2;
  return language.toLowerCase() === wanted.toLowerCase() ? 0 : 1;
}

/**
 * The suffixes of `talk.en.vtt` are a language beside `talk.mp4`, but belong to the name beside
 * `talk.en.mp4`.
 */
function belonging(name: string, mediaName: string, stem: string): CaptionName | null {
  const caption = captionName(name);
  if (!caption) return null;
  const isOwn = (one: string): boolean =>
    one.toLowerCase() === stem.toLowerCase() || one.toLowerCase() === mediaName.toLowerCase();
  const whole = wholeOf(name)?.whole ?? "";
  if (isOwn(whole)) return { ...caption, stem: whole, language: null, isForced: false };
  return isOwn(caption.stem) ? caption : null;
}
