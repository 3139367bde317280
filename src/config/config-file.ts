import { readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import type { Given, Layer, SourceKind } from "./resolve.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, SETTINGS } from "./settings.ts";

const MAX_CONFIG_BYTES = 1 << 20;

export const PROJECT_FILE = "mediasearch.config.json";

export interface ReadFile {
  readonly layer: Layer;
  /** What of it was not taken, and why; one line each. */
  readonly notices: readonly string[];
}

/**
 * The nearest project file, from the current folder up to the home folder or the top of a
 * repository.
 */
export function findProjectFile(cwd: string): string | undefined {
  const home = resolve(homedir());
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (statSync(join(folder, PROJECT_FILE), { throwIfNoEntry: false })?.isFile())
      return join(folder, PROJECT_FILE);
    if (
      folder === home ||
      folder === dirname(folder) ||
      statSync(join(folder, ".git"), { throwIfNoEntry: false })
    )
      return undefined;
  }
}

/**
 * A configuration file: one JSON object from setting names to strings, numbers, true or false. Data
 * only, nothing in it runs.
 * `isFound`: nobody named it. Then it must be the user's own, and only sets what `inProjectFile`
 * allows.
 * @throws USAGE when it is no such file, or names a setting that there is not.
 */
export function readConfigFile(path: string, kind: SourceKind, isFound: boolean): ReadFile {
  const empty: Layer = { kind, given: new Map() };
  const stranger = isFound && writtenByOthers(path);
  if (stranger)
    return { layer: empty, notices: [`${path}: not read, ${stranger}; --config ${path} reads it`] };
  const given = new Map<SettingName, Given>();
  const refused: string[] = [];
  for (const [key, value] of Object.entries(readJsonObject(path))) {
    if (key === "$schema" || value === null) continue;
    const { name, setting, text } = readEntry(path, key, value);
    if (isFound && !isAllowed(setting, text, dirname(path))) refused.push(key);
    else {
      const from = `${key} in ${path}`;
      given.set(name, {
        text: key === name ? text : readSecret(resolve(dirname(path), text), from),
        from,
        folder: dirname(path),
      });
    }
  }
  const notices =
    refused.length === 0
      ? []
      : [
          `${path}: ${refused.join(", ")} not taken from a file that was merely found; --config ${path} takes all of it`,
        ];
  return { layer: { kind, given }, notices };
}

/**
 * Without the line end that editors and `echo` put there. `from` is the setting that names the
 * file.
 */
export function readSecret(path: string, from: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new MediasearchError("USAGE", `${from}: ${toMediasearchError(error, path).message}`, {
      subject: from,
      cause: error,
    });
  }
}

function readJsonObject(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    if (statSync(path).size > MAX_CONFIG_BYTES)
      throw new MediasearchError("USAGE", `${path}: too large for a configuration file`, {
        subject: path,
      });
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof MediasearchError) throw error;
    if (!(error instanceof SyntaxError))
      throw new MediasearchError("USAGE", toMediasearchError(error, path).message, {
        subject: path,
        cause: error,
      });
    // The parser quotes what it read, and that may be a key.
    const [position = ""] = /\(line \d+ column \d+\)/.exec(error.message) ?? [];
    throw new MediasearchError("USAGE", `${path}: not JSON ${position}`.trimEnd(), {
      subject: path,
    });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MediasearchError("USAGE", `${path}: must be a JSON object of settings`, {
      subject: path,
      hint: 'such as { "language": "de" }',
    });
  return value as Record<string, unknown>;
}

function readEntry(
  path: string,
  key: string,
  value: unknown,
): { name: SettingName; setting: Setting<unknown>; text: string } {
  const secret = key.endsWith("File") ? key.slice(0, -"File".length) : "";
  const isSecretFile = secret in SETTINGS && SETTINGS[secret as SettingName].isSecret === true;
  const name = (isSecretFile ? secret : key) as SettingName;
  if (!Object.hasOwn(SETTINGS, name))
    throw new MediasearchError("USAGE", `${path}: there is no setting "${key}"`, {
      subject: path,
      hint: "mediasearch config   (lists them all)",
    });
  const setting = SETTINGS[name] as Setting<unknown>;
  if (setting.isSecret && !isSecretFile)
    throw new MediasearchError(
      "USAGE",
      `${path}: ${key} is a secret, which is not written into configuration files`,
      { subject: path, hint: `"${key}File": a file that holds it, or the variable ${setting.env}` },
    );
  const text = textOf(value, setting);
  if (text === undefined)
    throw new MediasearchError("USAGE", `${path}: ${key} must be a text, a number, true or false`, {
      subject: path,
      hint: `${key}: ${setting.help}`,
    });
  return { name, setting, text };
}

/** The value as a variable would have it; undefined when it can't be one. */
function textOf(value: unknown, { isMap }: Setting<unknown>): string | undefined {
  if (isMap && typeof value === "object" && value !== null) return mapText(value);
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/**
 * `{"de": "WHISPER", "interviews/": ["NVIDIA_NIMS", "local"]}`; undefined when there is more in it.
 */
function mapText(value: object): string | undefined {
  const entries = Object.entries(value).map(
    ([key, one]: [string, unknown]) => [key, Array.isArray(one) ? one.join(",") : one] as const,
  );
  return entries.every(([, one]) => typeof one === "string")
    ? entries.map(([key, one]) => `${key}=${String(one)}`).join("; ")
    : undefined;
}

/**
 * Why a file is not to be believed unasked; undefined when it is this user's alone. Windows tells
 * nothing by these bits.
 */
function writtenByOthers(path: string): string | undefined {
  const me = process.getuid?.();
  if (me === undefined) return undefined;
  for (const one of [path, dirname(path)]) {
    const { uid, mode } = statSync(one);
    const what = one === path ? "it" : "its folder";
    if (uid !== me) return `${what} belongs to another user`;
    if (mode & 0o002 && !(one !== path && mode & 0o1000))
      return `everybody may write ${one === path ? "it" : "to its folder"}`;
  }
  return undefined;
}

function isAllowed(setting: Setting<unknown>, text: string, folder: string): boolean {
  if (setting.inProjectFile === "always")
    return setting.mostInProjectFile === undefined || !(Number(text) > setting.mostInProjectFile());
  if (setting.inProjectFile !== "inside") return false;
  const path = relative(realpathSync(folder), real(resolve(folder, text)));
  return path !== ".." && !path.startsWith(`..${sep}`) && !path.startsWith(sep);
}

/** The real path, also of what does not exist yet: links must not lead out of a folder. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path));
  }
}
