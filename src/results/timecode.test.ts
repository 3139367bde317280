import { describe, expect, it } from "vitest";
import {
  FRAME_RATES,
  frameAfter,
  frameAt,
  frameOf,
  type FrameRate,
  sourceTimecode,
  standardRate,
  timecode,
} from "./timecode.ts";

const named = (name: string): FrameRate =>
  FRAME_RATES.find((rate) => rate.name === name) as FrameRate;

describe("time code", () => {
  it("counts frames as SMPTE ST 12-1 does, drop-frame leaving out two numbers a minute but every tenth", () => {
    const ntsc = named("29.97");
    for (const [frame, code] of [
      [0, "00:00:00;00"],
      [1799, "00:00:59;29"],
      [1800, "00:01:00;02"],
      [3597, "00:01:59;29"],
      [3598, "00:02:00;02"],
      [17_981, "00:09:59;29"],
      [17_982, "00:10:00;00"],
      [107_892, "01:00:00;00"],
      [109_692, "01:01:00;02"],
    ] as const)
      expect(timecode(frame, ntsc), String(frame)).toBe(code);
    expect(timecode(3600, named("59.94"))).toBe("00:01:00;04");
    expect(timecode(90_000, named("25"))).toBe("01:00:00:00");
    expect(timecode(86_399, named("24"))).toBe("00:59:59:23");
  });

  it("names a frame that reads back, at every rate", () => {
    for (const rate of FRAME_RATES)
      for (let frame = 0; frame < 300_000; frame += 397)
        expect(frameOf(timecode(frame, rate), rate), `${rate.name} ${frame}`).toBe(frame);
  });

  it("in drop-frame keeps up with the clock, and without falls behind it by 3.6 s an hour at 23.976", () => {
    for (const name of ["29.97", "59.94"])
      expect(timecode(frameAt(3_600_000, named(name)), named(name))).toMatch(
        /^(01:00:00;00|00:59:59;\d\d)$/,
      );
    expect(timecode(frameAt(3_600_000, named("23.976")), named("23.976"))).toMatch(/^00:59:56:/);
  });

  it("of a source goes on from what it notes, in its own way of numbering", () => {
    expect(sourceTimecode("10:00:00:00", 25, 61_040)).toBe("10:01:01:01");
    expect(sourceTimecode("00:59:50;00", 29.97, 60_060)).toBe("01:00:50;00");
    expect(sourceTimecode("01:00:00:00", 29.97, 60_060)).toBe("01:01:00:00");
    expect(sourceTimecode("01:00:00:00", undefined, 1000)).toBe("01:00:01:00");
    expect(sourceTimecode("about noon", 25, 0)).toBeUndefined();
  });

  it("begins a cut on the frame that shows and ends it so that nothing is lost, whole frames staying as they are", () => {
    const pal = named("25");
    expect([frameAt(40, pal), frameAfter(40, pal)]).toEqual([1, 1]);
    expect([frameAt(79, pal), frameAfter(79, pal)]).toEqual([1, 2]);
    const ntsc = named("29.97");
    for (let frame = 0; frame < 5000; frame++)
      expect(frameAt((frame * 1001) / 30, ntsc)).toBe(frame);
  });

  it("takes a source's rate for a standard one, and 25 where it has none", () => {
    expect(standardRate({ num: 2997, den: 100 }).name).toBe("29.97");
    expect(standardRate({ num: 24_000, den: 1001 }).name).toBe("23.976");
    expect(standardRate({ num: 24, den: 1 }).name).toBe("24");
    expect(standardRate({ num: 5, den: 1 }).name).toBe("25");
    expect(standardRate(undefined).name).toBe("25");
  });
});
