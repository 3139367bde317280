import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/** Settings of npm that decide where and how packages are fetched, as pacote names them. */
const WANTED: Readonly<Record<string, string>> = {
  registry: "registry", ca: "ca", cafile: "cafile", cert: "cert", key: "key", proxy: "proxy", "https-proxy": "httpsProxy", noproxy: "noProxy",
  "strict-ssl": "strictSSL", "local-address": "localAddress", "replace-registry-host": "replaceRegistryHost", "user-agent": "userAgent",
};
const TIMEOUT_MS = 20_000;

/**
 * npm's own settings, so that a mirror, proxy or private authority that works for `npm install` works here. Asked of npm in the home folder: an
 * .npmrc beside somebody's media has no say. Without npm on the machine, what the environment says.
 */
export async function npmConfig(env: Env, signal: AbortSignal): Promise<Record<string, unknown>> {
  const listed = await askNpm(env, signal);
  const config: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(listed)) {
    const wanted = WANTED[name] ?? (name.startsWith("@") && name.endsWith(":registry") ? name : undefined);
    if (wanted !== undefined && value !== null && value !== "") config[wanted] = value;
  }
  if (typeof config["cafile"] === "string") {
    config["ca"] ??= await readFile(config["cafile"], "utf8").catch(() => undefined);
    delete config["cafile"];
  }
  if (typeof listed["cache"] === "string") config["cache"] = join(listed["cache"], "_cacache");
  for (const key of ["userconfig", "globalconfig"]) if (typeof listed[key] === "string") Object.assign(config, await credentials(listed[key], env));
  return config;
}

function askNpm(env: Env, signal: AbortSignal): Promise<Record<string, unknown>> {
  const [command, first] = npmCommand(env);
  return new Promise((resolve) => {
    execFile(command, [...first, "config", "list", "--json"], { cwd: homedir(), env: env as NodeJS.ProcessEnv, timeout: TIMEOUT_MS, signal, maxBuffer: 1 << 24 }, (error, stdout) => {
      try {
        if (error) throw error;
        resolve(JSON.parse(stdout) as Record<string, unknown>);
      } catch {
        resolve(fromEnvironment(env));
      }
    });
  });
}

/** npm is a script for this Node where it can be found; the program on the PATH otherwise. */
function npmCommand(env: Env): readonly [string, readonly string[]] {
  const beside = join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js");
  const script = [env["npm_execpath"], beside].find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return script ? [process.execPath, [script]] : ["npm", []];
}

function fromEnvironment(env: Env): Record<string, unknown> {
  const found: Record<string, unknown> = { userconfig: env["npm_config_userconfig"] ?? join(homedir(), ".npmrc") };
  for (const [name, value] of Object.entries(env))
    if (/^npm_config_/i.test(name)) found[name.slice("npm_config_".length).toLowerCase().replaceAll("_", "-")] = value;
  return found;
}

/** `//host/:_authToken=…` and its like, which npm does not list. */
async function credentials(path: string, env: Env): Promise<Record<string, string>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^(\/\/[^=]+?)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
    if (key && value !== undefined) found[key] = value.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole);
  }
  return found;
}
