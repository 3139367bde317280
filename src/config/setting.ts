import { expandHome } from "../location.ts";
import { resolve } from "node:path";

/** Where relative paths start and which variables there are. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** What a default may build on: settings that come before it in the table. */
export interface Earlier {
  readonly home: string;
}

export interface Setting<T> {
  /** Option name in the parsed flags, and on the command line as --kebab-case. */
  readonly flag?: string;
  readonly env: string;
  /** Variables of other programs that mean the same; `env` comes first. */
  readonly alsoEnv?: readonly string[];
  readonly help: string;
  readonly fallback: (at: Environment, earlier: Earlier) => T;
  readonly fallbackText: string;
  readonly parse: (text: string, at: Environment) => T;
  /**
   * In configuration files it may be an object: its members become `key=value`, parted by
   * semicolons.
   */
  readonly isMap?: true;
  /** It may hold a key among other things: what is wrong with it is told without its value. */
  readonly mayHoldKeys?: true;
  /**
   * Never printed. It may be read from a file: `<env>_FILE`; in configuration files only that way.
   */
  readonly isSecret?: true;
  /**
   * What a project file that was merely found may set: `always`, or a path `inside` its own folder.
   * Left out, the value counts only when the user named the file: it sets where data goes, what
   * runs, or what is believed.
   */
  readonly inProjectFile?: "always" | "inside";
  /**
   * The largest number that a project file may set that was merely found; above it the value does
   * not count.
   */
  readonly mostInProjectFile?: () => number;
}

/** A flag as people type it: `captionsEncoding` is `--captions-encoding`. */
export const typedFlag = (flag: string): string =>
  `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** One row for each member of T. */
export type SettingTable<T> = { readonly [K in keyof T]: Setting<T[K]> };

export const trimmed = (text: string): string => text.trim();

export const parseChoice =
  <T extends string>(...allowed: readonly T[]) =>
  (text: string): T => {
    const found = allowed.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw new Error(`must be one of ${allowed.join(", ")}`);
    return found;
  };

export const parseInteger =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || value < least || value > most)
      throw new Error(`must be a whole number from ${least} to ${most}`);
    return value;
  };

const YES = new Set(["true", "yes", "on", "1"]);
const NO = new Set(["false", "no", "off", "0"]);

export function yesNo(text: string): boolean {
  const value = text.trim().toLowerCase();
  if (!YES.has(value) && !NO.has(value)) throw new Error("must be true or false");
  return YES.has(value);
}

export function language(text: string): string {
  try {
    return Intl.getCanonicalLocales(text)[0] ?? text;
  } catch {
    throw new Error('must be a language tag such as "en" or "pt-BR"');
  }
}

export const path = (text: string, at: Environment): string => resolve(at.cwd, expandHome(text));

/**
 * The address of a server, without a slash at the end. Keys in it would end up in logs, so it may
 * have none.
 */
export function address(text: string): string {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw new Error("must be an address such as https://cluster.example:443");
  if (url.username !== "" || url.password !== "")
    throw new Error("must have no user name or password in it; keys have settings of their own");
  if (url.search !== "" || url.hash !== "")
    throw new Error("must be an address without a query, such as https://cluster.example:443");
  return text.replace(/\/+$/, "");
}

/**
 * A server's address as people write it: `host:port` too. Keys in it would end up in logs, so it
 * may have none.
 */
export function serverAddress(text: string): string {
  const trimmed = text.trim().replace(/\/+$/, "");
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (!url || url.hostname === "")
    throw new Error("must be the address of a server, such as http://127.0.0.1:8080");
  if (
    url.username !== "" ||
    url.password !== "" ||
    /[?&][^=]*(?:key|token|sig|secret|pass|auth|code|cred)[^=]*=/i.test(url.search)
  )
    throw new Error("must have no key or password in it; keys have settings of their own");
  return trimmed;
}

/**
 * The naming rules of Amazon S3 for buckets, lower case and 3 to 63 characters; VAST follows them.
 */
export function bucket(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text))
    throw new Error(
      "must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
    );
  return text;
}
