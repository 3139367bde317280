import type { Styler } from "../terminal/style.ts";
import { stripControls } from "../text/strip-controls.ts";
import type { Result } from "./check.ts";
import type { Measure } from "./perf.ts";
import { AREAS, type Item } from "./readiness.ts";

const MARKS = { ok: "ok     ", warning: "warning", failed: "failed " } as const;
const COLOURS = { ok: "green", warning: "yellow", failed: "red" } as const;
const WIDTH = 12;

/**
 * Writes one line for each group with what is well, and a line for each warning and failure with
 * the command or setting that mends it.
 */
export function formatReport(results: readonly Result[], paint: Styler): string {
  const lines: string[] = [];
  for (const group of new Set(results.map((result) => result.group))) {
    const all = results.filter((result) => result.group === group);
    const well = all.filter(({ status }) => status === "ok");
    if (well.length > 0)
      lines.push(
        `${paint("green", MARKS.ok)}  ${group.padEnd(WIDTH)} ${stripControls(well.map(({ found }) => found).join("; "))}`,
      );
    for (const { status, check, found, hint, ms } of all.filter(({ status }) => status !== "ok")) {
      lines.push(
        `${paint(COLOURS[status], MARKS[status])}  ${check.padEnd(WIDTH)} ${stripControls(found)} (${ms} ms)`,
      );
      if (hint) lines.push(`         ${paint("cyan", "next:")} ${stripControls(hint)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

export const toJson = (results: readonly Result[]): readonly unknown[] =>
  results.map(({ check, group, status, tried, found, hint, ms }) => ({
    check,
    group,
    status,
    tried,
    found,
    hint: hint ?? null,
    ms,
  }));

const ITEM_MARKS = {
  ok: "ok     ",
  warning: "warning",
  failed: "failed ",
  asked: "asked  ",
  absent: "absent ",
} as const;
const ITEM_COLOURS = {
  ok: "green",
  warning: "yellow",
  failed: "red",
  asked: "cyan",
  absent: "dim",
} as const;

export function formatItems(items: readonly Item[], paint: Styler): string {
  return AREAS.map(
    (area) =>
      `${area}\n${items
        .filter((one) => one.area === area)
        .map(
          ({ item, status, found, hint }) =>
            `  ${paint(ITEM_COLOURS[status], ITEM_MARKS[status])}  ${item.padEnd(WIDTH + 3)} ${stripControls(found)}\n${hint ? `           ${paint("cyan", "next:")} ${stripControls(hint)}\n` : ""}`,
        )
        .join("")}`,
  ).join("");
}

const cell = (text: string): string => stripControls(text).replaceAll("|", "\\|");

export function itemsAsMarkdown(items: readonly Item[]): string {
  return AREAS.map(
    (area) =>
      `## ${area}\n\n| | item | found | next |\n|---|---|---|---|\n${items
        .filter((one) => one.area === area)
        .map(
          ({ item, status, found, hint }) =>
            `| ${status} | ${cell(item)} | ${cell(found)} | ${hint ? `\`${cell(hint)}\`` : ""} |\n`,
        )
        .join("")}\n`,
  ).join("");
}

export const formatMeasures = (measures: readonly Measure[]): string =>
  [
    ["", "this machine", "published", ""],
    ...measures.map(({ name, value, published, unit }) => [
      name,
      String(value),
      String(published),
      unit,
    ]),
  ]
    .map(
      ([name = "", value = "", published = "", unit = ""]) =>
        `${name.padEnd(34)} ${value.padStart(12)} ${published.padStart(10)}  ${unit}\n`,
    )
    .join("");
