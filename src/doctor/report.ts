import type { Paint } from "../output.ts";
import { plain } from "../output.ts";
import type { Result } from "./check.ts";

const MARKS = { ok: "ok     ", warning: "warning", failed: "failed " } as const;
const COLOURS = { ok: "green", warning: "yellow", failed: "red" } as const;
const WIDTH = 12;

/** One line a group of what is well; each warning and failure on a line of its own, with what was tried and what mends it. */
export function formatText(results: readonly Result[], paint: Paint): string {
  const lines: string[] = [];
  for (const group of new Set(results.map((result) => result.group))) {
    const all = results.filter((result) => result.group === group);
    const well = all.filter(({ status }) => status === "ok");
    if (well.length > 0) lines.push(`${paint("green", MARKS.ok)}  ${group.padEnd(WIDTH)} ${plain(well.map(({ found }) => found).join("; "))}`);
    for (const { status, check, found, hint, ms } of all.filter(({ status }) => status !== "ok")) {
      lines.push(`${paint(COLOURS[status], MARKS[status])}  ${check.padEnd(WIDTH)} ${plain(found)} (${ms} ms)`);
      if (hint) lines.push(`         ${paint("cyan", "next:")} ${plain(hint)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

export const toJson = (results: readonly Result[]): readonly unknown[] =>
  results.map(({ check, group, status, tried, found, hint, ms }) => ({ check, group, status, tried, found, hint: hint ?? null, ms }));
