import { createHash } from "node:crypto";
import type { Segment } from "../types.ts";

/**
 * Of a transcript that somebody changed: the content stays what it was, so that `index` passes over the file, but the version is another, so that what was there
 * before is archived. One part more than pipeline/fingerprint.ts writes.
 */
export function editedFingerprint(known: string | null, segments: readonly Segment[]): string {
  const digest = createHash("sha256")
    .update(
      JSON.stringify(
        segments.map(({ startMs, endMs, speaker, text }) => [startMs, endMs, speaker, text]),
      ),
    )
    .digest("hex");
  const content = (known ?? "").split("|").slice(0, 6);
  return [
    ...content,
    ...Array.from({ length: 6 - content.length }, () => ""),
    `edited-${digest}`,
  ].join("|");
}
