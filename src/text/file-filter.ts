import { isBelow, isObject, nameOf, type Location, toLocation } from "../location.ts";

const GLOB = /[*?[\]{}!]/;

/**
 * A pattern as people name files: a path or folder (relative to cwd), a base name with or without its extension, or a glob,
 * which without a slash is held against base names and with one against whole paths. Names exist more than once with
 * different case on most disks' media folders only by accident, so base names are compared without regard to case; paths exactly, but for how an
 * accent is written: macOS takes letters apart that keyboards give as one.
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
      file === path || isBelow(file, path) || base === name || base.replace(/\.[^.]+$/, "") === name
    );
  };
  if (!GLOB.test(pattern)) return isNamed;
  const { default: picomatch } = await import("picomatch");
  if (!pattern.includes("/")) {
    const matches = picomatch(pattern, { dot: true, nocase: true });
    return (file) => isNamed(file) || matches(nameOf(file));
  }
  // The two slashes of s3:// are no empty folder.
  const comparable = (place: Location): string =>
    isObject(place) ? place.replace("s3://", "/s3:/") : place;
  const matches = picomatch(comparable(path), { dot: true });
  return (file) => isNamed(file) || matches(comparable(file));
}

/** Any of several patterns; every file when there are none. */
export async function anyFileMatcher(
  patterns: readonly string[],
  cwd: string,
): Promise<(path: Location) => boolean> {
  if (patterns.length === 0) return () => true;
  const matchers = await Promise.all(patterns.map((pattern) => fileMatcher(pattern, cwd)));
  return (path) => matchers.some((matches) => matches(path));
}

/** The assets of a store that a pattern names; empty when none. */
export async function filesMatching(
  store: { listAssets(): AsyncIterable<{ readonly id: string }> },
  pattern: string,
  cwd: string,
): Promise<ReadonlySet<string>> {
  const matches = await fileMatcher(pattern, cwd);
  const found = new Set<string>();
  for await (const { id } of store.listAssets()) if (matches(id)) found.add(id);
  return found;
}
