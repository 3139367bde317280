import { createHash } from "node:crypto";
import type { AssetStatus } from "../../backends/catalog.ts";

/** Names the version of a transcript to clients, for caches and for edits; null until indexed. */
export const revisionOf = ({
  fingerprint,
  indexedAtMs,
}: Pick<AssetStatus, "fingerprint" | "indexedAtMs">): string | null =>
  fingerprint === null
    ? null
    : createHash("sha256")
        .update(`${fingerprint}\0${indexedAtMs}`)
        .digest("base64url")
        .slice(0, 16);
