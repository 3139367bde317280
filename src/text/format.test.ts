import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCsvRecord,
  guardFormula,
  formatJson,
  formatDuration,
  formatTimestamp,
  pluralize,
} from "./format.ts";
import { stripControls } from "./strip-controls.ts";

describe("times and amounts", () => {
  it("are written as people write them", () => {
    expect([
      formatTimestamp(0),
      formatTimestamp(61_999),
      formatTimestamp(3_600_000 * 12 + 5000),
      formatTimestamp(1234, true),
    ]).toEqual(["0:00:00", "0:01:01", "12:00:05", "0:00:01.234"]);
    expect([
      formatDuration(45_000),
      formatDuration(12 * 60_000),
      formatDuration(3.5 * 3_600_000),
    ]).toEqual(["45 s", "12 min", "3.5 h"]);
    expect([formatBytes(0), formatBytes(999), formatBytes(28_180_947)]).toEqual([
      "0 B",
      "999 B",
      "28.2 MB",
    ]);
    expect([
      pluralize(1, "file"),
      pluralize(1200, "file"),
      pluralize(0, "entry", "entries"),
    ]).toEqual(["1 file", "1,200 files", "0 entries"]);
  });
});

describe("CSV", () => {
  it("quotes what needs it", () =>
    expect(formatCsvRecord(["a", 'b"c', "d,e", "f\ng", null, 1.5])).toBe(
      'a,"b""c","d,e","f\ng",,1.5',
    ));
});

describe("cells of spreadsheets", () => {
  it("are text where they begin like formulas, also after what parts cells elsewhere", () => {
    for (const cell of [
      "=1+1",
      "+1",
      "-2+3",
      "@SUM(A1)",
      "\t=1",
      " =1",
      '"=1',
      "＝1",
      "a;=1",
      "a\n@b",
    ])
      expect(guardFormula(cell), cell).toMatch(/'[=+\-@＝]/);
    for (const cell of ["", "a=b", "well-known", "1-2", "a; b", "it's"])
      expect(guardFormula(cell), cell).toBe(cell);
  });
});

describe("JSON", () => {
  it("holds nothing that a terminal takes for a command, and reads back the same", () => {
    const value = { a: "\u001b[31m\u009b2J\u202ex\u2028y\u007f\ud800" };
    expect(JSON.parse(formatJson(value))).toEqual(value);
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(formatJson(value)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  });
});

describe("text from files", () => {
  it("can't paint or move the cursor", () =>
    expect(stripControls("a\u001b[31mb\r\nc\td\u009b")).toBe("a\ufffd[31mb\ufffd c d\ufffd"));
});
