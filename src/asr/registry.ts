import type { Environment, Setting, SettingTable } from "../config/setting.ts";
import { MediasearchError } from "../errors.ts";
import { BYO } from "./custom/settings.ts";
import { NVIDIA_NIMS } from "./nim/settings.ts";
import {
  type EngineFinding,
  type AllRecogniserSettings,
  requestSettings,
  type AsrRetryRows,
  SHARED_ROWS,
  type SharedRows,
} from "./settings.ts";
import { SHERPA } from "./sherpa/settings.ts";
import type { KnownWords } from "./known-words.ts";
import type { SpeakerListener } from "./speaker-turns.ts";
import type { OwnOptions, Transcriber, TranscriberOptions } from "./transcriber.ts";
import { WHISPER } from "./whisper/settings.ts";

/** A recogniser. `never` stands for what it alone knows: its rows and what it is given of them. */
interface Recogniser {
  /** It asks no server and runs no command: workers need no network for it. */
  readonly worksAlone?: true;
  /** It expects the terms of the user's vocabulary. */
  readonly takesTerms?: true;
  /** Models of which it uses the first that somebody pulled; its id names the one that it has. */
  readonly optionalModels?: readonly string[];
  /** It reads files that its own settings name, besides the models that workers are given. */
  readonly readsOwnModels?: true;
  readonly settings?: {
    readonly rows: object;
    readonly own: (values: never, env: Environment["env"]) => unknown;
    readonly isSetUp?: (own: never) => boolean;
  };
  readonly open: (options: OwnOptions<never>) => Promise<Transcriber>;
  /** Asks whether it could work, without giving it audio. Models on this machine need none. */
  readonly check?: (own: never, signal: AbortSignal) => Promise<EngineFinding>;
}

/**
 * Every recogniser under the name that ASR_ENGINE has for it. Settings are light; the rest is
 * loaded by who needs it.
 */
const RECOGNISERS = {
  local: {
    worksAlone: true,
    takesTerms: true,
    optionalModels: ["whisper-small", "whisper-base", "whisper-tiny"],
    open: async (options) => (await import("./local/open.ts")).open(options),
  },
  NVIDIA_NIMS: {
    settings: NVIDIA_NIMS,
    open: async (options) => (await import("./nim/open.ts")).open(options),
    check: async (own, signal) => (await import("./nim/check.ts")).check(own, signal),
  },
  WHISPER: {
    settings: WHISPER,
    open: async (options) => (await import("./whisper/open.ts")).open(options),
    check: async (own, signal) => (await import("./whisper/check.ts")).check(own, signal),
  },
  BYO: {
    settings: BYO,
    open: async (options) => (await import("./custom/open.ts")).open(options),
    check: async (own, signal) => (await import("./custom/check.ts")).check(own, signal),
  },
  SHERPA: {
    worksAlone: true,
    readsOwnModels: true,
    settings: SHERPA,
    open: async (options) => (await import("./sherpa/open.ts")).open(options),
  },
  STUB: { worksAlone: true, open: async () => (await import("./stub/open.ts")).open() },
} satisfies Readonly<Record<string, Recogniser>>;

type Recognisers = typeof RECOGNISERS;
export type RecogniserName = keyof Recognisers;
export const ENGINES = Object.keys(RECOGNISERS) as readonly RecogniserName[];

type RecogniserRowsOf<Entry> = Entry extends { readonly settings: { readonly rows: infer Rows } }
  ? { readonly [Name in keyof Rows]: Rows[Name] extends Setting<infer Value> ? Value : never }
  : never;
type OwnOf<Entry> = Entry extends {
  readonly settings: { readonly own: (...of: never) => infer Own };
}
  ? Own
  : never;
type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** The settings of all recognisers. */
export type RecogniserRows = SharedRows &
  Intersection<RecogniserRowsOf<Recognisers[RecogniserName]>>;

const settingsByName = Object.entries<Recogniser>(RECOGNISERS).flatMap(([name, { settings }]) =>
  settings ? [{ name, settings }] : [],
);

export const RECOGNISER_ROWS = Object.assign(
  { ...SHARED_ROWS },
  ...settingsByName.map(({ settings }) => settings.rows),
) as SettingTable<RecogniserRows>;

/** What recognisers are given of the settings. */
export const engineSettings = (
  values: RecogniserRows & AsrRetryRows,
  env: Environment["env"],
): AllRecogniserSettings => ({
  requests: requestSettings(values),
  recognisers: Object.fromEntries(
    settingsByName.map(({ name, settings }) => [name, settings.own(values as never, env)]),
  ),
});

/** What one recogniser is given of the settings. */
export const settingsOf = <Name extends RecogniserName>(
  { recognisers }: AllRecogniserSettings,
  name: Name,
): OwnOf<Recognisers[Name]> => recognisers[name] as OwnOf<Recognisers[Name]>;

