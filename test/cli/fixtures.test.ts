import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, type Result } from "../helpers/run.ts";
import { wordErrors } from "../../src/asr/transcriber.contract.ts";

interface Truth {
  readonly durationMs: number;
  readonly language: string;
  readonly origin: "captions" | "asr";
  readonly cues: readonly {
    readonly startMs: number;
    readonly endMs: number;
    readonly speaker: string;
    readonly text: string;
  }[];
}
const truth = JSON.parse(readFileSync(join(FIXTURES, "truth.json"), "utf8")) as Record<
  string,
  Truth
>;

/**
 * One library of all fixtures, made by the real command with the real models, asked many questions.
 */
const home = mkdtempSync(join(tmpdir(), "mediasearch-fixtures-"));
let first: Result;
beforeAll(async () => {
  first = await mediasearch(["index", FIXTURES, "--jobs", "2"], { home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const segmentsOf = async (file: string) => {
  const { stdout } = await mediasearch(["transcript", join(FIXTURES, file), "--json"], { home });
  return JSON.parse(stdout) as {
    version: number;
    file: string;
    origin: string;
    language: string;
    durationMs: number;
    segments: { startMs: number; endMs: number; speaker: string | null; text: string }[];
  };
};
const search = async (...args: string[]) =>
  found(await mediasearch(["search", ...args, "--json"], { home }));

describe("index over the fixtures", () => {
  it("does every file, and says how", () => {
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toMatch(
      /indexed 19 \(5 from captions, 14 recognised\), 0 unchanged, 0 failed/,
    );
    expect(first.stdout).toBe("");
  });

  it("recognises English speech in every container with few wrong words", async () => {
    let errors = 0;
    let words = 0;
    for (const [file, { origin, language, cues }] of Object.entries(truth)) {
      if (origin !== "asr" || language !== "en") continue;
      const { segments } = await segmentsOf(file);
      const score = wordErrors(
        cues.map(({ text }) => text).join(" "),
        segments.map(({ text }) => text).join(" "),
      );
      errors += score.errors;
      words += score.words;
    }
    expect(words).toBeGreaterThan(120);
    expect(errors / words).toBeLessThan(0.08);
  });

  it("hears nothing in silence, noise and music", async () => {
    for (const file of ["silence.wav", "noise.ogg", "music.mp3"])
      expect((await segmentsOf(file)).segments, file).toEqual([]);
  });

  it("times recognised words within half a second of when they are spoken", async () => {
    for (const file of ["bridge.mp3", "budget.wav"]) {
      const { segments } = await segmentsOf(file);
      const cues = truth[file]?.cues ?? [];
      expect(
        Math.abs((segments[0]?.startMs ?? -9999) - (cues[0]?.startMs ?? 0)),
        file,
      ).toBeLessThan(500);
      expect(
        Math.abs((segments.at(-1)?.endMs ?? -9999) - (cues.at(-1)?.endMs ?? 0)),
        file,
      ).toBeLessThan(700);
    }
  });

  it("takes captions from sidecars and from tracks inside, word for word, with times and speakers", async () => {
    for (const [file, { origin, cues }] of Object.entries(truth)) {
      if (origin !== "captions") continue;
      const { segments, origin: used } = await segmentsOf(file);
      expect(used, file).toBe("captions");
      expect(segments.map(({ text }) => text).join(" "), file).toBe(
        cues.map(({ text }) => text).join(" "),
      );
      expect(Math.abs((segments[0]?.startMs ?? -1) - (cues[0]?.startMs ?? 0)), file).toBeLessThan(
        20,
      );
    }
    expect((await segmentsOf("lecture.mp3")).segments.map(({ speaker }) => speaker)).toEqual([
      "Ada Moreau",
      "Student",
      "Ada Moreau",
    ]);
    expect((await segmentsOf("news.mp3")).segments[0]?.speaker).toBe("NADIA");
  });

  it("warns about speech that is not English and records the language as unknown", async () => {
    expect(first.stderr).toMatch(/warning: fixtures\/media\/german\.mp3: /);
    expect((await segmentsOf("german.mp3")).language).toBe("und");
    expect((await segmentsOf("bridge.mp3")).language).toBe("en");
  });

  it("never indexes captions twice", async () => {
    const { stdout } = await mediasearch(["list", "--json"], { home });
    const files = (JSON.parse(stdout) as { files: { displayFile: string }[] }).files.map(
      ({ displayFile }) => displayFile,
    );
    expect(files).toContain("fixtures/media/minutes.vtt");
    expect(files).not.toContain("fixtures/media/lecture.vtt");
    expect(files).not.toContain("fixtures/media/news.en.srt");
    expect(files).toHaveLength(19);
  });

  it("has nothing to do the second time", async () => {
    const again = await mediasearch(["index", FIXTURES], { home });
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toMatch(/indexed 0 .*, 19 unchanged, 0 failed/);
  });
});

describe("search over the fixtures", () => {
  it("finds words, with file, time, speaker and origin", async () => {
    const { version, query, mode, total, hits } = await search("membership fee");
    expect({ version, query, mode }).toEqual({
      version: 1,
      query: "membership fee",
      mode: "hybrid",
    });
    expect(total).toBeGreaterThanOrEqual(hits.length);
    expect(hits[0]).toMatchObject({
      displayFile: "fixtures/media/minutes.vtt",
      startMs: 4200,
      endMs: 9000,
      speaker: "Treasurer",
      origin: "captions",
    });
  });

  it("finds what was recognised", async () => {
    expect((await search("the budget for next year")).hits[0]).toMatchObject({
      displayFile: "fixtures/media/budget.wav",
      origin: "asr",
      speaker: null,
    });
  });

  it("finds the meaning without the words", async () => {
    const { hits } = await search("growing vegetables", "--mode", "semantic", "--limit", "1");
    expect(hits.map(({ displayFile }) => displayFile)).toEqual(["fixtures/media/garden.m4a"]);
  });

  it("answers a question by any of its words, inflected otherwise", async () => {
    const { hits } = await search("who was counting votes?", "--mode", "keyword");
    expect(hits[0]?.displayFile).toBe("fixtures/media/election.mkv");
  });

  it("finds by the name of a speaker, and filters by speaker and file before the limit", async () => {
    expect(
      (await search("Moreau", "--mode", "keyword")).hits.every(
        ({ speaker }) => speaker === "Ada Moreau",
      ),
    ).toBe(true);
    for (const mode of ["keyword", "semantic", "hybrid"]) {
      const bySpeaker = await search(
        "the river",
        "--speaker",
        "student",
        "--limit",
        "1",
        "--mode",
        mode,
      );
      expect(
        bySpeaker.hits.map(({ speaker }) => speaker),
        mode,
      ).toEqual(["Student"]);
      const byFile = await search(
        "the",
        "trees",
        "--file",
        "news.mp3",
        "--limit",
        "5",
        "--mode",
        mode,
      );
      expect(new Set(byFile.hits.map(({ displayFile }) => displayFile)), mode).toEqual(
        new Set(["fixtures/media/news.mp3"]),
      );
    }
    expect(
      (await search("trees", "--file", "fixtures/**/*.mkv")).hits.every(({ file }) =>
        file.endsWith(".mkv"),
      ),
    ).toBe(true);
  });

  it("scores higher what is better, and never gives more than the limit", async () => {
    const { hits } = await search("the water is cold", "--limit", "4", "--min-score", "-1");
    expect(hits).toHaveLength(4);
    expect(hits.map(({ score }) => score)).toEqual(
      hits.map(({ score }) => score).toSorted((a, b) => b - a),
    );
    expect(hits[0]?.displayFile).toBe("fixtures/media/dialogue.ogg");
  });

  it("takes odd signs for words, and says where a query is malformed", async () => {
    const exitOf = async (query: string): Promise<readonly [number, string]> => {
      const { exitCode, stderr } = await mediasearch(
        ["search", "--mode", "keyword", "--json", "--", query],
        { home },
      );
      return [exitCode, stderr];
    };
    for (const query of ["what's this?", "a:b", "*", "🌉", "bridge & tunnel", "50%", "C++"])
      expect(await exitOf(query), query).toEqual([0, expect.any(String)]);
    for (const query of ['"unclosed', "boats AND (fish", "duration:long"])
      expect(await exitOf(query), query).toEqual([2, expect.stringContaining("column")]);
  });

  it("tells the time code of a source that notes one", async () => {
    const ask = ["orchestra", "--mode", "keyword", "--limit", "1"] as const;
    const { hits } = await search(...ask);
    const [hit] = hits as readonly { startMs: number; startTimecode?: string }[];
    const frames = Math.floor(((hit?.startMs ?? 0) % 1000) / 40);
    const code = `00:00:${String(Math.floor((hit?.startMs ?? 0) / 1000)).padStart(2, "0")}:${String(frames).padStart(2, "0")}`;
    expect(hit?.startTimecode).toBe(code);
    const text = await mediasearch(["search", ...ask], { home });
    expect(text.stdout).toContain(`TC ${code}`);
    const csv = await mediasearch(["search", ...ask, "--format", "csv"], { home });
    expect(csv.stdout).toMatch(/,startTimecode,endTimecode\r\n/);
    expect((await search("honey", "--mode", "keyword")).hits[0]).not.toHaveProperty(
      "startTimecode",
    );
  });

  it("is no error when nothing is found", async () => {
    const result = await mediasearch(["search", "xylophone", "--mode", "keyword"], { home });
    expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "nothing found\n" });
  });

  it("prints text for people, CSV and NDJSON for programs", async () => {
    const text = await mediasearch(["search", "crack", "--mode", "keyword"], { home, tty: true });
    expect(text.stdout).toContain("fixtures/media/bridge.mp3");
    expect(text.stdout).toMatch(/0:00:0\d–0:00:0\d/);
    expect(text.stdout).toContain("\u001b[1m\u001b[33mcrack");
    const plainText = await mediasearch(["search", "crack", "--mode", "keyword"], {
      home,
      tty: true,
      env: { NO_COLOR: "1" },
    });
    expect(plainText.stdout).not.toContain("\u001b");
    const csv = await mediasearch(["search", "crack", "--mode", "keyword", "--format", "csv"], {
      home,
    });
    expect(csv.stdout.split("\r\n")[0]).toBe(
      "number,file,displayFile,startMs,endMs,speaker,text,score,origin",
    );
    const ndjson = await mediasearch(
      [
        "search",
        "the",
        "bridge",
        "--format",
        "ndjson",
        "--limit",
        "3",
        "--all-hits",
        "--min-score",
        "-1",
      ],
      { home },
    );
    expect(
      ndjson.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { file: string }).file),
    ).toHaveLength(3);
  });

  it("shows files relative to where the user stands, and by their whole path from elsewhere", async () => {
    const near = await mediasearch(["search", "crack", "--json"], { home, cwd: FIXTURES });
    expect(found(near).hits[0]).toMatchObject({
      file: join(FIXTURES, "bridge.mp3"),
      displayFile: "bridge.mp3",
    });
    const far = await mediasearch(["search", "crack", "--json"], { home, cwd: "/" });
    const whole = join(FIXTURES, "bridge.mp3");
    expect(found(far).hits[0]).toMatchObject({ file: whole, displayFile: whole });
  });
});

