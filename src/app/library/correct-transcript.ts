import type { AssetId, AssetStatus } from "../../backends/catalog.ts";
import type { Library } from "../../backends/library.ts";
import { MediasearchError } from "../../errors.ts";
import { editTranscript, type EditTools, undoEdits } from "../../transfer/edit-transcript.ts";
import { findCorrections } from "../../transcript-edits.ts";
import type { Segment } from "../../types.ts";

/** What somebody puts right in one segment; what is left out stays. */
export interface SegmentChange {
  readonly index: number;
  readonly text?: string | undefined;
  /** null takes the speaker away. */
  readonly speaker?: string | null | undefined;
}

export interface CorrectionRequest {
  readonly id: AssetId;
  /** The fingerprint of the version that was corrected. Another one by now is refused. */
  readonly fingerprint: string;
  readonly changes: readonly SegmentChange[];
}

/**
 * Puts segments right as one change by hand, which `undoCorrection` takes back.
 * @returns how many segments are other than before.
 * @throws NOT_FOUND for a file without a transcript; STORE_BUSY when another version is there by
 * now; USAGE for a segment that is not there.
 */
export async function correctTranscript(
  tools: EditTools,
  { id, fingerprint, changes }: CorrectionRequest,
): Promise<number> {
  const asset = await presentVersion(tools.library, id, fingerprint);
  const present = await tools.library.versions.readSegments(id, 0, Number.MAX_SAFE_INTEGER);
  const corrected = present.map((segment): Segment => ({ ...segment }));
  for (const { index, text, speaker } of changes) {
    const segment = corrected[index];
    if (!segment)
      throw new MediasearchError("USAGE", `segment ${index}: the transcript has no such segment`, {
        subject: String(index),
      });
    corrected[index] = {
      ...segment,
      ...(text === undefined ? {} : { text }),
      ...(speaker === undefined ? {} : { speaker }),
    };
  }
  const corrections = findCorrections(present, corrected);
  if (corrections.length > 0)
    await editTranscript(asset, { kind: "correct", corrections, atMs: Date.now() }, tools);
  return corrected.filter(
    ({ text, speaker }, i) => text !== present[i]?.text || speaker !== present[i]?.speaker,
  ).length;
}

/**
 * Takes back the last change that was made by hand.
 * @returns how many changes were taken back: 1.
 * @throws NOT_FOUND when nothing was changed by hand; STORE_BUSY as above.
 */
export async function undoCorrection(
  tools: EditTools,
  { id, fingerprint }: Omit<CorrectionRequest, "changes">,
): Promise<number> {
  const asset = await presentVersion(tools.library, id, fingerprint);
  const undone = await undoEdits(asset, 1, tools);
  if (undone.length === 0)
    throw new MediasearchError("NOT_FOUND", "nothing in this transcript was changed by hand", {
      subject: id,
    });
  return undone.length;
}

async function presentVersion(
  library: Library,
  id: AssetId,
  fingerprint: string,
): Promise<AssetStatus> {
  const asset = await library.catalog.get(id);
  if (!asset || asset.fingerprint === null || asset.state === "deleted")
    throw new MediasearchError("NOT_FOUND", "the file has no transcript", { subject: id });
  if (asset.fingerprint !== fingerprint)
    throw new MediasearchError("STORE_BUSY", "the transcript was changed meanwhile", {
      subject: id,
      hint: "read it again and repeat the change",
    });
  return asset;
}
