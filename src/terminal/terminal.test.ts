import { describe, expect, it } from "vitest";
import { createStatusLine } from "./status-line.ts";
import { hasColor } from "./style.ts";

describe("colour", () => {
  const sink = (isTTY: boolean) => ({ write: () => {}, isTTY });
  it("is for terminals that want it", () => {
    expect(hasColor(sink(true), {})).toBe(true);
    expect(hasColor(sink(false), {})).toBe(false);
    expect(hasColor(sink(true), { NO_COLOR: "1" })).toBe(false);
    expect(hasColor(sink(true), { TERM: "dumb" })).toBe(false);
    expect(hasColor(sink(false), { FORCE_COLOR: "1" })).toBe(true);
    expect(hasColor(sink(false), { FORCE_COLOR: "0" })).toBe(false);
  });
});

describe("the status line", () => {
  const record = (isTTY: boolean, columns = 30) => {
    const written: string[] = [];
    return {
      written,
      line: createStatusLine(
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
    expect(written).toEqual([`${"x".repeat(28)}…`, "\r\u001b[K", "a note\n"]);
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
