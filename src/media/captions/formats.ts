import type { CaptionFormatSpec } from "./caption-format.ts";
import { ASS } from "./formats/ass.ts";
import { ASSEMBLYAI_JSON } from "./formats/assemblyai-json.ts";
import { AUDACITY } from "./formats/audacity.ts";
import { AWS_JSON } from "./formats/aws-json.ts";
import { AZURE_JSON } from "./formats/azure-json.ts";
import { DEEPGRAM_JSON } from "./formats/deepgram-json.ts";
import { EBU_STL } from "./formats/ebu-stl.ts";
import { GOOGLE_JSON } from "./formats/google-json.ts";
import { LRC } from "./formats/lrc.ts";
import { MICRODVD } from "./formats/microdvd.ts";
import { MPL2 } from "./formats/mpl2.ts";
import { OTTER } from "./formats/otter.ts";
import { PODCAST_JSON } from "./formats/podcast-json.ts";
import { REV_JSON } from "./formats/rev-json.ts";
import { SAMI } from "./formats/sami.ts";
import { SBV } from "./formats/sbv.ts";
import { SCC } from "./formats/scc.ts";
import { SUBVIEWER } from "./formats/subviewer.ts";
import { TMPLAYER } from "./formats/tmplayer.ts";
import { TTML } from "./formats/ttml.ts";
import { VOSK_JSON } from "./formats/vosk-json.ts";
import { WHISPER_CPP_JSON } from "./formats/whisper-cpp-json.ts";
import { WHISPER_JSON } from "./formats/whisper-json.ts";
import { WHISPER_TSV } from "./formats/whisper-tsv.ts";
import { WHISPER_TXT } from "./formats/whisper-txt.ts";
import { YOUTUBE_JSON3 } from "./formats/youtube-json3.ts";
import { YOUTUBE_XML } from "./formats/youtube-xml.ts";
import { SUBRIP } from "./formats/srt.ts";
import { TRANSCRIPTION_JSON } from "./formats/transcription-json.ts";
import { WEBVTT } from "./formats/webvtt.ts";

/**
 * Every format of captions and transcripts that is read. The order matters in two ways: of several
 * files beside a recording the first format is preferred, and content that could be of several is
 * taken for the first.
 */
export const FORMATS: readonly CaptionFormatSpec[] = [
  WEBVTT,
  SUBRIP,
  ASS,
  TRANSCRIPTION_JSON,
  TTML,
  SAMI,
  SCC,
  EBU_STL,
  SBV,
  SUBVIEWER,
  MICRODVD,
  MPL2,
  TMPLAYER,
  LRC,
  YOUTUBE_JSON3,
  YOUTUBE_XML,
  WHISPER_CPP_JSON,
  PODCAST_JSON,
  REV_JSON,
  DEEPGRAM_JSON,
  AWS_JSON,
  GOOGLE_JSON,
  AZURE_JSON,
  WHISPER_JSON,
  ASSEMBLYAI_JSON,
  VOSK_JSON,
  WHISPER_TSV,
  WHISPER_TXT,
  AUDACITY,
  OTTER,
];

/** The name of a format in `FORMATS`. */
export type CaptionFormat = string;

const byName = new Map(FORMATS.map((spec) => [spec.name, spec]));

export function formatNamed(name: CaptionFormat): CaptionFormatSpec {
  const spec = byName.get(name);
  if (!spec) throw new TypeError(`no format of captions is called ${name}`);
  return spec;
}
