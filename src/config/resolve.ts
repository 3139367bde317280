import { MediasearchError } from "../errors.ts";
import { type Earlier, type Environment, type Setting, typedFlag } from "./setting.ts";
import { type SettingName, SETTINGS, type Settings } from "./settings.ts";

export type SourceKind =
  | "flag"
  | "environment"
  | "env file"
  | "project file"
  | "user file"
  | "default";

/** Where a value came from: `from` names the flag, variable or file; "" for defaults. */
export interface SettingSource {
  readonly kind: SourceKind;
  readonly from: string;
}

/** A value as it was written. Relative paths in it start at `folder`. */
export interface Given {
  readonly text: string;
  readonly from: string;
  readonly folder: string;
}

/** The values of one source; settings that it does not mention come from the next layer. */
export interface Layer {
  readonly kind: SourceKind;
  readonly given: ReadonlyMap<SettingName, Given>;
}

export interface Config {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
}

const entries = Object.entries(SETTINGS) as unknown as readonly (readonly [
  SettingName,
  Setting<unknown>,
])[];

/**
 * Flags win over the environment, that over the other layers in their order, all over defaults.
 * Pure but for the machine's cores and memory.
 * @throws USAGE naming the flag, variable or file and what it may be.
 */
export function resolveConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment,
  others: readonly Layer[] = [],
): Config {
  const layers = [
    flagLayer(flags, environment.cwd),
    environmentLayer(environment.env, environment.cwd),
    ...others,
  ];
  const settings: Record<string, unknown> = {};
  const sources: Record<string, SettingSource> = {};
  for (const [name, setting] of entries) {
    const layer = layers.find(({ given }) => given.has(name));
    const given = layer?.given.get(name);
    sources[name] = Object.freeze({ kind: layer?.kind ?? "default", from: given?.from ?? "" });
    settings[name] =
      given === undefined
        ? setting.fallback(environment, settings as unknown as Earlier)
        : parseGiven(setting, given, environment);
  }
  return Object.freeze({
    settings: Object.freeze(settings),
    sources: Object.freeze(sources),
  }) as unknown as Config;
}

function parseGiven(
  setting: Setting<unknown>,
  { text, from, folder }: Given,
  at: Environment,
): unknown {
  try {
    return setting.parse(text, { env: at.env, cwd: folder });
  } catch (error) {
    const shown =
      setting.isSecret || setting.mayHoldKeys || !isHarmless(text) ? "" : `, not "${text}"`;
    throw new MediasearchError("USAGE", `${from}: ${(error as Error).message}${shown}`, {
      subject: from,
      hint: `${from}: ${setting.help}`,
    });
  }
}

/**
 * Short and plain, a number or a word: anything else may be a key, or an address or a command with
 * one.
 */
const isHarmless = (text: string): boolean =>
  /^[\w .,:+-]{0,24}$/.test(text) && !(text.length >= 12 && /\d/.test(text) && /[a-z]/i.test(text));

function flagLayer(flags: Readonly<Record<string, unknown>>, cwd: string): Layer {
  const given = new Map<SettingName, Given>();
  for (const [name, { flag }] of entries) {
    const text = flag === undefined ? undefined : flags[flag];
    if (typeof text === "string")
      given.set(name, { text, from: typedFlag(flag ?? ""), folder: cwd });
  }
  return { kind: "flag", given };
}

/**
 * What variables say, whether of the process or of an env file; an empty one says nothing. `where`
 * is put behind their names.
 */
export function environmentLayer(
  env: Environment["env"],
  folder: string,
  kind: SourceKind = "environment",
  where = "",
): Layer {
  const given = new Map<SettingName, Given>();
  for (const [name, setting] of entries) {
    const variable = [setting.env, ...(setting.alsoEnv ?? [])].find((one) => env[one]);
    const text = variable === undefined ? undefined : env[variable];
    if (text) given.set(name, { text, from: `${variable}${where}`, folder });
  }
  return { kind, given };
}
