import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Settings of npm that decide where and how packages are fetched, as pacote names them. */
const WANTED: Readonly<Record<string, string>> = {
  registry: "registry",
  ca: "ca",
  cafile: "cafile",
  cert: "cert",
  key: "key",
  proxy: "proxy",
  "https-proxy": "httpsProxy",
  noproxy: "noProxy",
  "strict-ssl": "strictSSL",
  "local-address": "localAddress",
  "replace-registry-host": "replaceRegistryHost",
  "user-agent": "userAgent",
};
const NPM_TIMEOUT_MS = 20_000;

/**
 * npm's own settings, so that a mirror, proxy or private authority that works for `npm install`
 * works here. Asked of npm in the home folder: an .npmrc beside somebody's media has no say.
 * Without npm on the machine, what the environment says.
 */
export async function npmConfig(env: Env, signal: AbortSignal): Promise<Record<string, unknown>> {
  const listed = (await askNpm(env, signal)) ?? (await withoutNpm(env));
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(listed)) {
    const wanted =
      WANTED[name] ?? (name.startsWith("@") && name.endsWith(":registry") ? name : undefined);
    if (wanted !== undefined && value !== null && value !== "") config[wanted] = value;
  }
  if (typeof config["cafile"] === "string") {
    config["ca"] ??= await readFile(config["cafile"], "utf8").catch(() => undefined);
    delete config["cafile"];
  }
  if (typeof listed["cache"] === "string") config["cache"] = join(listed["cache"], "_cacache");
  // npm's order: the machine's file, the user's, the environment; the last word counts.
  for (const key of ["globalconfig", "userconfig"])
    if (typeof listed[key] === "string")
      Object.assign(config, registryCredentials(await npmrc(listed[key], env)));
  return { ...config, ...registryCredentials(environmentSettings(env)) };
}

/** null when there is no npm, or it does not answer. */
async function askNpm(env: Env, signal: AbortSignal): Promise<Record<string, unknown> | null> {
  const [command, first] = npmCommand(env);
  const { execa } = await import("execa");
  const { failed, stdout } = await execa(command, [...first, "config", "list", "--json"], {
    cwd: homedir(),
    env,
    extendEnv: false,
    timeout: NPM_TIMEOUT_MS,
    cancelSignal: signal,
    reject: false,
  });
  try {
    return failed ? null : (JSON.parse(stdout) as Record<string, unknown>);
  } catch {
    return null;
  }
}

/**
 * npm is a script for this Node where it can be found (npm.cmd of Windows needs a shell); the
 * program on the PATH otherwise.
 */
function npmCommand(env: Env): readonly [string, readonly string[]] {
  const node = dirname(process.execPath);
  const onPath = (env["PATH"] ?? env["Path"] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder));
  const places = [join(node, "../lib"), node, ...onPath].map((folder) =>
    join(folder, "node_modules/npm/bin/npm-cli.js"),
  );
  const script = [env["npm_execpath"], ...places].find(
    (path) => path?.endsWith("npm-cli.js") && existsSync(path),
  );
  return script ? [process.execPath, [script]] : ["npm", []];
}

/** The user's file, then the environment, as npm would read them. */
async function withoutNpm(env: Env): Promise<Record<string, unknown>> {
  const environment = environmentSettings(env);
  const userconfig = environment["userconfig"] ?? join(homedir(), ".npmrc");
  const found = { ...(await npmrc(userconfig, env)), ...environment, userconfig };
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [
      name,
      ["true", "false"].includes(value) ? value === "true" : value,
    ]),
  );
}

function environmentSettings(env: Env): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) {
    const name = /^npm_config_(.+)$/i.exec(variable)?.[1];
    if (name && value)
      found[name.startsWith("//") ? name : name.toLowerCase().replace(/(?!^)_/g, "-")] = value;
  }
  return found;
}

/** `//host/:_authToken=…` and its like, which npm does not list. */
const registryCredentials = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith("//")));

/**
 * Settings of an .npmrc: `name=value` lines with quotes, comments and `${VARIABLE}`; see "npmrc" in
 * the manual of npm.
 */
async function npmrc(path: string, env: Env): Promise<Record<string, string>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const npmSettings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || raw === undefined) continue;
    const value = /^(["'])(.*)\1$/.exec(raw)?.[2] ?? raw.replace(/\s*[;#].*$/, "");
    npmSettings[expand(name, env)] = expand(value, env);
  }
  return npmSettings;
}

const expand = (text: string, env: Env): string =>
  text.replace(
    /\$\{([^${}?]+)(\?)?\}/g,
    (whole, name: string, optional?: string) => env[name] ?? (optional ? "" : whole),
  );
