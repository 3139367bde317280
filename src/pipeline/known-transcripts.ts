import type { ArchivedTranscript } from "../backends/archive.ts";
import type { AssetStatus } from "../backends/catalog.ts";
import { contentOf, readEdits } from "../backends/edits.ts";
import { type ContentDigest, parseFingerprint } from "../fingerprint.ts";
import type { FileOptions, FileServices } from "./file-outcome.ts";
import type { FileCandidate } from "./scan/candidate.ts";
import { realLocation } from "./same-file.ts";
import { isMediaGone } from "./sources/media-source.ts";
import {
  contentPrefixes,
  type Fit,
  fitOf,
  sameContent,
  type StoredTranscript,
} from "./unchanged.ts";

/**
 * A transcript of the same content that the library has:
 * - own: of this very file
 * - moved: of a file that is gone from its place, or of this one by the name of a link to it
 * - copied: of a file that is still there
 * - archived: replaced earlier
 */
export type KnownTranscript = { readonly fit: Fit; readonly stored: StoredTranscript } & (
  | { readonly how: "own" | "moved" | "copied"; readonly asset: AssetStatus }
  | {
      readonly how: "archived";
      readonly archived: ArchivedTranscript;
      /** What the library has of the file itself. */
      readonly asset: AssetStatus | undefined;
    }
);

/** What suits, the best first. Archives are read only where nothing else is sure to suit. */
export async function knownTranscripts(
  file: FileCandidate,
  asset: AssetStatus | undefined,
  digest: ContentDigest,
  services: FileServices,
  options: FileOptions,
): Promise<readonly KnownTranscript[]> {
  const { library, records } = services;
  const fit = (stored: StoredTranscript): Fit => fitOf(stored, options, digest.captions);
  const transcripts: KnownTranscript[] = [];
  if (asset?.fingerprint && sameContent(asset.fingerprint, digest)) {
    const stored = await storedOf(asset, records);
    transcripts.push({ how: "own", fit: fit(stored), stored, asset });
  }
  for (const { how, asset: other } of await otherFiles(file, digest, services)) {
    const stored = await storedOf(other, records);
    transcripts.push({ how, fit: fit(stored), stored, asset: other });
  }
  if (!transcripts.some((one) => one.fit === "yes"))
    for (const prefix of contentPrefixes(digest))
      for (const archived of await library.archive.find(prefix))
        if (parseFingerprint(archived.fingerprint).edit === undefined)
          transcripts.push({
            how: "archived",
            fit: fit(archived),
            stored: archived,
            archived,
            asset,
          });
  return transcripts.filter((one) => one.fit !== "no");
}

/** Files of the same content at other places, first those that are gone from there. */
async function otherFiles(
  file: FileCandidate,
  digest: ContentDigest,
  { library, sources }: FileServices,
): Promise<readonly { readonly how: "moved" | "copied"; readonly asset: AssetStatus }[]> {
  const moved: AssetStatus[] = [];
  const copied: AssetStatus[] = [];
  const sameContentAssets: AssetStatus[] = [];
  for (const prefix of contentPrefixes(digest))
    sameContentAssets.push(...(await library.versions.findByPrefix(prefix)));
  for (const other of sameContentAssets) {
    if (other.id === file.path || other.state === "failed") continue;
    const isGone = await isMediaGone(other.id, sources);
    if (isGone || (await realLocation(other.id)) === file.path) moved.push(other);
    else if (other.state === "indexed") copied.push(other);
  }
  return [
    ...moved.map((asset) => ({ how: "moved", asset }) as const),
    ...copied.map((asset) => ({ how: "copied", asset }) as const),
  ];
}

/**
 * What a file's transcript was made of. Of one that a person changed, what lies below the changes.
 */
export async function storedOf(
  asset: AssetStatus,
  records: FileServices["records"],
): Promise<StoredTranscript> {
  const { origin, engine, language } = asset;
  const fingerprint = asset.fingerprint ?? "";
  const { edit } = parseFingerprint(fingerprint);
  const edits = edit === undefined ? undefined : await readEdits(records, contentOf(fingerprint));
  return edits ? edits.base : { fingerprint, origin, engine, language };
}
