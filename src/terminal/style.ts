import { styleText } from "node:util";
import type { CliStreams, OutputStream } from "./io.ts";

type Style = Parameters<typeof styleText>[0];

/**
 * Whether a stream gets colours: only a terminal that wants them does (no-color.org,
 * force-color.org). Each stream is decided alone.
 */
export function hasColor(sink: OutputStream, env: CliStreams["env"]): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] && env["FORCE_COLOR"] !== "0") return true;
  return sink.isTTY === true && env["TERM"] !== "dumb";
}

export type Styler = (style: Style, text: string) => string;

export function styler(sink: OutputStream, env: CliStreams["env"]): Styler {
  const colour = hasColor(sink, env);
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

/** The width of a terminal; one that says 0 does not know, and is taken for 80 columns. */
export const columnsOf = ({ columns }: OutputStream, unknown: number): number =>
  columns === 0 ? 80 : (columns ?? unknown);

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const letter of text) columns += letterWidth(letter);
  return columns;
}

/** East Asian letters and most pictures take two columns; a combining mark takes none. */
function letterWidth(letter: string): number {
  if (WIDE.test(letter)) return 2;
  return COMBINING.test(letter) ? 0 : 1;
}

// Written as ranges because a pattern with Unicode classes is slow at its first use.
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

const COMBINING = /[\u0300-\u036f]|[\u200b-\u200f]|[\ufe00-\ufe0f]/;
