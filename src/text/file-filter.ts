import { isAbsolute } from "node:path";
import { expandHome, isRemote, nameOf, type Location, toLocation, isWithin } from "../location.ts";
import { escapeNameSigns, globMatcher } from "./glob.ts";

const TURN_MS = 50;

/** Unlike `performance`, which a search would have to load first. */
const uptimeMs = (): number => process.uptime() * 1000;
const GLOB = /[*?[\]{}]/;

/**
 * Makes a test for a pattern as people name files: a path or folder (relative to `cwd`), a base
 * name with or without its extension, or a glob. A glob without a slash is compared with base
 * names, one with a slash with whole paths and their ends. A pattern may also name a folder of the
 * path, or several parts of it in a row, from whatever folder it is used. Base names are compared
 * without regard to case, because two names that differ only in case are nearly always an accident.
 * Paths are compared exactly, but for how an accent is written: macOS splits letters that keyboards
 * give as one.
 */
export async function fileMatcher(
  pattern: string,
  cwd: string,
): Promise<(path: Location) => boolean> {
  const matches = await composedMatcher(composed(pattern), composed(cwd));
  return (file) => matches(composed(file));
}

const composed = (text: string): string => text.normalize("NFC");

async function composedMatcher(pattern: string, cwd: string): Promise<(path: Location) => boolean> {
  const path = toLocation(pattern, cwd);
  const name = pattern.toLowerCase();
  const isNamed = (file: string): boolean => {
    const base = nameOf(file).toLowerCase();
    return (
      isWithin(file, path) ||
      base === name ||
      base.replace(/\.[^.]+$/, "") === name ||
      hasPart(file, pattern)
    );
  };
  if (!GLOB.test(pattern)) return isNamed;
  if (!pattern.includes("/")) {
    const matches = globMatcher(escapeNameSigns(pattern), { ignoreCase: true });
    return (file) => isNamed(file) || matches(nameOf(file));
  }
  // The two slashes of s3:// and of links are no empty folder.
  const comparable = (place: Location): string =>
    isRemote(place) ? place.replace(/^([a-z0-9]+):\/\//, "/$1:/") : place;
  const matches = globMatcher(escapeNameSigns(comparable(path)));
  // From any folder: the pattern may be the end of a path, or a folder in it.
  const ends =
    isAbsolute(expandHome(pattern)) || isRemote(path) ? [] : [`**/${pattern}`, `**/${pattern}/**`];
  const matchers = ends.map((end) => globMatcher(escapeNameSigns(end)));
  return (file) =>
    isNamed(file) ||
    matches(comparable(file)) ||
    matchers.some((endsSo) => endsSo(comparable(file).replace(/^\//, "")));
}

/** Whether a pattern without wildcards is a folder of the path, or several parts of it in a row. */
const hasPart = (file: Location, pattern: string): boolean =>
  pattern !== "" &&
  `/${file.replaceAll("\\", "/")}/`.includes(`/${pattern.replace(/^\.?\/|\/$/g, "")}/`);

/** Makes a test that any of the patterns passes; without patterns every file does. */
export async function anyFileMatcher(
  patterns: readonly string[],
  cwd: string,
): Promise<(path: Location) => boolean> {
  if (patterns.length === 0) return () => true;
  const matchers = await Promise.all(patterns.map((pattern) => fileMatcher(pattern, cwd)));
  return (path) => matchers.some((matches) => matches(path));
}

/** Reads the ids of the assets that a pattern names; the set is empty when there are none. */
export async function filesMatching(
  catalog: { list(): AsyncIterable<{ readonly id: string }> },
  pattern: string,
  cwd: string,
): Promise<ReadonlySet<string>> {
  const matches = await fileMatcher(pattern, cwd);
  const matching = new Set<string>();
  let turnStartedAt = uptimeMs();
  for await (const { id } of catalog.list()) {
    if (matches(id)) matching.add(id);
    if (uptimeMs() - turnStartedAt < TURN_MS) continue;
    // A large library takes long: signals and other requests get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    turnStartedAt = uptimeMs();
  }
  return matching;
}
