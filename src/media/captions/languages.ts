/**
 * ISO 639-2 codes, English names, names of a language in itself, and what subtitle programs write
 * instead, as BCP 47 (RFC 5646: the shortest code).
 */
const LANGUAGES: ReadonlyMap<string, string> = new Map(
  `eng:en english:en ger:de deu:de german:de fre:fr fra:fr french:fr spa:es spanish:es ita:it italian:it por:pt portuguese:pt dut:nl nld:nl dutch:nl
    pol:pl polish:pl rus:ru russian:ru ukr:uk ukrainian:uk cze:cs ces:cs czech:cs slo:sk slk:sk hun:hu hungarian:hu rum:ro ron:ro bul:bg gre:el ell:el greek:el
    tur:tr turkish:tr ara:ar arabic:ar heb:he hebrew:he per:fa fas:fa hin:hi hindi:hi ben:bn tam:ta tel:te urd:ur chi:zh zho:zh chinese:zh jpn:ja
    japanese:ja kor:ko korean:ko vie:vi tha:th ind:id may:ms msa:ms swe:sv swedish:sv nor:no nob:nb dan:da danish:da fin:fi finnish:fi ice:is isl:is est:et
    lav:lv lit:lt hrv:hr srp:sr slv:sl cat:ca norwegian:no nno:nn hebrew:he persian:fa bulgarian:bg romanian:ro croatian:hr serbian:sr slovenian:sl slovak:sk
    estonian:et latvian:lv lithuanian:lt catalan:ca icelandic:is thai:th vietnamese:vi indonesian:id malay:ms bengali:bn tamil:ta telugu:te urdu:ur afr:af hye:hy arm:hy kat:ka geo:ka
    kaz:kk mkd:mk mac:mk sqi:sq alb:sq bos:bs mon:mn mya:my bur:my khm:km nep:ne sin:si mar:mr guj:gu kan:kn mal:ml pan:pa yue:yue cmn:zh baq:eu eus:eu glg:gl gle:ga wel:cy cym:cy lat:la swa:sw fil:fil
    chs:zh-Hans cht:zh-Hant zhs:zh-Hans zht:zh-Hant cn:zh jp:ja kr:ko ua:uk cz:cs dk:da vn:vi iw:he pob:pt-BR ptbr:pt-BR ptb:pt-BR spl:es-419 latino:es-419 esp:es scr:hr scc:sr
    farsi:fa mandarin:zh cantonese:yue tagalog:fil filipino:fil brazilian:pt-BR castilian:es flemish:nl albanian:sq armenian:hy georgian:ka mongolian:mn burmese:my khmer:km nepali:ne
    macedonian:mk bosnian:bs basque:eu galician:gl welsh:cy irish:ga swahili:sw kazakh:kk afrikaans:af malayalam:ml kannada:kn marathi:mr gujarati:gu punjabi:pa sinhala:si latin:la
    deutsch:de français:fr francais:fr español:es espanol:es castellano:es italiano:it português:pt portugues:pt nederlands:nl svenska:sv norsk:no dansk:da suomi:fi polski:pl
    čeština:cs cesky:cs česky:cs slovenčina:sk slovenščina:sl magyar:hu română:ro romana:ro hrvatski:hr srpski:sr eesti:et latviešu:lv lietuvių:lt türkçe:tr turkce:tr català:ca
    русский:ru українська:uk български:bg ελληνικά:el العربية:ar עברית:he فارسی:fa हिन्दी:hi ไทย:th 中文:zh 简体:zh-Hans 簡體:zh-Hans 简体中文:zh-Hans 繁體:zh-Hant 繁体:zh-Hant 繁體中文:zh-Hant 日本語:ja 한국어:ko`
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
 * "zh_Hans", "zh-Hans-CN", "eng", "German", "Deutsch", "chs", and YouTube's "en-orig"; null for
 * anything else.
 */
export function parseLanguageTag(part: string): string | null {
  const whole = part
    .slice(0, 30)
    .normalize("NFC")
    .toLowerCase()
    .replace(/[-_](?:orig|auto|asr)$/, "");
  const own = LANGUAGES.get(whole);
  if (own !== undefined) return own;
  const [, name = "", script, region] =
    /^([a-z]{2,12})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?$/.exec(whole) ?? [];
  const language = LANGUAGES.get(name) ?? (TWO_LETTERS.has(name) ? name : null);
  if (language === null || (language.includes("-") && (script ?? region) !== undefined))
    return language;
  return [
    language,
    script && `${script[0]?.toUpperCase()}${script.slice(1)}`,
    region?.toUpperCase(),
  ]
    .filter(Boolean)
    .join("-");
}
