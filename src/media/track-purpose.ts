import type { Stream } from "node-av/lib";
import { cleanName } from "../text/untrusted.ts";

/**
 * What a track is for. Only a main track has all that is said:
 * - forced: signs, songs, and what is said in another language
 * - commentary: what the makers say about a film
 * - description: what is seen, told between the lines for those who can't see it
 * - effects: music and noises without the speech
 */
export type TrackPurpose = "main" | "forced" | "commentary" | "description" | "effects";

// AV_DISPOSITION_* of FFmpeg's avformat.h.
export const DEFAULT = 0x0001;
const COMMENT = 0x0008;
const LYRICS = 0x0010;
const KARAOKE = 0x0020;
const FORCED = 0x0040;
const HEARING_IMPAIRED = 0x0080;
const VISUAL_IMPAIRED = 0x0100;
const CLEAN_EFFECTS = 0x0200;
const NON_DIEGETIC = 0x0800;
const DESCRIPTIONS = 0x20000;
const METADATA = 0x40000;
/** Heard together with another track, never by itself. */
const DEPENDENT = 0x80000;

const COMMENTARY =
  /comment(?:ary|aries|aires?|ario|ator)|kommentar|commento|komentarz|komentář|kommentti|коммент|评论|評論|コメンタリー|解説|코멘터리|\bdirectors?\b(?!\W*(?:'?s\W*)?(?:cut|edition|version))/i;
const DESCRIPTION =
  /audio.?des[ck]ri|descriptive|described|description|\bDVS\b|vis(?:ually|ion).impaired|for the blind|narrat(?:ed|ion) for|hörfilm|blinde|тифло|解説放送|音声ガイド|화면해설|口述/i;
const DESCRIPTION_SIGN = /(?:^|[^A-Za-z])AD(?:$|[^A-Za-z])/;
const EFFECTS =
  /\bM\s?(?:&|and|\+)\s?E\b|music\W+(?:and|&|\+)?\W*(?:effects|sfx)|isolated (?:score|music)|(?:music|score|effects|sfx|instrumental)[ -]?only|\binstrumental\b|karaoke|no (?:dialog|voice|speech|vocals)|(?:musique|musik|música|musica) (?:et|und|y|e|&)/i;
const PARTIAL =
  /\bsigns?\b|\bsongs?\b|\bforced\b|forcé|forzad|forzat|erzwungen|geforceerd|forçad|wymuszon|\blyrics?\b|karaoke|foreign (?:parts|only|language parts)|typeset|надпис|форсир|\bpartial\b|字幕特効/i;
const WHOLE = /\bfull\b|dialog|complete|komplett|полны|non[ -]?forced|unforced|not forced/i;

/** What a sound track is for, by its flags, else by its title. */
export function audioPurpose(flags: number, title: string | null): TrackPurpose {
  if (flags & COMMENT) return "commentary";
  if (flags & (VISUAL_IMPAIRED | DESCRIPTIONS | DEPENDENT)) return "description";
  if (flags & (CLEAN_EFFECTS | KARAOKE | NON_DIEGETIC)) return "effects";
  if (title === null) return "main";
  if (COMMENTARY.test(title)) return "commentary";
  if (DESCRIPTION.test(title) || DESCRIPTION_SIGN.test(title)) return "description";
  return EFFECTS.test(title) ? "effects" : "main";
}

/** What a text track is for, by its flags, else by its title. */
export function subtitlePurpose(flags: number, title: string | null): TrackPurpose {
  if (flags & (FORCED | LYRICS | KARAOKE | METADATA)) return "forced";
  if (flags & COMMENT) return "commentary";
  if (flags & (DESCRIPTIONS | VISUAL_IMPAIRED)) return "description";
  if (title === null) return "main";
  if (COMMENTARY.test(title)) return "commentary";
  return PARTIAL.test(title) && !WHOLE.test(title) ? "forced" : "main";
}

/** It has noises and names in brackets too, for those who can't hear. */
export const isForDeaf = (flags: number, title: string | null): boolean =>
  (flags & HEARING_IMPAIRED) !== 0 ||
  (title !== null && /\b(?:SDH|CC|HI|HOH)\b|hearing|hörgesch|malentend|sordos/i.test(title));

/** What MP4 writers put for a title when they have none. */
const NO_TITLE = /^(?:sound|subtitle|video|text|audio)handler$|mediahandler$|^(?:gpac|l-smash)/i;

/** Matroska has titles; MP4 has names of handlers instead, and `name` boxes. */
export function titleOf({ metadata }: Stream): string | null {
  const title = metadata?.get("title") || metadata?.get("name") || metadata?.get("handler_name");
  return title && !NO_TITLE.test(title.trim()) ? cleanName(title) : null;
}
