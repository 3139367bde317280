import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captionLibrary } from "../helpers/caption-library.ts";
import { FIXTURES, found, mediasearch, tempFolder } from "../helpers/run.ts";

const digest = async (
  home: string,
  store: string,
): Promise<{ digest: string; differences: unknown[] }> =>
  (
    JSON.parse(
      (
        await mediasearch(
          ["migrate", "--from", join(home, "library.sqlite"), "--to", store, "--json"],
          { home },
        )
      ).stdout,
    ) as { proof: { digest: string; differences: unknown[] } }
  ).proof;

/** Real speech, recognised, with captions beside another file. */
async function speechLibrary(): Promise<string> {
  const home = tempFolder();
  mkdirSync(join(home, "media"));
  for (const name of ["budget.wav", "news.mp3", "news.en.srt"])
    cpSync(join(FIXTURES, name), join(home, "media", name));
  const { exitCode, stderr } = await mediasearch(["index", join(home, "media")], { home });
  expect(exitCode, stderr).toBe(0);
  return home;
}

describe("export and import", () => {
  it("carry a library over as JSON with nothing lost: words, confidence, origin, and the same vectors made again", async () => {
    const home = await speechLibrary();
    const out = join(home, "out");
    const exported = await mediasearch(["export", "-o", out], { home });
    expect([exported.exitCode, readdirSync(out).toSorted()]).toEqual([
      0,
      ["budget.transcript.json", "news.transcript.json"],
    ]);
    const other = join(home, "other.sqlite");
    expect((await mediasearch(["import", out, "--store", other], { home })).exitCode).toBe(0);
    const proof = await digest(home, other);
    expect(proof.differences).toEqual([]);
    const again = await mediasearch(["import", out, "--store", other, "--json"], { home });
    expect(
      (JSON.parse(again.stdout) as { transcripts: { outcome: string }[] }).transcripts.map(
        ({ outcome }) => outcome,
      ),
    ).toEqual(["unchanged", "unchanged"]);
    const index = await mediasearch(["index", join(home, "media"), "--store", other], { home });
    expect(index.stderr).toContain("2 unchanged");
  });

  it("carry the vectors too when asked", async () => {
    const home = await captionLibrary(1);
    await mediasearch(["export", "-o", join(home, "out"), "--vectors"], { home });
    const json = JSON.parse(readFileSync(join(home, "out/talk-0.transcript.json"), "utf8")) as {
      embedder: { dimensions: number };
      segments: { vector: string }[];
    };
    expect(Buffer.from(json.segments[0]?.vector ?? "", "base64").length).toBe(
      json.embedder.dimensions * 4,
    );
    await mediasearch(["import", join(home, "out"), "--store", join(home, "other.sqlite")], {
      home,
    });
    expect((await digest(home, join(home, "other.sqlite"))).differences).toEqual([]);
  });

  for (const format of ["srt", "vtt", "txt", "md"])
    it(`bring back every word, time and speaker by way of ${format}, to the recording of the same name`, async () => {
      const home = await captionLibrary(2);
      const out = join(home, "out");
      expect(
        (await mediasearch(["export", "--format", format, "-o", out], { home })).exitCode,
      ).toBe(0);
      const files = readdirSync(out).map((name) => join(out, name));
      expect(files.length).toBe(2);
      const again = await mediasearch(["import", ...files, "--json"], { home });
      expect(
        (JSON.parse(again.stdout) as { transcripts: { outcome: string }[] }).transcripts.map(
          ({ outcome }) => outcome,
        ),
        again.stderr,
      ).toEqual(["unchanged", "unchanged"]);
    });

  it("take a correction: it is found, the earlier words are archived, and the next index leaves it", async () => {
    const home = await speechLibrary();
    const text = join(home, "budget.txt");
    await mediasearch(["export", "budget.wav", "--format", "txt", "-o", home], { home });
    writeFileSync(text, readFileSync(text, "utf8").replaceAll(/budget/gi, "zeppelin"));
    const imported = await mediasearch(["import", text, "--for", join(home, "media/budget.wav")], {
      home,
    });
    expect(imported.exitCode, imported.stderr).toBe(0);
    const ask = ["search", "zeppelin", "--mode", "keyword", "--json"];
    expect(found(await mediasearch(ask, { home })).hits[0]?.file).toContain("budget.wav");
    expect(
      (
        JSON.parse((await mediasearch(["status", "--json"], { home })).stdout) as {
          archived: number;
        }
      ).archived,
    ).toBe(1);
    utimesSync(join(home, "media/budget.wav"), 1000, 1000);
    expect((await mediasearch(["index", join(home, "media")], { home })).stderr).toContain(
      "2 unchanged",
    );
    expect(found(await mediasearch(ask, { home })).total).toBe(1);
  });

  it("write beside the media, keep what is there, and never write twice", async () => {
    const home = await captionLibrary(2);
    const media = join(home, "media");
    writeFileSync(join(media, "talk-1.txt"), "my own notes");
    const first = await mediasearch(["export", "--format", "txt"], { home });
    expect([first.exitCode, first.stderr.includes("--force")]).toEqual([3, true]);
    expect(readFileSync(join(media, "talk-1.txt"), "utf8")).toBe("my own notes");
    expect(existsSync(join(media, "talk-0.txt"))).toBe(true);
    expect(
      (await mediasearch(["export", "talk-0.vtt", "--format", "txt"], { home })).stderr,
    ).toContain("1 unchanged");
    expect((await mediasearch(["export", "--format", "txt", "--force"], { home })).exitCode).toBe(
      0,
    );
  });

  it("say what is wrong with a file and go on with the others", async () => {
    const home = await captionLibrary(2);
    const out = join(home, "out");
    await mediasearch(["export", "-o", out], { home });
    writeFileSync(join(out, "broken.transcript.json"), "{");
    writeFileSync(join(out, "unknown.srt"), "1\n00:00:00,000 --> 00:00:05,000\nHello.\n");
    const { exitCode, stderr } = await mediasearch(
      ["import", out, join(out, "unknown.srt"), "--store", join(home, "other.sqlite")],
      { home },
    );
    expect(
      [
        exitCode,
        stderr.includes("not valid JSON"),
        stderr.includes("no recording of the name unknown"),
        stderr.includes("2 transcripts imported"),
      ],
      stderr,
    ).toEqual([3, true, true, true]);
    expect((await mediasearch(["export", "nothing.mp3"], { home })).exitCode).toBe(17);
  });
});
