import { join, resolve } from "node:path";
import envPaths from "env-paths";
import type { Environment } from "./setting.ts";

/** The user's own folders, by XDG on Linux; what the system gives on others. */
const paths = envPaths("mediasearch", { suffix: "" });
export const dataFolder = (): string => paths.data;
export const cacheFolder = (): string => paths.cache;
export const configFolder = ({ env, cwd }: Environment): string =>
  env["XDG_CONFIG_HOME"] ? join(resolve(cwd, env["XDG_CONFIG_HOME"]), "mediasearch") : paths.config;
