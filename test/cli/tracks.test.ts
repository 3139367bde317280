import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  matroska,
  type MatroskaTrack,
  soundBlocks,
  textBlocks,
  tone,
} from "../helpers/matroska.ts";
import { mediasearch, type Result, tempFolder } from "../helpers/run.ts";

const SECONDS = 12;
const sound = (more: Partial<MatroskaTrack>, hz = 440): MatroskaTrack => ({
  type: "audio",
  blocks: soundBlocks(SECONDS * 1000, tone(hz)),
  ...more,
});
const text = (word: string, more: Partial<MatroskaTrack>): MatroskaTrack => ({
  type: "subtitle",
  blocks: textBlocks(
    Array.from({ length: SECONDS }, (_, i) => `The ${word} is number ${i} of many here.`),
  ),
  ...more,
});

/** A film in a folder of its own, and a library. */
function film(tracks: readonly MatroskaTrack[], name = "film.mkv") {
  const home = tempFolder();
  const path = join(home, name);
  writeFileSync(path, matroska(tracks, SECONDS * 1000));
  const env = { ASR_ENGINE: "STUB" };
  return (argv: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Result> =>
    mediasearch(
      argv.map((word) => (word === "FILM" ? path : word)),
      {
        home,
        cwd: home,
        env: { ...env, ...more },
      },
    );
}

interface Listed {
  readonly origin: string;
  readonly language: string;
  readonly track: Record<string, unknown> | null;
  readonly channels: string | null;
}

async function listed(run: ReturnType<typeof film>): Promise<Listed> {
  const { stdout } = await run(["list", "--format", "json"]);
  return (JSON.parse(stdout) as { files: Listed[] }).files[0] as Listed;
}

const counts = ({ stderr }: Result): string =>
  /indexed (\d+) .*?(\d+) unchanged/.exec(stderr)?.slice(1).join("/") ?? stderr;

describe("the sound track of a film", () => {
  const tracks = [
    sound({ title: "Director's Commentary", language: "eng" }),
    sound({ language: "eng" }, 500),
    sound({ language: "ger", title: "Deutsch" }, 600),
  ];

  it("is chosen, shown, and chosen by hand, which stays", async () => {
    const run = film(tracks);
    const first = await run(["index", "FILM", "--json"]);
    const event = first.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; track?: unknown })
      .find(({ type }) => type === "indexed");
    expect(event?.track).toEqual({ type: "audio", number: 2, of: 3, language: "en", title: null });
    expect((await listed(run)).track).toEqual(event?.track);
    expect(counts(await run(["index", "FILM"]))).toBe("0/1");

    for (const [asked, number] of [
      ["3", 3],
      ["de", 3],
      ["commentary", 1],
    ] as const) {
      const before = (await listed(run)).track?.["number"];
      const again = await run(["index", "FILM", "--audio-track", asked]);
      expect(counts(again), asked).toBe(before === number ? "0/1" : "1/0");
      expect((await listed(run)).track, asked).toMatchObject({ number });
      expect(counts(await run(["index", "FILM"])), asked).toBe("0/1");
    }
    expect((await run(["list"])).stdout).toContain(
      'audio track 1 of 3 (en, "Director\'s Commentary")',
    );
    await run(["index", "FILM", "--audio-track", "auto"]);
    expect((await listed(run)).track).toMatchObject({ number: 2 });
  });

  it("is told when it is not there, and chosen all the same", async () => {
    const run = film(tracks);
    const { stderr, exitCode } = await run(["index", "FILM", "--audio-track", "7"]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/no audio track 7: there are audio track 1 of 3 .*; audio track 3 of 3/);
    expect((await listed(run)).track).toMatchObject({ number: 2 });
  });

  it("follows rules for folders, and a flag before them", async () => {
    const run = film(tracks);
    const rules = { MEDIASEARCH_TRACK_RULES: "other/=audio 1; *.mkv=audio de, channels mix" };
    await run(["index", "FILM"], rules);
    expect((await listed(run)).track).toMatchObject({ number: 3 });
    await run(["index", "FILM", "--audio-track", "1"], rules);
    expect((await listed(run)).track).toMatchObject({ number: 1 });
    const wrong = await run(["index", "FILM"], { MEDIASEARCH_TRACK_RULES: "*.mkv=video 2" });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("films/=audio de, subtitle 2");
  });
});

