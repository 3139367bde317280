import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

/** The samples of a WAV file of 16 bits, so many decibels quieter. */
function quieter(path: string, decibels: number): Buffer {
  const wav = Buffer.from(readFileSync(path));
  const data = wav.indexOf("data") + 8;
  for (let at = data; at + 1 < wav.length; at += 2)
    wav.writeInt16LE(Math.round(wav.readInt16LE(at) * 10 ** (-decibels / 20)), at);
  return wav;
}

describe("a recording that is very quiet", () => {
  it("is recognised as well as the loud one", async () => {
    const [home, folder] = [tempFolder(), tempFolder()];
    const loud = join(FIXTURES, "budget.wav");
    for (const decibels of [0, 25, 35])
      writeFileSync(join(folder, `budget-${decibels}.wav`), quieter(loud, decibels));
    const { stderr } = await mediasearch(["index", folder], { home });
    expect(stderr).toContain("3 recognised");
    expect(stderr).not.toContain("warning");
    const texts = await Promise.all(
      [0, 25, 35].map(async (decibels) => {
        const file = join(folder, `budget-${decibels}.wav`);
        const { stdout } = await mediasearch(["transcript", file, "--format", "text"], { home });
        return stdout.toLowerCase().match(/[a-z]+/g);
      }),
    );
    expect(texts[0]?.length).toBeGreaterThan(5);
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
  });
});
