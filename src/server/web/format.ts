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

/**
 * The moment in an address: `#t=83.2`, `#t=83.2,90` (Media Fragments), `?t=83` or `?t=1m23s`, in
 * seconds.
 */
export function readMoment(hash: string, query: URLSearchParams): number | undefined {
  const text = new URLSearchParams(hash.replace(/^#/, "")).get("t") ?? query.get("t");
  if (text === null) return undefined;
  const start = text.split(",")[0] ?? "";
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(start);
  if (!units || start === "") return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = units;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

export const COLOURS = 8;

/** The same name has the same colour everywhere: a number of the style sheet. */
export function colourOf(speaker: string): number {
  let sum = 0;
  for (const letter of speaker) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % COLOURS;
}