describe("the subtitle track of a film", () => {
  const tracks = [
    sound({ language: "eng" }),
    text("forced", { language: "eng", flags: ["forced"], isDefault: true }),
    text("harbour", { language: "eng" }),
    text("remark", { language: "eng", title: "Commentary" }),
    text("hafen", { language: "ger" }),
  ];
  const said = async (run: ReturnType<typeof film>): Promise<string> =>
    (await run(["transcript", "film.mkv"])).stdout;

  it("keeps what a person corrected in it, and no other track gets that", async () => {
    const run = film(tracks);
    await run(["index", "FILM"]);
    const { stdout: vtt } = await run(["transcript", "film.mkv", "--format", "vtt"]);
    const corrected = join(tempFolder(), "film.vtt");
    writeFileSync(corrected, vtt.replace("harbour is number 3", "zeppelin is number 3"));
    const imported = await run(["import", corrected, "--for", "FILM"]);
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect(await said(run)).toContain("zeppelin is number 3");

    const german = await run(["index", "FILM", "--subtitle-track", "de"]);
    expect(german.stderr).toContain("what was changed by hand is of another track or language");
    expect(await said(run)).toContain("hafen is number 3");
    expect(await said(run)).not.toContain("zeppelin");
    const refused = await run(["import", corrected, "--for", "FILM"]);
    expect(refused.stderr).toContain("(index --subtitle-track 2 brings it back)");

    await run(["index", "FILM", "--subtitle-track", "auto"]);
    expect(await said(run)).toContain("zeppelin is number 3");
    await run(["index", "FILM", "--subtitle-track", "de"]);
    expect((await run(["edits", "undo", "film.mkv", "--all"])).exitCode).toBe(0);
    expect(await said(run)).toContain("hafen is number 3");
    await run(["index", "FILM", "--subtitle-track", "auto"]);
    expect(await said(run)).toContain("harbour is number 3");
  });

  it("is chosen, shown, and chosen by hand", async () => {
    const run = film(tracks);
    await run(["index", "FILM"]);
    expect(await said(run)).toContain("harbour");
    expect((await listed(run)).track).toMatchObject({ type: "subtitle", number: 2, of: 4 });
    for (const [asked, word] of [
      ["1", "forced"],
      ["Commentary", "remark"],
      ["ger", "hafen"],
      ["auto", "harbour"],
    ] as const) {
      await run(["index", "FILM", "--subtitle-track", asked]);
      expect(await said(run), asked).toContain(word);
      expect(counts(await run(["index", "FILM"])), asked).toBe("0/1");
    }
  });

  it("follows the language that is asked for", async () => {
    const run = film(tracks);
    await run(["index", "FILM", "--language", "de"]);
    expect(await said(run)).toContain("hafen");
  });

  it("is the next one where the first has nothing in it", async () => {
    const empty = { ...text("x", { language: "eng" }), blocks: textBlocks(["[music]"]) };
    const run = film([sound({ language: "eng" }), empty, text("harbour", { language: "eng" })]);
    await run(["index", "FILM"]);
    expect(await said(run)).toContain("harbour");
  });

  it("is none when it is a commentary only", async () => {
    const run = film([sound({}), text("remark", { title: "Commentary" })]);
    const { stderr } = await run(["index", "FILM"]);
    expect(stderr).toContain("it is a commentary by its flag or title");
    expect(await listed(run)).toMatchObject({ origin: "asr" });
  });
});
