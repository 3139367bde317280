import type { PackageParts } from "./package-parts.ts";

/** The value of an attribute of a tag: `URI="a.ts"`, `TYPE=AUDIO`. */
function attributeOf(line: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`[:,]${name}=(?:"([^"]*)"|([^,]*))`).exec(line) ?? [];
  return quoted ?? bare;
}

/** Whether a text is a playlist of HLS and not a list of songs, which `.m3u8` files may be too. */
export const isHls = (text: string): boolean =>
  /^\ufeff?#EXTM3U/.test(text) && /^#EXT-X-(?:TARGETDURATION|STREAM-INF|MEDIA):/m.test(text);

/** Reads a playlist of HTTP Live Streaming (RFC 8216). */
export function readHls(text: string): PackageParts {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.some((line) => line.startsWith("#EXT-X-STREAM-INF:"))
    ? readVariants(lines)
    : readSegments(lines);
}

interface Variants {
  readonly sounds: { readonly uri: string; readonly isDefault: boolean }[];
  readonly others: string[];
  readonly variants: { readonly uri: string; readonly bits: number }[];
}

/** Notes the playlist that a tag names by itself. */
function noteNamed(line: string, { sounds, others }: Variants): void {
  const isMedia = line.startsWith("#EXT-X-MEDIA:");
  if (!isMedia && !line.startsWith("#EXT-X-I-FRAME-STREAM-INF:")) return;
  const uri = attributeOf(line, "URI");
  if (uri === undefined) return;
  if (isMedia && attributeOf(line, "TYPE") === "AUDIO")
    sounds.push({ uri, isDefault: attributeOf(line, "DEFAULT") === "YES" });
  else others.push(uri);
}

/**
 * The sound alone where it is apart, else the variant of the fewest bits: the sound is the same.
 */
function readVariants(lines: readonly string[]): PackageParts {
  const found: Variants = { sounds: [], others: [], variants: [] };
  /** The bits of a variant whose name is on the next line that has one. */
  let bits: number | undefined;
  for (const line of lines.filter((one) => one !== ""))
    if (line.startsWith("#EXT-X-STREAM-INF:"))
      bits = Number(attributeOf(line, "BANDWIDTH")) || Infinity;
    else if (line.startsWith("#")) noteNamed(line, found);
    else {
      if (bits !== undefined) found.variants.push({ uri: line, bits });
      bits = undefined;
    }
  const heard = [
    ...found.sounds.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault)),
    ...found.variants.toSorted((a, b) => a.bits - b.bits),
  ].map(({ uri }) => uri);
  return {
    manifests: [...new Set([...heard, ...found.others])],
    pictures: found.variants.toSorted((a, b) => b.bits - a.bits)[0]?.uri,
    heard: [],
    all: [],
  };
}

function readSegments(lines: readonly string[]): PackageParts {
  const parts: string[] = [];
  const isLocked = lines.some(
    (line) => line.startsWith("#EXT-X-KEY:") && attributeOf(line, "METHOD") !== "NONE",
  );
  for (const line of lines) {
    const map = line.startsWith("#EXT-X-MAP:") ? attributeOf(line, "URI") : undefined;
    if (map !== undefined) parts.push(map);
    else if (line !== "" && !line.startsWith("#")) parts.push(line);
  }
  // Ranges of one file follow each other in it.
  const names = [...new Set(parts)];
  return {
    manifests: [],
    heard: names,
    all: names,
    problem: isLocked ? "its parts are encrypted" : undefined,
  };
}
