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
  [".vtt", "webvtt"], [".srt", "srt"], [".ass", "ass"], [".ssa", "ass"], [".transcription.json", "transcription-json"],
];
const FLAGS = new Set(["forced", "sdh", "cc", "hi", "default", "auto"]);

/** ISO 639-2 codes and English names that files carry, as BCP 47 (RFC 5646: the shortest code). */
const LANGUAGES: Readonly<Record<string, string>> = Object.fromEntries(
  (`eng:en english:en ger:de deu:de german:de fre:fr fra:fr french:fr spa:es spanish:es ita:it italian:it por:pt portuguese:pt dut:nl nld:nl dutch:nl
    pol:pl polish:pl rus:ru russian:ru ukr:uk ukrainian:uk cze:cs ces:cs czech:cs slo:sk slk:sk hun:hu hungarian:hu rum:ro ron:ro bul:bg gre:el ell:el greek:el
    tur:tr turkish:tr ara:ar arabic:ar heb:he hebrew:he per:fa fas:fa hin:hi hindi:hi ben:bn tam:ta tel:te urd:ur chi:zh zho:zh chinese:zh jpn:ja
    japanese:ja kor:ko korean:ko vie:vi tha:th ind:id may:ms msa:ms swe:sv swedish:sv nor:no nob:nb dan:da danish:da fin:fi finnish:fi ice:is isl:is est:et
    lav:lv lit:lt hrv:hr srp:sr slv:sl cat:ca baq:eu eus:eu glg:gl gle:ga wel:cy cym:cy lat:la swa:sw fil:fil`)
    .split(/\s+/).map((pair) => pair.split(":") as [string, string]),
);
const TWO_LETTERS = new Set((
  "aa ab af ak am ar as ay az ba be bg bn bo br bs ca co cs cy da de dz el en eo es et eu fa ff fi fo fr fy ga gd gl gn gu ha he hi hr ht hu hy id ig is it ja jv " +
  "ka kk kl km kn ko ku ky la lb ln lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no ny oc or pa pl ps pt qu rm ro ru rw sa sd si sk sl sm sn so sq sr st " +
  "su sv sw ta te tg th ti tk tl tn to tr ts tt ug uk ur uz vi wo xh yi yo zh zu").split(" "));

/** A last part of a name as a language, or null: "en", "pt-BR", "zh_Hans", "eng", "German". */
function languageOf(part: string): string | null {
  const [base = "", ...rest] = part.toLowerCase().split(/[-_]/);
  if (rest.length > 1 || !(rest[0] === undefined || /^(?:[a-z]{2}|[a-z]{4}|\d{3})$/.test(rest[0]))) return null;
  const language = LANGUAGES[base] ?? (TWO_LETTERS.has(base) ? base : null);
  if (language === null) return null;
  const region = rest[0];
  if (region === undefined) return language;
  return `${language}-${region.length === 4 ? region[0]?.toUpperCase() + region.slice(1) : region.toUpperCase()}`;
}

/** What a file name says about captions; null for every other file. */
export function captionName(fileName: string): CaptionName | null {
  const lower = fileName.toLowerCase();
  const found = FORMATS.find(([ending]) => lower.endsWith(ending) && lower.length > ending.length);
  if (!found) return null;
  const parts = fileName.slice(0, -found[0].length).split(".");
  let language: string | null = null;
  let isForced = false;
  while (parts.length > 1) {
    const last = (parts.at(-1) ?? "").toLowerCase();
    const said = languageOf(last);
    // "hi" is a flag (hearing impaired) only beside a language; by itself it is Hindi.
    if (FLAGS.has(last) && !(last === "hi" && parts.length === 2 && language === null)) isForced ||= last === "forced";
    else if (said !== null && language === null) language = said;
    else break;
    parts.pop();
  }
  return { stem: parts.join("."), language, format: found[1], isForced };
}

const base = (language: string): string => language.split("-")[0]?.toLowerCase() ?? "";

/**
 * The captions file that belongs to a media file: `talk.vtt`, `talk.en.vtt` or `talk.mp4.vtt` for `talk.mp4`; null when there is none. With a wanted
 * language files of another are left; without one, those without a suffix come first, then English. Forced ones (signs only) come last.
 */
export function pickSidecar(mediaName: string, siblings: readonly string[], language?: string): string | null {
  const stem = mediaName.replace(/\.[^.]+$/, "");
  let best: { readonly name: string; readonly rank: string } | undefined;
  for (const name of siblings) {
    // Most siblings are other media: a cheap look first.
    if (name.length <= stem.length || name.slice(0, stem.length).toLowerCase() !== stem.toLowerCase()) continue;
    const rank = rankOf(name, mediaName, stem, language);
    if (rank !== null && (!best || rank < best.rank)) best = { name, rank };
  }
  return best?.name ?? null;
}

/** Sorts as text: what matters most comes first. */
function rankOf(name: string, mediaName: string, stem: string, wanted: string | undefined): string | null {
  const caption = belonging(name, mediaName, stem);
  if (!caption) return null;
  const { language, format, isForced } = caption;
  const isOther = wanted !== undefined && language !== null && base(language) !== base(wanted);
  if (isOther) return null;
  const byLanguage = wanted === undefined ? (language === null ? 0 : base(language) === "en" ? 1 : 2) : language === null ? 2 : language.toLowerCase() === wanted.toLowerCase() ? 0 : 1;
  const byCase = name.startsWith(stem) ? 0 : 1;
  return [isForced ? 1 : 0, byLanguage, byCase, FORMATS.findIndex(([, one]) => one === format), name].join("|");
}

/** The suffixes of `talk.en.vtt` are a language beside `talk.mp4`, but belong to the name beside `talk.en.mp4`. */
function belonging(name: string, mediaName: string, stem: string): CaptionName | null {
  const caption = captionName(name);
  if (!caption) return null;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const ending = FORMATS.find(([, format]) => format === caption.format && same(name.slice(-4), format === "transcription-json" ? "json" : name.slice(-4)));
  const whole = name.slice(0, -(ending?.[0].length ?? 4));
  if (same(whole, stem) || same(whole, mediaName)) return { ...caption, language: same(caption.stem, whole) ? caption.language : null, isForced: false };
  return same(caption.stem, stem) || same(caption.stem, mediaName) ? caption : null;
}
