import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { MediasearchError } from "../errors.ts";
import { captionName } from "../media/captions/names.ts";
import { cuesFromEvents, parseCaptions } from "../media/captions/parse.ts";
import type { MediaInfo } from "../media/probe.ts";
import { pickSubtitle, type ReadOptions, readSubtitleEvents } from "../media/subtitles.ts";
import type { Cue, Language } from "../types.ts";

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
const MOST_BYTES = 200_000_000;

/** @throws UNREADABLE_MEDIA when the file is no captions file; the message names it. */
export async function readCaptionFile(path: string): Promise<CaptionTranscript> {
  const name = captionName(basename(path));
  if (!name) throw new MediasearchError("UNREADABLE_MEDIA", `${path}: not a captions file`, { subject: path });
  if ((await stat(path)).size > MOST_BYTES)
    throw new MediasearchError("UNREADABLE_MEDIA", `${path}: too large for a captions file`, { subject: path });
  try {
    const bytes = await readFile(path);
    if (!bytes.some((byte) => byte > SPACE)) throw new MediasearchError("UNREADABLE_MEDIA", "empty file");
    const parsed = parseCaptions(bytes, name.format);
    return {
      cues: parsed.cues,
      language: name.language ?? parsed.language ?? "und",
      engine: `captions:${name.format}`,
      durationMs: parsed.durationMs,
    };
  } catch (error) {
    if (!(error instanceof MediasearchError)) throw error;
    throw new MediasearchError(error.code, `${path}: ${error.message}`, { subject: path, hint: error.hint, cause: error });
  }
}

/** The text subtitle track of a media file that suits the language best; null without one or when it is empty. */
export async function readSubtitleTrack(path: string, info: MediaInfo, language: string | undefined, options: ReadOptions): Promise<CaptionTranscript | null> {
  const track = pickSubtitle(info.subtitles, language);
  if (!track) return null;
  const { events, format } = await readSubtitleEvents(path, track.streamIndex, options);
  const cues = cuesFromEvents(events, format);
  if (cues.length === 0) return null;
  return { cues, language: track.language ?? "und", engine: `subtitles:${track.codec}`, durationMs: info.durationMs };
}
