import { MediasearchError } from "../../errors.ts";
import { possibleCaptionName } from "../../media/captions/names.ts";
import { parseCaptions } from "../../media/captions/parse.ts";
import {
  type ProgrammeFacts,
  programmeStart,
  shiftCues,
} from "../../media/captions/programme-time.ts";
import { formatTime } from "../../media/captions/raw-cue.ts";
import { whyImplausible, withoutData } from "../../media/captions/plausibility.ts";
import { folderOf, isLink, nameBelow, nameOf, type Location } from "../../location.ts";
import { describeSidecar } from "../../media/captions/pairing.ts";
import type { TrackSelection } from "../../selection.ts";
import type { Cue, Language } from "../../types.ts";

export interface CaptionTranscript {
  readonly cues: readonly Cue[];
  readonly language: Language;
  /** Where they came from: `captions:webvtt`, `subtitles:mov_text`. */
  readonly engine: string;
  readonly durationMs: number | null;
  /** How they are called in a warning. */
  readonly label: string;
  /** Why they can't stand for the speech; null when they can. */
  readonly fault: string | null;
  /** What a user should know about how they were read. */
  readonly warnings: readonly string[];
  /** What is said about the recording, never what is said in it. */
  readonly isCommentary?: boolean | undefined;
  /** The track that they lie in; absent for a file of their own. */
  readonly track?: TrackSelection | undefined;
}

/** Zero bytes, line ends and spaces only, are nothing. */
const SPACE = 0x20;
/** A captions file is text; one larger than this is something else with the wrong name. */
export const MAX_CAPTION_BYTES = 200_000_000;

export interface CaptionReading {
  /** The code page that the user names. */
  readonly encoding?: string | undefined;
  /** The language that is wanted of captions in several; undefined for any. */
  readonly wantedLanguage?: string | undefined;
  /** How long the media is, for captions beside media; null when nobody knows. */
  readonly durationMs: number | null;
  /** The time code at which the media starts; null where it notes none. */
  readonly timecodeMs: number | null;
  /** The media that the captions are read for; undefined for captions by themselves. */
  readonly media?: Location | undefined;
}

/**
 * `bytes`: undefined for a file that is too large. @throws UNREADABLE_MEDIA when it is no captions
 * file; the message names it.
 */
export function readCaptionFile(
  path: Location,
  bytes: Buffer | undefined,
  { encoding, wantedLanguage, durationMs, timecodeMs, media }: CaptionReading,
): CaptionTranscript {
  const label = nameOf(path);
  const name = possibleCaptionName(label);
  if (!name)
    throw new MediasearchError("UNREADABLE_MEDIA", `${path}: not a captions file`, {
      subject: path,
    });
  const said = media === undefined ? name : describeBeside(path, media);
  if (bytes === undefined)
    throw new MediasearchError("UNREADABLE_MEDIA", `${path}: too large for a captions file`, {
      subject: path,
    });
  try {
    if (!bytes.some((byte) => byte > SPACE))
      throw new MediasearchError("UNREADABLE_MEDIA", "empty file");
    const parsed = parseCaptions(bytes, name.format, {
      encoding,
      language: said.language ?? undefined,
      wantedLanguage: wantedLanguage ?? said.language ?? undefined,
    });
    const words = withoutData(parsed.cues);
    const isData = words.length === 0 && parsed.cues.length > 0;
    const facts = { durationMs, timecodeMs, hourMs: parsed.hourMs };
    const { cues, warnings } = atMediaTimes(words, media === undefined ? null : facts);
    return {
      cues,
      language: said.language ?? parsed.language ?? "und",
      engine: `captions:${parsed.format}`,
      durationMs: parsed.durationMs,
      label,
      fault: isData
        ? "it has thumbnails or data, no words"
        : whyImplausible(cues, { durationMs, isPartial: said.isForced }),
      warnings: [...parsed.warnings, ...warnings].map((warning) => `${label}: ${warning}`),
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

/** Captions at the times of their media; null for captions by themselves. */
function atMediaTimes(
  cues: readonly Cue[],
  facts: ProgrammeFacts | null,
): { readonly cues: readonly Cue[]; readonly warnings: readonly string[] } {
  if (!facts || cues.length === 0) return { cues, warnings: [] };
  const startMs = programmeStart(cues, facts);
  const moved = startMs === 0 ? cues : shiftCues(cues, -startMs);
  const start = formatTime(startMs, ".").replace(/\.000$/, "");
  const told = startMs === 0 ? undefined : `its times count from ${start}: that was taken off`;
  return { cues: moved, warnings: told === undefined ? [] : [told] };
}

/** What the name of captions says beside their media, from whose folder it is read. */
const describeBeside = (path: Location, media: Location): ReturnType<typeof describeSidecar> =>
  describeSidecar(
    isLink(path)
      ? nameOf(path)
      : (nameBelow(path, folderOf(media)) ?? nameOf(path)).replaceAll("\\", "/"),
    nameOf(media),
  );
