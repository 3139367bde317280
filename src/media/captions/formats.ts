import type { CaptionFormatSpec } from "./caption-format.ts";
import { ASS } from "./formats/ass.ts";
import { SUBRIP } from "./formats/srt.ts";
import { TRANSCRIPTION_JSON } from "./formats/transcription-json.ts";
import { WEBVTT } from "./formats/webvtt.ts";

/**
 * Every format of captions and transcripts that is read. The order matters in two ways: of several
 * files beside a recording the first format is preferred, and content that could be of several is
 * taken for the first.
 */
export const FORMATS: readonly CaptionFormatSpec[] = [WEBVTT, SUBRIP, ASS, TRANSCRIPTION_JSON];

/** The name of a format in `FORMATS`. */
export type CaptionFormat = string;

const byName = new Map(FORMATS.map((spec) => [spec.name, spec]));

export function formatNamed(name: CaptionFormat): CaptionFormatSpec {
  const spec = byName.get(name);
  if (!spec) throw new TypeError(`no format of captions is called ${name}`);
  return spec;
}
