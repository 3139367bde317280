import { describe, expect, it } from "vitest";
import {
  bytes,
  clock,
  count,
  csvRecord,
  duration,
  hasColour,
  plain,
  statusLine,
} from "./output.ts";

describe("times and amounts", () => {
  it("are written as people write them", () => {
    expect([clock(0), clock(61_999), clock(3_600_000 * 12 + 5000), clock(1234, true)]).toEqual([
      "0:00:00",
      "0:01:01",
      "12:00:05",
      "0:00:01.234",
    ]);
    expect([duration(45_000), duration(12 * 60_000), duration(3.5 * 3_600_000)]).toEqual([
      "45 s",
      "12 min",
      "3.5 h",
    ]);
    expect([bytes(0), bytes(999), bytes(28_180_947)]).toEqual(["0 B", "999 B", "28.2 MB"]);
    expect([count(1, "file"), count(1200, "file"), count(0, "entry", "entries")]).toEqual([
      "1 file",
      "1,200 files",
      "0 entries",
    ]);
  });
});

describe("CSV", () => {
  it("quotes what needs it", () =>
    expect(csvRecord(["a", 'b"c', "d,e", "f\ng", null, 1.5])).toBe('a,"b""c","d,e","f\ng",,1.5'));
});

describe("text from files", () => {
  it("can't paint or move the cursor", () =>
    expect(plain("a\u001b[31mb\r\nc\td\u009b")).toBe("a\ufffd[31mb\ufffd c d\ufffd"));
});

describe("colour", () => {
  const sink = (isTTY: boolean) => ({ write: () => {}, isTTY });
  it("is for terminals that want it", () => {
    expect(hasColour(sink(true), {})).toBe(true);
    expect(hasColour(sink(false), {})).toBe(false);
    expect(hasColour(sink(true), { NO_COLOR: "1" })).toBe(false);
    expect(hasColour(sink(true), { TERM: "dumb" })).toBe(false);
    expect(hasColour(sink(false), { FORCE_COLOR: "1" })).toBe(true);
    expect(hasColour(sink(false), { FORCE_COLOR: "0" })).toBe(false);
  });
});

describe("the status line", () => {
  const record = (isTTY: boolean, columns = 30) => {
    const written: string[] = [];
    return {
      written,
      line: statusLine(
        {
          write: (text) => {
            written.push(text);
          },
          isTTY,
          columns,
        },
        {},
      ),
    };
  };
  it("is redrawn in place on a terminal, cut to its width, and gone at the end", () => {
    const { written, line } = record(true);
    line.update("x".repeat(100));
    line.note("a note");
    line.update("hidden: too soon");
    line.end();
    expect(written).toEqual(["x".repeat(29), "\r\u001b[K", "a note\n"]);
  });
  it("is silent elsewhere, but for a line now and then", () => {
    const { written, line } = record(false);
    line.update("one");
    line.update("two");
    line.note("a note");
    line.end();
    expect(written).toEqual(["a note\n"]);
  });
});