/**
 * Those that the user has set up, such as by the address of a server, whether they are chosen or
 * not.
 */
export const enginesSetUp = (engines: AllRecogniserSettings): readonly string[] =>
  settingsByName.flatMap(({ name, settings }) =>
    settings.isSetUp?.(engines.recognisers[name] as never) ? [name] : [],
  );

/** Whether a recogniser asks a server, or runs a command that may. */
export const asksServers = (name: string): boolean => !recogniserNamed(name).worksAlone;

/** Whether the recogniser makes something of the user's vocabulary. */
export const takesTerms = (name: string): boolean => findRecogniser(name)?.takesTerms === true;

/** Opens what tells apart who speaks, to hear recordings without recognising them. */
export async function openSpeakerListener(
  models: TranscriberOptions["models"],
): Promise<SpeakerListener> {
  const { openSpeakers } = await import("./speakers/with-speakers.ts");
  return openSpeakers(models, "auto", undefined);
}

/**
 * Opens what tells apart who speaks in words that are known already, as the settings ask for it.
 */
export async function openSpeakerTeller(
  known: KnownWords,
  { engines, models }: TranscriberOptions,
): Promise<Transcriber> {
  const { recallWords } = await import("./known-words.ts");
  const transcriber = recallWords(known);
  return engines ? withChosenSpeakers(transcriber, engines, models) : transcriber;
}

/** Models that the recogniser uses where they are here; none for what is no recogniser. */
export const optionalModelsOf = (name: string): readonly string[] =>
  findRecogniser(name)?.optionalModels ?? [];

/** Whether a recogniser reads files that nobody but its settings knows of. */
export const readsOwnModels = (name: string): boolean =>
  recogniserNamed(name).readsOwnModels === true;

/** @throws USAGE for an unknown name, MISSING_MODEL when the model can't be had. */
export async function openTranscriber(
  name: string,
  { engines, ...options }: TranscriberOptions,
): Promise<Transcriber> {
  const { open, settings } = recogniserNamed(name);
  if (settings && !engines)
    throw new MediasearchError("BUG", `${name} was opened without settings`);
  const own = {
    ...options,
    requests: engines?.requests,
    settings: engines?.recognisers[name],
  } as OwnOptions<never>;
  return engines ? enriched(await open(own), engines, options.models) : open(own);
}

const findRecogniser = (name: string): Recogniser | undefined =>
  new Map(Object.entries<Recogniser>(RECOGNISERS)).get(name);

/** @throws USAGE for an unknown name. */
function recogniserNamed(name: string): Recogniser {
  const recogniser = findRecogniser(name);
  if (!recogniser)
    throw new MediasearchError("USAGE", `no recogniser is called ${name}`, {
      hint: `ASR_ENGINE=${ENGINES.join(" or ")}`,
    });
  return recogniser;
}

/**
 * With the models that the user has for it, any recogniser is told the language, and its words get
 * speakers.
 */
async function enriched(
  transcriber: Transcriber,
  engines: AllRecogniserSettings,
  fetchModel: TranscriberOptions["models"],
): Promise<Transcriber> {
  let richer = transcriber;
  const { languageModel } = settingsOf(engines, "SHERPA");
  if (languageModel !== undefined) {
    const { openIdentifier, withLanguage } = await import("./sherpa/with-language.ts");
    const { identify, id } = await openIdentifier(settingsOf(engines, "SHERPA"));
    richer = withLanguage(richer, identify, id);
  }
  return withChosenSpeakers(richer, engines, fetchModel);
}

/** Tells apart who speaks where that is asked for: by models of the user, else by our own. */
async function withChosenSpeakers(
  transcriber: Transcriber,
  engines: AllRecogniserSettings,
  fetchModel: TranscriberOptions["models"],
): Promise<Transcriber> {
  const models = settingsOf(engines, "SHERPA");
  const { segmentationModel, speakerModel } = models;
  const { diarization, speakers, maxSpeakers } = engines.requests;
  const hasOwnModels = segmentationModel !== undefined || speakerModel !== undefined;
  if (diarization !== false && hasOwnModels) {
    const { openDiarizer, withSpeakers } = await import("./sherpa/with-speakers.ts");
    const { diarize, id } = await openDiarizer(models);
    return withSpeakers(transcriber, diarize, id);
  }
  if (speakers === undefined) return transcriber;
  const { openSpeakers, withSpeakers } = await import("./speakers/with-speakers.ts");
  return withSpeakers(transcriber, await openSpeakers(fetchModel, speakers, maxSpeakers));
}

/**
 * Asks a recogniser whether it could work, without giving it audio.
 * @throws what would end a run.
 */
export async function checkTranscriber(
  name: string,
  { recognisers }: AllRecogniserSettings,
  signal: AbortSignal,
): Promise<EngineFinding> {
  const { check } = recogniserNamed(name);
  return check ? check(recognisers[name] as never, signal) : { found: "nothing to ask" };
}
