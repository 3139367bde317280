import { MediasearchError } from "../../errors.ts";

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const MAX_MS = 100 * 365 * 86_400_000;

/**
 * Reads when something ends: a time from now such as `90d`, `12h` or `1y`, or a time by RFC 3339.
 * @returns Unix milliseconds.
 * @throws USAGE
 */
export function parseEnd(text: string, now = Date.now()): number {
  const [, count, unit] = /^(\d{1,6})\s*([mhdwy])$/.exec(text.trim()) ?? [];
  const end =
    unit === undefined ? timeOf(text.trim()) : now + Number(count) * (UNITS_MS[unit] ?? Number.NaN);
  if (!Number.isFinite(end) || end > now + MAX_MS)
    throw new MediasearchError("USAGE", `expires: must be a time, not "${text}"`, {
      subject: "expires",
      hint: "90d, 12h, 1y, or a time such as 2027-01-31T00:00:00Z",
    });
  return end;
}

const timeOf = (text: string): number =>
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
