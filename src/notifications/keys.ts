import type { ObjectChange, ParsedMessage } from "./message.ts";
import { unusable } from "./message.ts";

/** S3 bounds keys by 1024 bytes; encoded, each may take three. */
const MAX_KEY_BYTES = 3 * 1024;
/** Buckets of before 2018 may have capitals and underscores. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** How a sender writes keys. */
export type KeyForm =
  /** As in a form: `+` is a space, the rest by percent signs (Amazon, MinIO). */
  | "form"
  /** As it is. */
  | "literal"
  /** Perhaps by percent signs. */
  | "escaped"
  /** Not documented, or different among releases: every reading is tried. */
  | "unknown";

/**
 * An object by bucket and key as the sender wrote them.
 * @returns unusable for what can't name an object.
 */
export function changeOf(bucket: unknown, key: unknown, form: KeyForm): ParsedMessage {
  if (typeof bucket !== "string" || !BUCKET.test(bucket)) return unusable("it names no bucket");
  if (typeof key !== "string" || key === "" || Buffer.byteLength(key) > MAX_KEY_BYTES)
    return unusable("it names no key");
  const keys = readings(key, form).filter(isKey);
  if (keys.length === 0) return unusable("its key can't be read");
  const change: ObjectChange = { bucket, keys: [...new Set(keys)] };
  return { changes: [change], ignored: 0 };
}

function readings(key: string, form: KeyForm): (string | undefined)[] {
  const asForm = decode(key.replaceAll("+", " "));
  if (form === "literal") return [key];
  if (form === "escaped") return [decode(key), key];
  // A key that is no valid form was not written as one.
  if (form === "form") return [asForm ?? key];
  return [key, asForm, decode(key)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const isKey = (key: string | undefined): key is string =>
  key !== undefined && key !== "" && !key.includes("\0") && key.isWellFormed();
