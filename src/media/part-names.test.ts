import { describe, expect, it } from "vitest";
import { isFullFile, partName } from "./part-names.ts";

describe("names of parts of a recording", () => {
  it.each([
    ["GH020123.MP4", "GH0123", 2, 1, "GH010123.MP4"],
    ["gx030007.mp4", "gx0007", 3, 1, "gx020007.mp4"],
    ["GS020011.360", "GS0011", 2, 1, "GS010011.360"],
    ["GP010123.MP4", "GOPR0123", 1, 0, "GOPR0123.MP4"],
    ["GP020123.MP4", "GOPR0123", 2, 0, "GP010123.MP4"],
    ["VTS_01_2.VOB", "VTS_01", 2, 1, "VTS_01_1.VOB"],
    ["00001.MTS", "00001", 1, null, "00000.MTS"],
    ["DJI_0042.MP4", "DJI_0042", 42, null, "DJI_0041.MP4"],
    [
      "DJI_20240101120000_0002_D.MP4",
      "DJI_20240101120000_0002_D",
      2,
      null,
      "DJI_20240101120000_0001_D.MP4",
    ],
    ["STE-010.wav", "STE-010", 10, null, "STE-009.wav"],
  ])("%s is one of %s", (name, whole, number, first, before) => {
    const found = partName(name);
    expect(found).toMatchObject({ whole, number, first });
    expect(found?.nameOf(number - 1)).toBe(before);
  });

  it.each(["talk.mp4", "VTS_01_0.VOB", "VIDEO_TS.VOB", "chapter 1.mp3", "notes1.txt"])(
    "%s stands by itself",
    (name) => expect(partName(name)).toBeUndefined(),
  );

  it("ends where the digits of a name end", () => {
    expect(partName("00000.MTS")?.nameOf(-1)).toBeUndefined();
    expect(partName("C9999.MP4")?.nameOf(10_000)).toBeUndefined();
    expect(partName("VTS_01_9.VOB")?.nameOf(10)).toBeUndefined();
  });

  it("tells full files by the limits of devices", () => {
    expect([2_146_435_072, 4_294_967_296, 3_760_000_000].map(isFullFile)).toEqual([
      true,
      true,
      true,
    ]);
    expect([900_000_000, 3_000_000_000, 9_000_000_000].map(isFullFile)).toEqual([
      false,
      false,
      false,
    ]);
  });
});
