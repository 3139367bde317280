import type { KnownWords } from "../../asr/known-words.ts";
import type { AllRecogniserSettings } from "../../asr/settings.ts";
import type { SpokenSpan } from "../../asr/speaker-turns.ts";
import type { Checkpoint, SpokenVoices, TimingUnit } from "../../asr/transcriber.ts";
import type { EmbedderSettings } from "../../embed/settings.ts";
import type { EngineChain } from "../../engine-chain.ts";
import type { ErrorCode } from "../../errors.ts";
import type { S3Options } from "../../objects/object-store.ts";
import type { Selection, SelectionRequest } from "../../selection.ts";
import type {
  CaptionsMode,
  Cue,
  EmbeddedSegment,
  Language,
  MediaFacts,
  Origin,
  Segment,
} from "../../types.ts";
import type { ContentDigest } from "../../fingerprint.ts";
import type { LinkOptions } from "../sources/link/http.ts";
import type { ListedContent } from "../sources/media-source.ts";

/**
 * What the main process and a worker process say to each other (structured clone over the IPC
 * channel).
 */
export interface WorkerSetup {
  /** For `openS3`: keys go over the channel, never on a command line. */
  readonly objects: S3Options;
  readonly links: LinkOptions;
  readonly embedder: EmbedderSettings;
  /** Addresses, keys and limits of recognisers outside this process. */
  readonly engines: AllRecogniserSettings;
}

export interface FileTask extends SelectionRequest {
  readonly path: string;
  readonly kind: "media" | "captions";
  /** What the file was like when it was listed, where its source can hold it to that. */
  readonly listed?: ListedContent | undefined;
  /** The files that it consists of, when `path` only lists them. */
  readonly parts?: readonly string[] | undefined;
  readonly sidecar: string | null;
  /** Files beside it that say what it is. */
  readonly factsBeside?: readonly string[] | undefined;
  /** Further captions that would do, best first: for when the first does not carry the speech. */
  readonly otherSidecars?: readonly string[] | undefined;
  /** Captions beside the media in another language than the one that was asked for. */
  readonly foreignCaptions?: readonly string[] | undefined;
  /** The code page of captions that the user names. */
  readonly captionsEncoding?: string | undefined;
  readonly captions: CaptionsMode;
  /** Only captions that can stand for the speech count, also where nothing is recognised. */
  readonly mustSuit?: boolean | undefined;
  /** The digest of the media, where it is known without reading them. */
  readonly knownContent?: string | undefined;
  readonly language: string | undefined;
  /** Recognisers to try in order. */
  readonly engines: EngineChain;
  /** What the first of them made of it earlier, where only the speakers are missing. */
  readonly known?: KnownWords | undefined;
  /** Checkpoints of an earlier attempt at the same content. */
  readonly resume?: readonly Checkpoint[];
  /** Whether somebody reads along: what is said is told as it is recognised. */
  readonly tellsLines?: boolean | undefined;
}

/** What is being done with a file; "awaiting-copy": another one of the same content is at work. */
export type FilePhase = "reading" | "awaiting-copy" | "loading" | "recognising" | "embedding";

/** What was just recognised. Its end may still change; milliseconds of audio. */
export type RecognisedLine = Pick<Cue, "startMs" | "endMs" | "speaker" | "text">;

/** Everything of one file but its place in the catalogue. */
export interface WorkerTranscript {
  readonly origin: Origin;
  readonly engine: string;
  /** The recogniser by its name, where it was one. */
  readonly engineName?: string;
  /** It was not the first that was tried. */
  readonly isFallback?: boolean;
  readonly language: Language;
  /** The track and the channels that it was made of; absent for captions beside the media. */
  readonly selection?: Selection | undefined;
  /** How finely a recogniser knew its times; absent with captions. */
  readonly timing?: TimingUnit;
  /** Pictures without sound and without captions: there was nothing to index. */
  readonly isSilentFilm?: boolean;
  readonly durationMs: number | null;
  readonly recordedAtMs: number | null;
  readonly segments: readonly EmbeddedSegment[];
  /** How those sound who speak in it, where that was heard. */
  readonly voices?: SpokenVoices | undefined;
  /** Left out where nobody looked. */
  readonly facts?: MediaFacts;
  readonly warnings: readonly string[];
}

export type Request =
  | { readonly type: "setup"; readonly setup: WorkerSetup }
  | { readonly type: "identify"; readonly task: FileTask }
  | { readonly type: "transcribe"; readonly task: FileTask }
  | { readonly type: "describe"; readonly task: FileTask }
  /** Hears voices in the spans where somebody speaks. */
  | { readonly type: "voices"; readonly task: FileTask; readonly spans: readonly SpokenSpan[] }
  | { readonly type: "embed"; readonly segments: readonly Segment[] }
  /** How long media are; by their heads, without reading them. */
  | { readonly type: "measure"; readonly paths: readonly string[] }
  | {
      readonly type: "models";
      readonly model: string;
      readonly files?: Record<string, string>;
      readonly failure?: Failure;
    };

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

export type WorkerReply =
  | { readonly type: "identity"; readonly identity: ContentDigest }
  | { readonly type: "facts"; readonly facts: MediaFacts }
  | { readonly type: "transcript"; readonly transcript: WorkerTranscript }
  /** "only captions" was asked for and there are none: not a failure. */
  | { readonly type: "skipped"; readonly reason: string }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "voices"; readonly voices: SpokenVoices }
  | { readonly type: "vectors"; readonly vectors: readonly Float32Array[] }
  /** In the order of the paths; null where nothing tells it, 0 for what can't be read. */
  | { readonly type: "durations"; readonly durations: readonly (number | null)[] }
  | { readonly type: "phase"; readonly phase: FilePhase }
  | { readonly type: "recognised"; readonly lines: readonly RecognisedLine[] }
  | { readonly type: "checkpoint"; readonly checkpoint: Checkpoint }
  /** Work goes on, without a position to tell. */
  | { readonly type: "alive" }
  | { readonly type: "progress"; readonly positionMs: number; readonly durationMs: number | null }
  | { readonly type: "need-models"; readonly model: string };
