/** Bytes from `start` on and before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a Range header (RFC 9110, section 14) of one range. Several ranges, and units that are not
 * bytes, are ignored, as the specification allows.
 * @returns undefined for the whole, "unsatisfiable" for a range beyond the end.
 */
export function parseRange(
  header: string | null,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size };
  }
  const start = Number(from);
  const end = to === "" ? size : Math.min(Number(to) + 1, size);
  if (to !== "" && Number(to) < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end };
}

/** Whether a validator of the client still names what is there (RFC 9110, section 13.1.5). */
export function isRangeFresh(ifRange: string | null, etag: string, modifiedMs: number): boolean {
  if (ifRange === null) return true;
  if (ifRange.startsWith('"')) return ifRange === etag;
  const since = Date.parse(ifRange);
  return Number.isFinite(since) && Math.floor(modifiedMs / 1000) * 1000 === since;
}

/** Whether one of the client's tags names what is there (RFC 9110, section 13.1.2). */
export function matchesTag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === "*" || tag === etag.replace(/^W\//, ""));
}