describe("transcript", () => {
  it("prints captions that read back as what was indexed", async () => {
    const folder = join(home, "again");
    mkdirSync(folder);
    for (const [format, extension] of [
      ["srt", "srt"],
      ["vtt", "vtt"],
    ] as const) {
      const { stdout } = await mediasearch(
        ["transcript", join(FIXTURES, "lecture.mp3"), "--format", format],
        { home },
      );
      const file = join(folder, `lecture-${format}.${extension}`);
      const { writeFileSync } = await import("node:fs");
      writeFileSync(file, stdout);
      const other = join(home, `other-${format}`);
      await mediasearch(["index", file], { home: other });
      const again = await mediasearch(["transcript", file, "--json"], { home: other });
      expect((JSON.parse(again.stdout) as { segments: unknown }).segments).toEqual(
        (await segmentsOf("lecture.mp3")).segments,
      );
    }
  });

  it("names what it can't find", async () => {
    const result = await mediasearch(["transcript", "nowhere.mp3"], { home });
    expect(result.exitCode).toBe(17);
    expect(result.stderr).toContain("nowhere.mp3: not in the library");
  });

  it("finds a file by a name that only it has", async () => {
    const { stdout } = await mediasearch(["transcript", "bees.flac"], { home, cwd: "/" });
    expect(stdout).toMatch(/honey/);
  });
});

describe("a changed file", () => {
  it("replaces its old version in one step, and changed captions index their media again", async () => {
    const folder = join(home, "changing");
    const own = join(home, "own");
    mkdirSync(folder);
    copyFileSync(join(FIXTURES, "news.mp3"), join(folder, "a.mp3"));
    copyFileSync(join(FIXTURES, "news.en.srt"), join(folder, "a.srt"));
    await mediasearch(["index", folder], { home: own });
    expect(
      found(await mediasearch(["search", "trees", "--mode", "keyword", "--json"], { home: own }))
        .total,
    ).toBe(1);
    const { writeFileSync } = await import("node:fs");
    writeFileSync(
      join(folder, "a.srt"),
      "1\n00:00:01,000 --> 00:00:03,000\nSomething about lighthouses.\n",
    );
    const again = await mediasearch(["index", folder], { home: own });
    expect(again.stderr).toMatch(/indexed 1 \(1 from captions/);
    expect(
      found(await mediasearch(["search", "trees", "--mode", "keyword", "--json"], { home: own }))
        .total,
    ).toBe(0);
    expect(
      found(
        await mediasearch(["search", "lighthouse", "--mode", "keyword", "--json"], { home: own }),
      ).total,
    ).toBe(1);
  });
});
