import {
  type Environment,
  parseInteger,
  path,
  type SettingTable,
  yesNo,
} from "../config/setting.ts";

/** Names and terms that the user expects in recordings. */
export interface Terms {
  readonly terms: readonly string[];
  /** Tells lists apart: eight hexadecimal digits. */
  readonly digest: string;
}

/** The settings of one recogniser; they stand in its folder. */
export interface RecogniserSettings<Rows, Own> {
  /** Its rows in the table of all settings. */
  readonly rows: SettingTable<Rows>;
  /** What the recogniser is given of them. It is plain data, since it goes to worker processes. */
  readonly own: (values: Rows & SharedRows, env: Environment["env"]) => Own;
  /**
   * Whether the user has set it up, so that it is checked and measured though nothing chooses it.
   */
  readonly isSetUp?: (own: Own) => boolean;
}

/**
 * What recognisers are given: settings that all share, and those of each under its name. It must be
 * plain data, since it goes to worker processes.
 */
export interface AllRecogniserSettings {
  readonly requests: RequestSettings;
  readonly recognisers: Readonly<Record<string, unknown>>;
}

/** The same for every recogniser that is asked over a network or by a command. */
export interface RequestSettings {
  /**
   * Whether speakers are to be told apart: true and false as the user said; undefined: where it can
   * be had.
   */
  readonly diarization: boolean | undefined;
  /** How many speakers are to be told apart on this machine; undefined when that is not wanted. */
  readonly speakers: SpeakersWanted | undefined;
  readonly maxSpeakers: number | undefined;
  /** Names and terms that the user expects; see `withTerms`. Absent where none are named. */
  readonly terms?: Terms | undefined;
  /** How many requests may be under way at once for one file. */
  readonly concurrency: number;
  /** How often one audio chunk is tried whose failure may pass. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What `doctor` learns of a recogniser. */
export interface EngineFinding {
  readonly found: string;
  /** The recogniser answers, but not as it is set up here. */
  readonly warning?: string;
  readonly hint?: string;
}

/** The number of speakers in every recording, or that it is to be found out. */
export type SpeakersWanted = "auto" | number;
export type SpeakersSetting = SpeakersWanted | "off";

const MAX_SPEAKERS = 50;

function speakersSetting(text: string): SpeakersSetting {
  const value = text.trim().toLowerCase();
  if (value === "auto" || value === "off") return value;
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > MAX_SPEAKERS)
    throw new Error(
      `must be auto, off or a number from 1 to ${MAX_SPEAKERS} (before a path: --speakers=auto)`,
    );
  return count;
}

/** Settings that several recognisers share. */
export interface SharedRows {
  readonly diarization: boolean | undefined;
  readonly speakers: SpeakersSetting | undefined;
  readonly vocabulary: string | undefined;
  readonly asrRequests: number;
  readonly maxSpeakers: number | undefined;
}

export const SHARED_ROWS: SettingTable<SharedRows> = {
  diarization: {
    env: "ASR_DIARIZATION",
    help: "whether recognisers that can distinguish speakers do so",
    parse: yesNo,
    fallback: () => undefined,
    fallbackText: "where it can be had",
    inProjectFile: "always",
  },
  speakers: {
    flag: "speakers",
    env: "ASR_SPEAKERS",
    help: "tell apart who speaks, on this machine: auto, or the number of speakers in each recording",
    parse: speakersSetting,
    fallback: () => undefined,
    fallbackText: "off",
    inProjectFile: "always",
  },
  vocabulary: {
    flag: "vocabulary",
    env: "ASR_VOCABULARY",
    help: "file of names and terms, one a line, that the recogniser on this machine is to expect in English speech",
    parse: path,
    fallback: () => undefined,
    fallbackText: "none",
    inProjectFile: "inside",
  },
  asrRequests: {
    env: "ASR_REQUESTS",
    help: "requests at once for one file, to recognisers on a server",
    parse: parseInteger(1, 64),
    fallback: () => 2,
    fallbackText: "2",
    inProjectFile: "always",
    mostInProjectFile: () => 8,
  },
  maxSpeakers: {
    env: "ASR_MAX_SPEAKERS",
    help: "largest number of speakers in a recording",
    parse: parseInteger(1, 100),
    fallback: () => undefined,
    fallbackText: "its own choice",
    inProjectFile: "always",
  },
};

/** Settings of retries that recognisers on servers are held to as well. */
export interface AsrRetryRows {
  readonly maxAttempts: number;
  readonly baseRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

/** One audio chunk is not tried more often in a row: the attempts at the file come on top. */
const ASR_MAX_ATTEMPTS = 5;
const ASR_MAX_DELAY_MS = 30_000;

export const requestSettings = (values: SharedRows & AsrRetryRows): RequestSettings => ({
  diarization: values.diarization,
  speakers: values.speakers === "off" || values.diarization === false ? undefined : values.speakers,
  maxSpeakers: values.maxSpeakers,
  concurrency: values.asrRequests,
  attempts: Math.min(ASR_MAX_ATTEMPTS, values.maxAttempts),
  baseDelayMs: values.baseRetryDelayMs,
  maxDelayMs: Math.min(ASR_MAX_DELAY_MS, values.maxRetryDelayMs),
});
