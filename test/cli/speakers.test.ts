import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { found, mediasearch } from "../helpers/run.ts";

interface Listed {
  readonly speakers: readonly { readonly speaker: string; readonly files: readonly string[] }[];
}

describe("speakers", () => {
  const names = async (home: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        JSON.parse((await mediasearch(["speakers", "--json"], { home })).stdout) as Listed
      ).speakers.map(({ speaker, files }) => [speaker, files.length]),
    );
  const speak = (name: string): string[] => [
    "search",
    "bridge harbour",
    "--speaker",
    name,
    "--mode",
    "keyword",
    "--json",
    "--limit",
    "100",
  ];

  it("are renamed in one file or everywhere, merged, found at once, and stay over the next index; the earlier ones are archived", async () => {
    const home = await captionLibrary(3);
    expect(await names(home)).toEqual({ Ada: 3, Ben: 3 });
    // Four seconds in each of three files.
    expect((await mediasearch(["speakers"], { home })).stdout).toMatch(
      /^Ada {2}12 s in 3 files: .*\nBen {2}12 s in 3 files: /,
    );
    expect(
      (
        await mediasearch(["speakers", "rename", "ada", "Ada Moreau", "--file", "talk-1.vtt"], {
          home,
        })
      ).exitCode,
    ).toBe(0);
    expect(await names(home)).toEqual({ Ada: 2, "Ada Moreau": 1, Ben: 3 });
    expect(found(await mediasearch(speak("Moreau"), { home })).total).toBe(1);
    const merged = await mediasearch(
      ["speakers", "merge", "Ada", "Ada Moreau", "Ben", "--into", "Everybody", "--json"],
      { home },
    );
    expect((JSON.parse(merged.stdout) as { files: unknown[] }).files.length).toBe(3);
    expect(await names(home)).toEqual({ Everybody: 3 });
    expect(found(await mediasearch(speak("everybody"), { home })).total).toBe(6);
    expect((await mediasearch(["index", join(home, "media")], { home })).stderr).toContain(
      "3 unchanged",
    );
    expect(await names(home)).toEqual({ Everybody: 3 });
    const status = JSON.parse((await mediasearch(["status", "--json"], { home })).stdout) as {
      archived: number;
      vectors: number;
      segments: number;
    };
    expect(status).toMatchObject({ archived: 4, vectors: 6, segments: 6 });
    expect((await mediasearch(["doctor"], { home })).exitCode).toBe(0);
  });

  it("that nobody has heard of are told, and names must be given", async () => {
    const home = await captionLibrary(1);
    expect((await mediasearch(["speakers", "rename", "Zoe", "Zoë"], { home })).exitCode).toBe(17);
    for (const argv of [
      ["rename", "Ada"],
      ["merge", "Ada"],
      ["rename", "Ada", " "],
    ])
      expect((await mediasearch(["speakers", ...argv], { home })).exitCode).toBe(2);
  });
});
