import { describe, expect, it } from "vitest";
import type { AssetStatus } from "../backends/catalog.ts";
import type { MediaFacts } from "../types.ts";
import { readParts } from "./assets.ts";
import { partOf } from "./recording-parts.ts";

const MINUTE = 60_000;
const FULL = 4_294_000_000;
const NOON = Date.UTC(2024, 5, 1, 12);

interface Known extends Partial<AssetStatus> {
  readonly facts?: MediaFacts;
}

/** The places of all files of a folder: `number/of name @minutes`. */
async function placesOf(files: Readonly<Record<string, Known>>) {
  const assets = new Map(
    Object.entries(files).map(([name, known]) => [
      `/card/${name}`,
      {
        id: `/card/${name}`,
        state: "indexed",
        sizeBytes: FULL,
        durationMs: 10 * MINUTE,
        recordedAtMs: null,
        ...known,
      } as AssetStatus & Known,
    ]),
  );
  const access = {
    catalog: { get: async (id: string) => assets.get(id) },
    factsOf: ({ id }: AssetStatus) => assets.get(id)?.facts ?? {},
  };
  const places: string[] = [];
  for (const asset of assets.values()) {
    const part = await partOf(asset, access);
    const from = part?.startMs === null ? "?" : String((part?.startMs ?? 0) / MINUTE);
    places.push(part ? `${part.number}/${part.of} ${part.name} @${from}` : "whole");
  }
  return places;
}

describe("files that are one recording", () => {
  it("are those that a GoPro names so, whatever lies between them", async () => {
    const files = {
      "GX010007.MP4": {},
      "GX010008.MP4": {},
      "GX020007.MP4": {},
      "GX030007.MP4": {},
    };
    expect(await placesOf(files)).toEqual([
      "1/3 GX0007 @0",
      "whole",
      "2/3 GX0007 @10",
      "3/3 GX0007 @20",
    ]);
    expect(await placesOf({ "GOPR0009.MP4": {}, "GP010009.MP4": {} })).toEqual([
      "1/2 GOPR0009 @0",
      "2/2 GOPR0009 @10",
    ]);
  });

  it("have no time in the whole where an earlier part or its length is missing", async () => {
    expect(await placesOf({ "GX020007.MP4": {}, "GX030007.MP4": {} })).toEqual([
      "2/3 GX0007 @?",
      "3/3 GX0007 @?",
    ]);
    expect(await placesOf({ "GX010007.MP4": { durationMs: null }, "GX020007.MP4": {} })).toEqual([
      "1/2 GX0007 @0",
      "2/2 GX0007 @?",
    ]);
  });

  it("are not those that another day or a deleted file parts", async () => {
    const later = { recordedAtMs: NOON + 40 * 3_600_000 };
    expect(
      await placesOf({ "GX010007.MP4": { recordedAtMs: NOON }, "GX020007.MP4": later }),
    ).toEqual(["whole", "whole"]);
    expect(await placesOf({ "GX010007.MP4": { state: "deleted" }, "GX020007.MP4": {} })).toEqual([
      "whole",
      "whole",
    ]);
  });

  it("are titles of a DVD, without its menus", async () => {
    const files = {
      "VTS_01_0.VOB": {},
      "VTS_01_1.VOB": {},
      "VTS_01_2.VOB": {},
      "VTS_02_1.VOB": {},
    };
    expect(await placesOf(files)).toEqual(["whole", "1/2 VTS_01 @0", "2/2 VTS_01 @10", "whole"]);
  });

  it("are files counted on after one that could not grow", async () => {
    const files = {
      "00000.MTS": { sizeBytes: 5e7 },
      "00001.MTS": {},
      "00002.MTS": { sizeBytes: 9e8 },
    };
    expect(await placesOf({ ...files, "00003.MTS": { sizeBytes: 7e7 } })).toEqual([
      "whole",
      "1/2 00001 @0",
      "2/2 00001 @10",
      "whole",
    ]);
  });

  it("are not those of other codecs, or that began before or long after", async () => {
    const small = { sizeBytes: 1e9 };
    const [hd, uhd] = [
      { width: 1920, height: 1080 },
      { width: 3840, height: 2160 },
    ];
    expect(
      await placesOf({ "DJI_0001.MP4": { facts: uhd }, "DJI_0002.MP4": { ...small, facts: hd } }),
    ).toEqual(["whole", "whole"]);
    for (const [minutes, isNext] of [
      [10, true],
      [0, true],
      [45, false],
      [-60, false],
    ] as const)
      expect(
        await placesOf({
          "DJI_0001.MP4": { recordedAtMs: NOON, facts: uhd },
          "DJI_0002.MP4": { ...small, recordedAtMs: NOON + minutes * MINUTE, facts: uhd },
        }),
      ).toEqual(isNext ? ["1/2 DJI_0001 @0", "2/2 DJI_0001 @10"] : ["whole", "whole"]);
  });
});

it("files of a list are not asked for one by one", async () => {
  const file = (name: string): AssetStatus =>
    ({ id: `/card/${name}`, state: "indexed", sizeBytes: FULL, recordedAtMs: null }) as AssetStatus;
  const list = ["GX010007.MP4", "GX020007.MP4", "GX030007.MP4"].map(file);
  const asked: string[] = [];
  const get = async (id: string): Promise<undefined> => void asked.push(id);
  const parts = await readParts(list, { get }, () => ({}));
  expect([...parts.values()].map(({ number, of }) => `${number}/${of}`)).toEqual([
    "1/3",
    "2/3",
    "3/3",
  ]);
  expect(new Set(asked)).toEqual(new Set(["/card/GX000007.MP4", "/card/GX040007.MP4"]));
});
