import type { RawLine } from "./raw-cue.ts";

/** Character references of HTML that captions use; others stay as they are. */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", lrm: "", rlm: "", hellip: "…", ndash: "–", mdash: "—", lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”",
  auml: "ä", ouml: "ö", uuml: "ü", Auml: "Ä", Ouml: "Ö", Uuml: "Ü", szlig: "ß", eacute: "é", egrave: "è", agrave: "à", ccedil: "ç", ntilde: "ñ", iexcl: "¡", iquest: "¿",
};

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "";
  });

const TAG = /<(\/?)([A-Za-z]*)([^<>]{0,500})>/g;
const WEBVTT_TAGS = new Set(["", "c", "i", "b", "u", "v", "lang", "ruby", "rt"]);
const SUBRIP_TAGS = new Set(["i", "b", "u", "s", "font", "span", "br", "p", "em", "strong", "c", "v"]);

/** Lines of plain text out of WebVTT cue text (https://www.w3.org/TR/webvtt1/#webvtt-cue-text-parsing-rules); `<v Name>` opens a speaker. */
export const webvttLines = (text: string): RawLine[] => taggedLines(text, WEBVTT_TAGS);

/** Likewise for SubRip, which borrows HTML's tags and, from ASS, `{\an8}`. */
export const subripLines = (text: string): RawLine[] => taggedLines(text.replace(/\{\\[^{}]{0,200}\}/g, ""), SUBRIP_TAGS);

function taggedLines(text: string, known: ReadonlySet<string>): RawLine[] {
  const lines: { text: string; speaker: string | undefined }[] = [];
  let speaker: string | undefined;
  let isNew = true;
  const add = (piece: string): void => {
    piece.split("\n").forEach((part, i) => {
      if (i > 0) isNew = true;
      const decoded = decodeEntities(part);
      const line = lines.at(-1);
      if (line && !isNew) line.text += decoded;
      else lines.push({ text: decoded, speaker });
      isNew = false;
    });
  };
  let done = 0;
  for (const match of text.matchAll(TAG)) {
    const [whole, closing, name = "", rest = ""] = match;
    const tag = name.toLowerCase();
    // "<" in plain text ("a < b") and unknown tags of SubRip stay text.
    if (!known.has(tag) || (tag === "" && !/^\d[\d:.]*$|^$/.test(rest))) continue;
    add(text.slice(done, match.index));
    done = match.index + whole.length;
    if (tag === "br") add("\n");
    if (tag !== "v") continue;
    speaker = closing ? undefined : decodeEntities(rest.replace(/^\.[^\s]*/, "")).replace(/\s+/g, " ").trim() || undefined;
    isNew = true;
  }
  add(text.slice(done));
  return lines.map(({ text: line, speaker: by }) => ({ text: line.replace(/\s+/g, " ").trim(), speaker: by })).filter((line) => line.text !== "");
}
