import { extname } from "node:path";
import { type ErrorCode, MediasearchError } from "../../errors.ts";

export interface RangeParts {
  readonly heard: readonly string[];
  /** Empty where the files that are heard have the picture, too. */
  readonly shown: readonly string[];
}

/** A stretch of a file that goes into the output. Milliseconds as a player shows them. */
export interface ClipRange {
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Shown over the picture; null for none. */
  readonly title: string | null;
  /** The number of its sound track, from 1; the program chooses without it. */
  readonly audioTrack?: number | undefined;
  /** The files that it consists of, where `path` is the manifest of a package. */
  readonly parts?: RangeParts | undefined;
}

/** A folder that only this user enters. */
export interface UnfinishedFolder {
  readonly path: string;
  /** What the file system calls it, whatever its path leads to by now. */
  readonly identity: string | undefined;
}

/** The output in its folder; what it is, the muxer says and not its ending. */
export const OUTPUT_NAME = "clip";

export interface ClipJob {
  readonly ranges: readonly ClipRange[];
  /** The output's name in the end, for errors. */
  readonly to: string;
  /** Where the output is written until it is complete, as `OUTPUT_NAME`. */
  readonly folder: UnfinishedFolder;
  readonly output: OutputFormat;
  /**
   * Copy the packets of one piece instead of encoding them anew, where the output can hold them.
   */
  readonly isFast: boolean;
}

export interface ClipResult {
  readonly durationMs: number;
  /** copied: begins at the picture that its decoder needs, at or before the wished start. */
  readonly how: "copied" | "encoded";
}

/** What the process that cuts sends to the one that started it. */
export type ClipReply =
  | { readonly type: "progress"; readonly doneMs: number }
  | { readonly type: "done"; readonly result: ClipResult }
  | {
      readonly type: "failed";
      readonly failure: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string | undefined;
        readonly subject: string | undefined;
      };
    };

/**
 * A kind of output: FFmpeg's names of the muxer, the encoders, and the codecs that may be copied
 * into it.
 */
export interface OutputFormat {
  readonly muxer: string;
  readonly video: "libx264" | "libvpx" | "mjpeg" | null;
  readonly audio: "aac" | "libmp3lame" | "libopus" | "flac" | "pcm_s16le" | null;
  readonly copies: readonly string[];
  /** Made while somebody waits for it: fast to encode, and playable from its first bytes on. */
  readonly isForStreams?: boolean;
  /** Pictures are made no higher than that. */
  readonly maxHeight?: number;
  /** Pictures in a second; that of the source when undefined. */
  readonly frameRate?: number;
}

/** A part of a recording for browsers that can't play it itself: MP4 in fragments. */
export const PIECE_FORMAT: OutputFormat = {
  muxer: "mp4",
  video: "libx264",
  audio: "aac",
  copies: [],
  isForStreams: true,
  maxHeight: 720,
};

/** How long `STILL_FORMAT` takes to show one picture, in milliseconds. */
export const STILL_MS = 100;

/** One picture as JPEG, of a range of STILL_MS. */
export const STILL_FORMAT: OutputFormat = {
  muxer: "mjpeg",
  video: "mjpeg",
  audio: null,
  copies: [],
  maxHeight: 180,
  frameRate: 1000 / STILL_MS,
};

const MP4 = {
  video: "libx264",
  audio: "aac",
  copies: ["h264", "hevc", "mpeg4", "av1", "aac", "mp3", "ac3", "eac3", "opus"],
} as const;

/**
 * Output formats by the ending of the file's name. Lossless sound is never copied: encoding it
 * again loses nothing and cuts to the sample.
 */
const OUTPUTS: Readonly<Record<string, OutputFormat>> = {
  ".mp4": { muxer: "mp4", ...MP4 },
  ".m4v": { muxer: "mp4", ...MP4 },
  ".mov": { muxer: "mov", ...MP4, copies: [...MP4.copies, "prores", "dnxhd", "mjpeg"] },
  ".mkv": {
    muxer: "matroska",
    video: "libx264",
    audio: "aac",
    copies: [...MP4.copies, "vp8", "vp9", "vorbis", "mpeg2video", "mp2"],
  },
  ".webm": {
    muxer: "webm",
    video: "libvpx",
    audio: "libopus",
    copies: ["vp8", "vp9", "av1", "opus", "vorbis"],
  },
  ".m4a": { muxer: "ipod", video: null, audio: "aac", copies: ["aac"] },
  ".mp3": { muxer: "mp3", video: null, audio: "libmp3lame", copies: ["mp3"] },
  ".ogg": { muxer: "ogg", video: null, audio: "libopus", copies: ["opus", "vorbis"] },
  ".opus": { muxer: "opus", video: null, audio: "libopus", copies: ["opus"] },
  ".flac": { muxer: "flac", video: null, audio: "flac", copies: [] },
  ".wav": { muxer: "wav", video: null, audio: "pcm_s16le", copies: [] },
};

/** @throws USAGE for an ending that says nothing. */
export function outputFormat(path: string): OutputFormat {
  const format = OUTPUTS[extname(path).toLowerCase()];
  if (!format)
    throw new MediasearchError(
      "USAGE",
      `${path}: what it should be is told by its ending: ${Object.keys(OUTPUTS).join(", ")}`,
      { subject: path },
    );
  return format;
}
