import { tellSameSpeech } from "../edited-track.ts";
import { parseFingerprint } from "../fingerprint.ts";
import type { TranscriptEdits } from "../transcript-edits.ts";
import { parseEdits } from "./edits-json.ts";
import type { Json, Records } from "./records.ts";

const KIND = "edits";

/** Bytes of a layer, unpacked: far more than the longest recording needs. */
const MAX_BYTES = 256_000_000;

/** Loaded by those who need it, because that takes three milliseconds. */
const zlib = () => process.getBuiltinModule("node:zlib");

/** The key of a layer: the digest of the content of a fingerprint; "" where that is not known. */
export const contentOf = (fingerprint: string | null): string =>
  fingerprint === null ? "" : parseFingerprint(fingerprint).content;

/** Resolves to undefined where nobody changed anything. */
export async function readEdits(
  records: Pick<Records, "get">,
  content: string,
): Promise<TranscriptEdits | undefined> {
  if (content === "") return undefined;
  const value = await records.get(KIND, content);
  return value === undefined ? undefined : unpack(value);
}

/** The layer that lies over the transcript of a file; none where it is of another track. */
export async function readEditsOf(
  records: Pick<Records, "get">,
  asset: { readonly fingerprint: string | null; readonly language: string | null },
): Promise<TranscriptEdits | undefined> {
  const edits = await readEdits(records, contentOf(asset.fingerprint));
  return edits && tellSameSpeech(edits.base, asset) ? edits : undefined;
}

/** A layer without steps is none. */
export async function writeEdits(
  records: Pick<Records, "put" | "remove">,
  content: string,
  edits: TranscriptEdits,
): Promise<void> {
  if (edits.steps.length === 0) return records.remove(KIND, content);
  await records.put(KIND, content, pack(edits));
}

export const dropEdits = (records: Pick<Records, "remove">, content: string): Promise<void> =>
  records.remove(KIND, content);

/** The contents of which somebody changed the transcript. */
export const listEditedContents = (records: Pick<Records, "listIds">): Promise<readonly string[]> =>
  records.listIds(KIND);

export const listEdits = async (
  records: Pick<Records, "list">,
): Promise<readonly (readonly [content: string, edits: TranscriptEdits])[]> =>
  (await records.list(KIND)).flatMap(({ id, value }) => {
    const edits = unpack(value);
    return edits ? [[id, edits] as const] : [];
  });

/** Packed, so that a record holds the transcript of a very long recording. */
const pack = (edits: TranscriptEdits): Json => ({
  gzip: zlib().gzipSync(JSON.stringify(edits)).toString("base64"),
});

/** Somebody else may have made the library: what is no layer is none. */
function unpack(value: Json): TranscriptEdits | undefined {
  const { gzip } = (value ?? {}) as { readonly gzip?: unknown };
  if (typeof gzip !== "string") return undefined;
  try {
    const bytes = zlib().gunzipSync(Buffer.from(gzip, "base64"), { maxOutputLength: MAX_BYTES });
    return parseEdits(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}
