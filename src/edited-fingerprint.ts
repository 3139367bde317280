import { createHash } from "node:crypto";
import { formatFingerprint, parseFingerprint } from "./fingerprint.ts";
import type { Segment } from "./types.ts";

/**
 * The fingerprint of a transcript that somebody changed. The content stays what it was, so that
 * `index` passes over the file; the version is another, so that the earlier one is archived.
 */
export function editedFingerprint(known: string | null, segments: readonly Segment[]): string {
  const digest = createHash("sha256")
    .update(
      JSON.stringify(
        segments.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]),
      ),
    )
    .digest("hex");
  return formatFingerprint({ ...parseFingerprint(known ?? ""), edit: `edited-${digest}` });
}
