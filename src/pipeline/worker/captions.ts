import { MediasearchError } from "../../errors.ts";
import { captionName } from "../../media/captions/names.ts";
import { cuesFromEvents, parseCaptions } from "../../media/captions/parse.ts";
import type { MediaInput } from "../../media/byte-source.ts";
import type { MediaInfo } from "../../media/probe.ts";
import { pickSubtitle, type ReadOptions, readSubtitleEvents } from "../../media/subtitles.ts";
import { nameOf, type Location } from "../../location.ts";
import type { Cue, Language } from "../../types.ts";

export interface CaptionTranscript {
  readonly cues: readonly Cue[];
  readonly language: Language;
  /** Where they came from: `captions:webvtt`, `subtitles:mov_text`. */
  readonly engine: string;
  readonly durationMs: number | null;
}

/** Zero bytes, line ends and spaces only, are nothing. */
const SPACE = 0x20;
/** A captions file is text; one larger than this is something else with the wrong name. */
export const MAX_CAPTION_BYTES = 200_000_000;

/**
 * `bytes`: undefined for a file that is too large.
 * @throws UNREADABLE_MEDIA when it is no captions file; the message names it.
 */
export function readCaptionFile(path: Location, bytes: Buffer | undefined): CaptionTranscript {
  const name = captionName(nameOf(path));
  if (!name)
    throw new MediasearchError("UNREADABLE_MEDIA", `${path}: not a captions file`, {
      subject: path,
    });
  if (bytes === undefined)
    throw new MediasearchError("UNREADABLE_MEDIA", `${path}: too large for a captions file`, {
      subject: path,
    });
  try {
    if (!bytes.some((byte) => byte > SPACE))
      throw new MediasearchError("UNREADABLE_MEDIA", "empty file");
    const parsed = parseCaptions(bytes, name.format);
    return {
      cues: parsed.cues,
      language: name.language ?? parsed.language ?? "und",
      engine: `captions:${name.format}`,
      durationMs: parsed.durationMs,
    };
  } catch (error) {
    if (!(error instanceof MediasearchError)) throw error;
    throw new MediasearchError(error.code, `${path}: ${error.message}`, {
      subject: path,
      hint: error.hint,
      cause: error,
    });
  }
}

/**
 * The text subtitle track of a media file that suits the language best; null without one or when it
 * is empty.
 */
export async function readSubtitleTrack(
  source: MediaInput,
  info: MediaInfo,
  language: string | undefined,
  options: ReadOptions,
): Promise<CaptionTranscript | null> {
  const track = pickSubtitle(info.subtitles, language);
  if (!track) return null;
  const { events, format } = await readSubtitleEvents(source, track.streamIndex, options);
  const cues = cuesFromEvents(events, format);
  if (cues.length === 0) return null;
  return {
    cues,
    language: track.language ?? "und",
    engine: `subtitles:${track.codec}`,
    durationMs: info.durationMs,
  };
}
