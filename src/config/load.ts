import { expandHome } from "../location.ts";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { findProjectFile, readConfigFile, readSecret } from "./config-file.ts";
import { configFolder } from "./folders.ts";
import { type Replaced, replacedNames } from "./legacy-settings.ts";
import { type Config, environmentLayer, type Layer, resolveConfig } from "./resolve.ts";
import type { Environment } from "./setting.ts";
import { SETTINGS } from "./settings.ts";

export interface ConfigPlace {
  readonly kind: "env file" | "project file" | "user file";
  readonly path: string;
  readonly isThere: boolean;
}

export interface LoadedConfig extends Config {
  readonly places: readonly ConfigPlace[];
  /** What the user should know about the sources, one line each. */
  readonly notices: readonly string[];
  /** Variables of the predecessor that are set and that nothing reads. */
  readonly replaced: readonly Replaced[];
}

/**
 * Reads the files that may hold settings, then resolves. `--env-file` and `--config` name files; a
 * `.env` is never looked for.
 */
export function loadConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment,
): LoadedConfig {
  const envFile =
    typeof flags["envFile"] === "string"
      ? resolve(environment.cwd, expandHome(flags["envFile"]))
      : undefined;
  const variables = envFile === undefined ? {} : readEnvFile(envFile);
  const named =
    typeof flags["config"] === "string"
      ? flags["config"]
      : environment.env["MEDIASEARCH_CONFIG"] || undefined;
  const project =
    named === undefined
      ? findProjectFile(environment.cwd)
      : resolve(environment.cwd, expandHome(named));
  const user = join(configFolder(environment), "config.json");
  const hasUser = statSync(user, { throwIfNoEntry: false }) !== undefined;
  const files = [
    ...(project === undefined
      ? []
      : [readConfigFile(project, "project file", named === undefined)]),
    ...(hasUser ? [readConfigFile(user, "user file", false)] : []),
  ];
  const layers: Layer[] = [
    secretFiles(environment.env, environment.cwd, "environment", ""),
    ...(envFile === undefined
      ? []
      : [
          environmentLayer(variables, dirname(envFile), "env file", ` in ${envFile}`),
          secretFiles(variables, dirname(envFile), "env file", ` in ${envFile}`),
        ]),
    ...files.map(({ layer }) => layer),
  ];
  const places: ConfigPlace[] = [{ kind: "user file", path: user, isThere: hasUser }];
  if (project !== undefined) places.unshift({ kind: "project file", path: project, isThere: true });
  if (envFile !== undefined) places.unshift({ kind: "env file", path: envFile, isThere: true });
  return Object.freeze({
    ...resolveConfig(flags, environment, layers),
    places,
    notices: files.flatMap(({ notices }) => notices),
    replaced: replacedNames(
      new Set([
        ...Object.keys(environment.env).filter((name) => environment.env[name]),
        ...Object.keys(variables),
      ]),
    ),
  });
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch (error) {
    const { message } = toMediasearchError(error, path);
    throw new MediasearchError("USAGE", `--env-file: ${message}`, { subject: path, cause: error });
  }
}

/**
 * Secrets that stand in files of their own, as container systems mount them:
 * `VAST_SECRET_ACCESS_KEY_FILE`.
 */
function secretFiles(
  env: Environment["env"],
  folder: string,
  kind: Layer["kind"],
  where: string,
): Layer {
  const given = new Map<keyof typeof SETTINGS, { text: string; from: string; folder: string }>();
  for (const name of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    const { isSecret, env: variable } = SETTINGS[name];
    // Each look into the environment of a process takes time, and few settings are secret.
    if (!isSecret) continue;
    const path = env[`${variable}_FILE`];
    const from = `${variable}_FILE${where}`;
    if (path && !env[variable])
      given.set(name, { text: readSecret(resolve(folder, path), from), from, folder });
  }
  return { kind, given };
}
