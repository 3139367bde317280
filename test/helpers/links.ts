import { sendBytes } from "./http.ts";
import type { FileCandidate, ScanItem } from "../../src/pipeline/scan/candidate.ts";
import { createScanFilters } from "../../src/pipeline/scan/scan-filters.ts";
import { openLinkSource } from "../../src/pipeline/sources/link/open.ts";
import type { MediaSource } from "../../src/pipeline/sources/media-source.ts";

/** Of work that nobody ends. */
export const { signal } = new AbortController();
/** The beginning of an MP3 file, and bytes that all differ from their neighbours. */
export const BODY = Buffer.concat([
  Buffer.from("ID3"),
  Buffer.from(Uint32Array.from({ length: 75_000 }, (_, i) => i * 2_654_435_761).buffer),
]);

/** Reads links of this machine, without patience. */
export const source = (options: object = {}): MediaSource =>
  openLinkSource({
    allowsPrivate: true,
    proxies: {},
    retryDelayMs: 1,
    silenceMs: 300,
    pollMs: 20,
    ...options,
  });

/** What is found at a link. */
export const list = (
  of: MediaSource,
  root: string,
  include: readonly string[] = [],
): Promise<ScanItem[]> =>
  Array.fromAsync(
    of.list(root, createScanFilters({ include, exclude: [], language: undefined, signal })),
  );

export const filesOf = (items: readonly ScanItem[]): FileCandidate[] =>
  items.flatMap((item) => (item.type === "file" ? [item.file] : []));

/** Why a link is not listed. */
export async function failureOf(
  root: string,
  of = source(),
): Promise<{ code: string; message: string; hint: string | undefined }> {
  const [item] = await list(of, root);
  if (item?.type !== "unreadable") throw new Error(`${root}: was listed`);
  const { code, message, hint } = item.error;
  return { code, message, hint };
}

/** A server as they should be. */
export const good = sendBytes(BODY);
