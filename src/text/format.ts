/** Writes a time as 0:00:00, or with milliseconds as 0:00:00.000. Hours are not padded. */
export function formatTimestamp(ms: number, withMs = false): string {
  const whole = Math.max(0, withMs ? Math.round(ms) : Math.floor(ms / 1000) * 1000);
  const part = (unit: number, size: number, width: number): string =>
    String(Math.floor(whole / unit) % size).padStart(width, "0");
  const time = `${Math.floor(whole / 3_600_000)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}`;
  return withMs ? `${time}.${String(whole % 1000).padStart(3, "0")}` : time;
}

/** Writes a length of time for people: 45 s, 12 min, 3.5 h. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Writes a length of time to the second where it is short: 45 s, 5 min 4 s, 2 h 10 min. */
export function formatLength(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  if (minutes === 0) return `${seconds} s`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

const MAX_DATE_MS = 8.64e15;

/**
 * Writes Unix milliseconds as 2026-01-31T12:00:00.000Z, and a number that no calendar has as it is:
 * a library may hold any.
 */
export const formatInstant = (ms: number): string =>
  Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : String(ms);

/** Writes Unix milliseconds by the clock of this machine: 2026-01-31 12:00. */
export function formatLocalTime(ms: number): string {
  if (Math.abs(ms) > MAX_DATE_MS) return String(ms);
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/**
 * Writes 1,234,567 as `toLocaleString("en")` does, whose first call takes tens of milliseconds.
 */
export const formatNumber = (n: number): string => String(n).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

export const pluralize = (n: number, one: string, many = `${one}s`): string =>
  `${formatNumber(n)} ${n === 1 ? one : many}`;

/** Writes one CSV record by RFC 4180, without the line end. */
export function formatCsvRecord(fields: readonly (string | number | null)[]): string {
  return fields
    .map((field) => {
      const text = field === null ? "" : String(field);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

/**
 * Puts an apostrophe before what a spreadsheet would run as a formula, so that it shows it as text:
 * a sign at the beginning of a cell, or after a semicolon, tab or line break, where spreadsheets of
 * many countries begin a new cell (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export const guardFormula = (cell: string): string =>
  cell.replaceAll(/(^|[;\t\r\n])(["\s]*)([=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1$2'$3");

/**
 * JSON for programs that is safe on a terminal too: `JSON.stringify` leaves C1 controls and
 * controls of direction as they are, here they are escaped. Programs read the same values.
 */
export const formatJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
