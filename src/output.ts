import { styleText } from "node:util";

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a run of the program may touch of the world around it; tests hand in their own. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** The keyboard, where a command listens to it. */
  readonly stdin?: NodeJS.ReadStream | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

type Style = Parameters<typeof styleText>[0];

/** Colour only on a terminal that wants it (no-color.org, force-color.org). Decided for each stream apart. */
export function hasColour(sink: Sink, env: Io["env"]): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] && env["FORCE_COLOR"] !== "0") return true;
  return sink.isTTY === true && env["TERM"] !== "dumb";
}

export type Paint = (style: Style, text: string) => string;

export function painter(sink: Sink, env: Io["env"]): Paint {
  const colour = hasColour(sink, env);
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

/** Text from files and captions must not move the cursor or set colours; line breaks would break one-line records. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) =>
    c === "\n" || c === "\t" ? " " : "\ufffd",
  );
}

/** Columns of a terminal: letters of the scripts of East Asia and most pictures take two, marks that stand on others none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += WIDE.test(letter) ? 2 : STANDING.test(letter) ? 0 : 1;
  return columns;
}

// Ranges, as classes of Unicode are slow the first time.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const STANDING = /[\u0300-\u036f]|[\u200b-\u200f]|[\ufe00-\ufe0f]/;

/** 0:00:00, or with milliseconds 0:00:00.000. Hours are not padded, as people write them. */
export function clock(ms: number, withMs = false): string {
  const whole = Math.max(0, withMs ? Math.round(ms) : Math.floor(ms / 1000) * 1000);
  const part = (unit: number, size: number, width: number): string =>
    String(Math.floor(whole / unit) % size).padStart(width, "0");
  const time = `${Math.floor(whole / 3_600_000)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}`;
  return withMs ? `${time}.${String(whole % 1000).padStart(3, "0")}` : time;
}

/** Short amounts of time for people: 45 s, 12 min, 3.5 h. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = count > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(count) / 3)) : 0;
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** 1,234,567, as `toLocaleString("en")` has it: the first call of that takes tens of milliseconds. */
export const grouped = (n: number): string => String(n).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${grouped(n)} ${n === 1 ? one : many}`;

/** One CSV record by RFC 4180, without the line end. */
export function csvRecord(fields: readonly (string | number | null)[]): string {
  return fields
    .map((field) => {
      const text = field === null ? "" : String(field);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(",");
}

/** What a live view can show beside the line. Times in milliseconds of audio. */
export interface StatusDetails {
  /** Files. */
  readonly done: number;
  /** Files; null until they are counted. */
  readonly total: number | null;
  readonly working: readonly {
    readonly file: string;
    readonly positionMs: number;
    readonly durationMs: number | null;
  }[];
  readonly failures: readonly string[];
}

export interface StatusLine {
  /** Shows the newest state; on a terminal in place, elsewhere as a line every few seconds. */
  update(text: string, details?: StatusDetails): void;
  /** Writes a line that stays. */
  note(text: string): void;
  end(): void;
}

const OFF_TERMINAL_MS = 10_000;
const ON_TERMINAL_MS = 100;

export function statusLine(sink: Sink, env: Io["env"]): StatusLine {
  const live = sink.isTTY === true && env["TERM"] !== "dumb";
  let shown = "";
  let lastMs = live ? 0 : Date.now();
  const clear = (): void => {
    if (shown !== "") sink.write("\r\u001b[K");
    shown = "";
  };
  return {
    update(text) {
      const now = Date.now();
      if (now - lastMs < (live ? ON_TERMINAL_MS : OFF_TERMINAL_MS)) return;
      lastMs = now;
      if (!live) {
        sink.write(`${text}\n`);
        return;
      }
      clear();
      shown = text.slice(0, Math.max(20, (sink.columns ?? 80) - 1));
      sink.write(shown);
    },
    note(text) {
      clear();
      sink.write(`${text}\n`);
    },
    end: clear,
  };
}
