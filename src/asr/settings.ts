/** What recognisers outside this process are given; `config.ts` says what each means. Plain data: it goes to worker processes. */
export interface EngineSettings {
  readonly requests: RequestSettings;
  readonly whisper: WhisperSettings;
  readonly custom: ByoSettings;
  readonly nim: NimSettings;
  readonly sherpa: SherpaSettings;
}

/** Models of the user's own; paths. */
export interface SherpaSettings {
  readonly model: string | undefined;
  /** Tells which language is spoken, to whichever recogniser. */
  readonly languageModel: string | undefined;
  /** Both together tell speakers apart, for whichever recogniser does not. */
  readonly segmentationModel: string | undefined;
  readonly speakerModel: string | undefined;
  readonly speakers: number | undefined;
  readonly threshold: number;
}

/** The same for every recogniser that is asked over a network or by a command. */
export interface RequestSettings {
  /** Whether speakers are to be told apart: true and false as the user said; undefined: where it can be had. */
  readonly diarization: boolean | undefined;
  /** Requests at once for one file. */
  readonly concurrency: number;
  /** Attempts at one piece of audio whose failure may pass. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

export interface WhisperSettings {
  readonly endpoint: string | undefined;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Which kind of server answers there; "auto" asks it. */
  readonly api: "auto" | "openai" | "whisper.cpp";
  readonly timeoutMs: number;
}

export interface ByoSettings {
  /** Program and arguments, with placeholders; empty without one. */
  readonly command: readonly string[];
  readonly endpoint: string | undefined;
  readonly apiKey: string | undefined;
  readonly model: string | undefined;
  readonly maxSpeakers: number | undefined;
  /** For one piece; undefined: 120 s, or four times its length if that is more. */
  readonly timeoutMs: number | undefined;
  /** Of the answer; "auto" tells JSON, WebVTT and SubRip apart. */
  readonly format: "auto" | "json" | "srt" | "vtt" | "text";
  /** Longest piece of audio. */
  readonly maxMs: number;
  /** Variables that the command gets. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface NimSettings {
  readonly endpoint: string | undefined;
  readonly apiKey: string | undefined;
  /** Of NVIDIA's hosted functions. */
  readonly functionId: string | undefined;
  /** As Riva writes it, such as en-US or multi. */
  readonly language: string | undefined;
  readonly model: string | undefined;
  readonly maxSpeakers: number | undefined;
  /** A file of certificates in PEM. */
  readonly tlsCa: string | undefined;
  /** undefined: 60 s and the length of the audio. */
  readonly timeoutMs: number | undefined;
}

/** What `doctor` learns of a recogniser. */
export interface EngineFinding {
  readonly found: string;
  /** It answers, but not as it is set up here. */
  readonly warning?: string;
  readonly hint?: string;
}
