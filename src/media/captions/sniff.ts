import { constants, gunzipSync } from "node:zlib";
import { decodeText } from "./decode-text.ts";
import { FORMATS } from "./formats.ts";

/**
 * Whether a file of a name that other files have too (`talk.json`, `talk.txt`) begins like captions
 * or a transcript of a format that may be named so.
 */
export function looksLikeCaptions(head: Uint8Array, fileName: string): boolean {
  const name = fileName.toLowerCase().replace(/\.gz$/, "");
  const formats = FORMATS.filter(({ sharedEndings = [] }) =>
    sharedEndings.some((ending) => name.endsWith(ending)),
  );
  if (formats.length === 0) return false;
  const text = decodeText(unpackHead(head));
  return formats.some((spec) => spec.matches?.(text));
}

/** Unpacks what there is of a gzip file, and nothing of one that is damaged. */
function unpackHead(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1_000_000 });
  } catch {
    return new Uint8Array();
  }
}
