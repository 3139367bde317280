/** 83200 → "1:23", 3683200 → "1:01:23". */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${Math.floor(seconds / 60) % 60}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest.padStart(5, "0")}` : rest;
}

/** "1 file", "1,200 files". */
export const formatCount = (count: number, one: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : `${one}s`}`;

export const formatDay = (iso: string): string =>
  new Date(iso).toLocaleDateString(undefined, { dateStyle: "medium" });

/** Hours and minutes of an amount of sound. */
export function formatAmount(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return `${(minutes / 60).toFixed(1)} h`;
}

/** 4200000 → "4.2 MB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A part of a recording, in seconds. */
export interface Moment {
  readonly start: number;
  /** undefined: to the end of the recording. */
  readonly end: number | undefined;
}

/** 83, 83.2s, 1m23s or 1h2m3s, in seconds. */
function parseSeconds(text: string): number | undefined {
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text);
  if (!units || text === "") return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = units;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/**
 * The moment in an address: `#t=83.2`, `#t=83.2,90` (Media Fragments), `?t=83` or `?t=1m23s`.
 */
export function readMoment(hash: string, query: URLSearchParams): Moment | undefined {
  const text = new URLSearchParams(hash.replace(/^#/, "")).get("t") ?? query.get("t");
  const [from = "", to = ""] = text?.split(",") ?? [];
  const start = parseSeconds(from);
  if (start === undefined) return undefined;
  const end = parseSeconds(to);
  return { start, end: end !== undefined && end > start ? end : undefined };
}

export const COLOURS = 8;

/** The same name has the same colour everywhere: a number of the style sheet. */
export function colourOf(speaker: string): number {
  let sum = 0;
  for (const letter of speaker) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % COLOURS;
}
