import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

interface Transcript {
  readonly segments: readonly { readonly speaker: string | null; readonly text: string }[];
}

describe("index --speakers", () => {
  const copies = (...names: readonly string[]): string => {
    const folder = tempFolder();
    for (const name of names) copyFileSync(join(FIXTURES, name), join(folder, name));
    return folder;
  };
  const spoken = async (home: string, file: string): Promise<(string | null)[][]> => {
    const { stdout } = await mediasearch(["transcript", file, "--format", "json"], { home });
    return (JSON.parse(stdout) as Transcript).segments.map(({ speaker, text }) => [speaker, text]);
  };

  it("tells two voices apart, and takes one for one", async () => {
    const home = tempFolder();
    const folder = copies("dialogue.ogg", "garden.m4a", "bees.flac");
    const { exitCode, stderr } = await mediasearch(["index", folder, "--speakers"], { home });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("3 recognised")]);
    const dialogue = await spoken(home, join(folder, "dialogue.ogg"));
    expect(dialogue.map(([speaker]) => speaker)).toEqual([
      "Speaker 1",
      "Speaker 2",
      "Speaker 1",
      "Speaker 2",
    ]);
    expect(dialogue[3]?.[1]).toMatch(/^Then we should ask/);
    for (const file of ["garden.m4a", "bees.flac"])
      expect(new Set((await spoken(home, join(folder, file))).map(([who]) => who))).toEqual(
        new Set(["Speaker 1"]),
      );
    const said = await mediasearch(["search", "neighbors", "--speaker", "Speaker 2", "--json"], {
      home,
    });
    expect(JSON.parse(said.stdout)).toMatchObject({ total: 1 });
  });

  it("is part of what a transcript is made with: asked for otherwise it is made anew, once", async () => {
    const home = tempFolder();
    const folder = copies("dialogue.ogg");
    const file = join(folder, "dialogue.ogg");
    const index = (...more: readonly string[]): Promise<Result> =>
      mediasearch(["index", file, ...more], { home });
    const speakersOf = async (): Promise<number> =>
      new Set((await spoken(home, file)).flatMap(([who]) => who ?? [])).size;
    expect((await index()).stderr).toContain("1 recognised");
    expect(await speakersOf()).toBe(0);
    expect((await index("--speakers=1")).stderr).toContain("1 recognised");
    expect(await speakersOf()).toBe(1);
    expect((await index("--speakers", "auto")).stderr).toContain("1 recognised");
    expect(await speakersOf()).toBe(2);
    // Nobody asks for other ones: what is there does.
    expect((await index()).stderr).toContain("1 unchanged");
    expect(await speakersOf()).toBe(2);
    const again = await mediasearch(["migrate", "--retranscribe", "--dry-run"], { home });
    expect(again.stderr + again.stdout).not.toContain("dialogue.ogg");
    // Those of before are in the archive.
    expect((await index("--speakers", "1")).stderr).toContain("1 reused");
    expect(await speakersOf()).toBe(1);
    expect((await index("--speakers", "off")).stderr).toContain("1 reused");
    expect(await speakersOf()).toBe(0);
  });

  it("recognises nothing again where only the speakers are missing, and keeps what was corrected", async () => {
    const home = tempFolder();
    const folder = copies("dialogue.ogg");
    const file = join(folder, "dialogue.ogg");
    const calls = join(home, "calls");
    const word = (text: string, at: number) => ({ text, startMs: at, endMs: at + 300 });
    const words = Array.from({ length: 40 }, (_, i) =>
      word(`w${i}${i % 8 === 7 ? "." : ""}`, i * 400),
    );
    const answer = [
      { startMs: 0, endMs: 16_000, text: words.map(({ text }) => text).join(" "), words },
    ];
    const script = `const fs = require("node:fs"); fs.appendFileSync(${JSON.stringify(calls)}, "x"); process.stdout.write(JSON.stringify(${JSON.stringify(answer)}))`;
    const env = {
      ASR_ENGINE: "BYO",
      BYO_ASR_COMMAND: JSON.stringify([process.execPath, "-e", script]),
    };
    const index = (...more: readonly string[]): Promise<Result> =>
      mediasearch(["index", file, ...more], { home, env });
    expect((await index()).stderr).toContain("1 recognised");
    const heard = readFileSync(calls, "utf8");
    const plain = (await spoken(home, file)).map(([, text]) => text).join(" ");
    await mediasearch(["search", "w3", "--mode", "keyword"], { home });
    const { exitCode, stderr } = await index("--speakers");
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining("0 recognised")]);
    const told = await spoken(home, file);
    expect(new Set(told.map(([who]) => who))).toEqual(new Set(["Speaker 1", "Speaker 2"]));
    expect(told.map(([, text]) => text).join(" ")).toBe(plain);
    await mediasearch(["speakers", "rename", "Speaker 1", "Ada"], { home });
    await index("--speakers", "1");
    expect(new Set((await spoken(home, file)).map(([who]) => who))).toEqual(new Set(["Ada"]));
    expect(readFileSync(calls, "utf8")).toBe(heard);
    expect((await index()).stderr).toContain("1 unchanged");
  });

  it("says what its value may be, also where it took a path for it", async () => {
    const { exitCode, stderr } = await mediasearch(["index", "--speakers", "talks"], {
      home: tempFolder(),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("must be auto, off or a number from 1 to 50");
    expect(stderr).toContain("--speakers=auto");
  });
});
