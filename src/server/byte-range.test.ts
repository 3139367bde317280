import { describe, expect, it } from "vitest";
import { isRangeFresh, matchesTag, parseRange } from "./byte-range.ts";

describe("ranges of bytes", () => {
  it("are read as RFC 9110 has them", () => {
    for (const [header, range] of [
      ["bytes=0-9", { start: 0, end: 10 }],
      ["bytes=90-", { start: 90, end: 100 }],
      ["bytes=90-500", { start: 90, end: 100 }],
      ["bytes=-10", { start: 90, end: 100 }],
      ["bytes=-500", { start: 0, end: 100 }],
      ["bytes=100-", "unsatisfiable"],
      ["bytes=-0", "unsatisfiable"],
      ["bytes=9-5", undefined],
      ["bytes=0-1,5-6", undefined],
      ["items=0-1", undefined],
      ["bytes=-", undefined],
      ["bytes=x-9", undefined],
      [null, undefined],
    ] as const)
      expect([header, parseRange(header, 100)]).toEqual([header, range]);
  });

  it("count only while the file is the one that the client has", () => {
    expect(isRangeFresh(null, '"a"', 0)).toBe(true);
    expect(isRangeFresh('"a"', '"a"', 0)).toBe(true);
    expect(isRangeFresh('"b"', '"a"', 0)).toBe(false);
    expect(isRangeFresh("Thu, 01 Jan 1970 00:00:05 GMT", '"a"', 5400)).toBe(true);
    expect(isRangeFresh("Thu, 01 Jan 1970 00:00:06 GMT", '"a"', 5400)).toBe(false);
    expect(matchesTag('"x", W/"a"', '"a"')).toBe(true);
    expect(matchesTag("*", '"a"')).toBe(true);
    expect(matchesTag('"x"', '"a"')).toBe(false);
  });
});
