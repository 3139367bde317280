import { describe, expect, it } from "vitest";
import { isSmallCopy, numberedWork } from "./numbered-work.ts";

const folders = ["Moby Dick", "Books"];

describe("a work in numbered files", () => {
  it.each([
    [["01 - Loomings.mp3", "02 - The Carpet-Bag.mp3", "03 - The Spouter-Inn.mp3"]],
    [["Chapter 3.mp3", "Chapter 1.mp3", "Chapter 2.mp3"]],
    [["Moby Dick - Part 01.m4b", "Moby Dick - Part 02.m4b", "Moby Dick - Part 03.m4b"]],
    [["Kapitel_7 Der Wal.ogg", "Kapitel_8 Sturm.ogg", "Kapitel_9 Stille.ogg"]],
  ])("is called like its folder: %s", (names) => {
    expect(numberedWork(folders, names)).toBe("Moby Dick");
  });

  it("is called like the folder above its discs", () => {
    const names = ["01 Loomings.mp3", "02 Carpet.mp3", "03 Inn.mp3"];
    for (const disc of ["CD1", "Disc 2", "disk_03", "Side B"])
      expect(numberedWork([disc, ...folders], names)).toBe("Moby Dick");
  });

  it.each([
    ["two only", ["01 - A.mp3", "02 - B.mp3"]],
    ["one is missing", ["01 - A.mp3", "02 - B.mp3", "04 - D.mp3"]],
    ["one is twice", ["01 - A.mp3", "01 - B.mp3", "02 - C.mp3"]],
    ["one has no number", ["01 - A.mp3", "02 - B.mp3", "03 - C.mp3", "interview.mp3"]],
    ["films", ["01 - A.mp4", "02 - B.mp4", "03 - C.mp4"]],
    ["a recorder that counts", ["STE-001.wav", "STE-002.wav", "STE-003.wav"]],
    ["dates", ["2024-01-05 call.mp3", "2024-01-06 call.mp3", "2024-01-07 call.mp3"]],
  ])("is none: %s", (_, names) => {
    expect(numberedWork(folders, names)).toBeUndefined();
  });

  it("is none in a folder of very many files", () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `${i % 1000} call ${i}.mp3`);
    expect(numberedWork(folders, names)).toBeUndefined();
  });
});

it("small copies are known by the film beside them", () => {
  const names = ["GH010123.MP4", "GX010200.MP4", "GOPR0007.MP4", "DJI_0001.MP4"];
  const copies = ["GL010123.LRV", "GL010200.LRV", "GOPR0007.LRV", "DJI_0001.LRF"];
  expect(copies.map((name) => isSmallCopy(name, names))).toEqual([true, true, true, true]);
  expect(isSmallCopy("GL010999.LRV", names)).toBe(false);
  expect(isSmallCopy("GH010123.MP4", names)).toBe(false);
});
