import { parseTime, type RawCue, type RawLine } from "./raw-cue.ts";

const DEFAULT_FIELDS = [
  "layer",
  "start",
  "end",
  "style",
  "name",
  "marginl",
  "marginr",
  "marginv",
  "effect",
  "text",
];

/**
 * Parses Advanced SubStation Alpha (http://www.tcax.org/docs/ass-specs.htm): `Dialogue:` lines with
 * the fields in the order of `Format:` and the text last.
 */
export function parseAss(text: string): RawCue[] {
  const cues: RawCue[] = [];
  let fields = DEFAULT_FIELDS;
  let section = "";
  for (const line of text.split("\n")) {
    if (/^\s*\[.*\]\s*$/.test(line)) section = line.trim().toLowerCase();
    const [, kind, rest = ""] = /^\s*(Format|Dialogue)\s*:\s*(.*)$/i.exec(line) ?? [];
    if (kind === undefined || (section !== "[events]" && section !== "")) continue;
    if (kind.toLowerCase() === "format") {
      fields = rest.split(",").map((field) => field.trim().toLowerCase());
      continue;
    }
    const values = rest.split(",");
    const value = (name: string): string => values[fields.indexOf(name)]?.trim() ?? "";
    const startMs = parseTime(value("start"));
    const endMs = parseTime(value("end"));
    if (startMs === null || endMs === null) continue;
    const speaker = value("name") || value("actor") || undefined;
    cues.push({
      startMs,
      endMs,
      lines: assLines(values.slice(fields.length - 1).join(","), speaker),
    });
  }
  return cues;
}

/** Takes the lines out of an ASS text, without override blocks and drawings (`{\p1}`). */
export function assLines(text: string, speaker?: string): RawLine[] {
  let isDrawing = false;
  const plain = text
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      if (!/^\{.*\}$/s.test(part)) return isDrawing ? "" : part;
      const drawing = /\\p(\d+)/.exec(part)?.[1];
      if (drawing !== undefined) isDrawing = drawing !== "0";
      return "";
    })
    .join("");
  return plain
    .split(/\\[Nn]|\n/)
    .map((line) => ({ text: line.replace(/\\h/g, " ").replace(/\s+/g, " ").trim(), speaker }))
    .filter((line) => line.text !== "");
}
