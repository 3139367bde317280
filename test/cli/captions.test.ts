import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { matroska, soundBlocks, tone } from "../helpers/matroska.ts";
import { FIXTURES, mediasearch, tempFolder } from "../helpers/run.ts";

const SAID = "The harbour master closed the north pier.";
const srt = (text = SAID): string => `1\n00:00:00,200 --> 00:00:03,400\n${text}\n`;

/** A folder with these files; those without content are recordings. */
function folderOf(files: Readonly<Record<string, string | Buffer | null>>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content === null) copyFileSync(join(FIXTURES, "bees.flac"), path);
    else writeFileSync(path, content);
  }
  return folder;
}

interface IndexedLine {
  readonly type: string;
  readonly displayFile: string;
  readonly engine?: string;
  readonly warnings?: readonly string[];
}

async function index(folder: string, ...more: readonly string[]) {
  const home = tempFolder();
  const run = async (...args: readonly string[]) => {
    const { stdout, stderr } = await mediasearch(
      ["index", folder, "--captions", "only", "--json", ...args],
      { home, cwd: folder },
    );
    const events = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as IndexedLine);
    return { events, stderr };
  };
  const { events } = await run(...more);
  const transcript = async (file: string) =>
    (await mediasearch(["transcript", join(folder, file)], { home })).stdout;
  return { home, events, run, transcript };
}

describe("captions beside recordings", () => {
  it("are found in a folder of theirs, under a name that goes on, and by their content", async () => {
    const whisperx = JSON.stringify({
      segments: [{ start: 0.2, end: 3.4, text: ` ${SAID}`, speaker: "SPEAKER_00" }],
      language: "en",
    });
    const folder = folderOf({
      "a/film.flac": null,
      "a/Subs/2_English.srt": srt(),
      "b/talk.flac": null,
      "b/talk (English).vtt": `WEBVTT\n\n00:00.200 --> 00:03.400\n${SAID}\n`,
      "c/call.flac": null,
      "c/call.json": whisperx,
      "d/show.flac": null,
      "d/show.en.srt.gz": gzipSync(srt()),
      "e/notes.txt": "no captions at all",
      "e/data.json": "{}",
    });
    const { events, transcript } = await index(folder);
    const engines = events
      .filter(({ type }) => type === "indexed")
      .map(({ displayFile, engine }) => [displayFile, engine]);
    expect(engines).toEqual([
      ["a/film.flac", "captions:srt"],
      ["b/talk.flac", "captions:webvtt"],
      ["c/call.flac", "captions:whisper-json"],
      ["d/show.flac", "captions:srt"],
    ]);
    expect(await transcript("c/call.flac")).toContain(`SPEAKER_00: ${SAID}`);
  });

  it("that change, in Subs/ too, or come later, are read again", async () => {
    const folder = folderOf({ "film.flac": null, "Subs/film.srt": srt() });
    const { run, transcript } = await index(folder);
    writeFileSync(join(folder, "Subs/film.srt"), srt("Everything is open again today."));
    const { events } = await run();
    expect(events.filter(({ type }) => type === "indexed")).toHaveLength(1);
    expect(await transcript("film.flac")).toContain("open again");
  });

  it("in a code page are read anew when it is named", async () => {
    const text = "Северный причал закрыт до утра.";
    const folder = folderOf({ "talk.flac": null, "talk.srt": iconv.encode(srt(text), "cp866") });
    const { events, run, transcript } = await index(folder);
    const indexed = events.find(({ type }) => type === "indexed");
    expect(indexed?.warnings?.join()).toMatch(/talk.srt: .*DOS 866.*--captions-encoding/);
    expect(await transcript("talk.flac")).toContain(text);
    const again = await run("--captions-encoding", "koi8-r");
    expect(again.events.filter(({ type }) => type === "indexed")).toHaveLength(1);
    expect(await transcript("talk.flac")).not.toContain(text);
    expect((await run("--captions-encoding", "klingon-1")).stderr).toMatch(/klingon-1/);
  });
});

describe("times of words", () => {
  const word = (text: string, start: number) => ({
    word: text,
    start,
    end: start + 0.4,
    score: 0.9,
  });
  const whisperx = JSON.stringify({
    segments: [
      {
        start: 0.5,
        end: 2,
        text: " The harbour closed.",
        words: [word("The", 0.5), word("harbour", 1), word("closed.", 1.6)],
      },
    ],
    language: "en",
  });

  it("are kept, printed as JSON, and become cues", async () => {
    const folder = folderOf({ "talk.flac": null, "talk.json": whisperx });
    const { home } = await index(folder);
    const run = async (...args: readonly string[]) =>
      (await mediasearch(["transcript", join(folder, "talk.flac"), ...args], { home })).stdout;
    const words = [
      { text: "The", startMs: 500, endMs: 900 },
      { text: "harbour", startMs: 1000, endMs: 1400 },
      { text: "closed.", startMs: 1600, endMs: 2000 },
    ];
    expect(JSON.parse(await run("--format", "json"))).toMatchObject({ segments: [{ words }] });
    expect(JSON.parse(await run("--format", "ndjson"))).toMatchObject({ words });
    expect(await run("--format", "srt", "--words")).toBe(
      "1\n00:00:00,500 --> 00:00:01,000\nThe\n\n2\n00:00:01,000 --> 00:00:01,600\nharbour\n\n3\n00:00:01,600 --> 00:00:02,000\nclosed.\n",
    );
    expect(await run("--format", "srt")).toContain("The harbour closed.");
    // So does an export, and a library that it is imported into.
    const out = join(folder, "out");
    await mediasearch(["export", "--format", "json", "--output", out], { home });
    await mediasearch(["export", "--format", "vtt", "--words", "--output", out], { home });
    expect(readFileSync(join(out, "talk.vtt"), "utf8")).toContain(
      "00:00:01.000 --> 00:00:01.600\nharbour",
    );
    const other = tempFolder();
    await mediasearch(["import", out], { home: other });
    const imported = await mediasearch(
      ["transcript", join(folder, "talk.flac"), "--format", "json"],
      { home: other },
    );
    expect(JSON.parse(imported.stdout)).toMatchObject({ segments: [{ words }] });
    // A file that moves keeps them.
    renameSync(join(folder, "talk.flac"), join(folder, "moved.flac"));
    renameSync(join(folder, "talk.json"), join(folder, "moved.json"));
    await mediasearch(["index", folder, "--captions", "only"], { home });
    const moved = await mediasearch(
      ["transcript", join(folder, "moved.flac"), "--format", "json"],
      { home },
    );
    expect(JSON.parse(moved.stdout)).toMatchObject({ segments: [{ words }] });
  });
});

describe("import", () => {
  it("reads transcripts of other programs for a recording", async () => {
    const folder = folderOf({
      "talk.flac": null,
      "other/rev.json": JSON.stringify({
        monologues: [{ speaker: 0, elements: [{ type: "text", value: "Pier", ts: 1, end_ts: 2 }] }],
      }),
      "talk.ttml": `<tt><body><div><p begin="1s" end="2s">${SAID}</p></div></body></tt>`,
      "talk.dat": "no transcript",
    });
    const home = tempFolder();
    const run = (...args: readonly string[]) =>
      mediasearch(["import", ...args], { home, cwd: folder });

    expect((await run("talk.ttml")).stderr).toMatch(/1 transcript imported/);
    expect(
      (await mediasearch(["transcript", "talk.flac"], { home, cwd: folder })).stdout,
    ).toContain(SAID);
    expect((await run("other/rev.json", "--for", "talk.flac")).stderr).toMatch(
      /1 transcript imported/,
    );
    const { stdout } = await mediasearch(["transcript", "talk.flac"], { home, cwd: folder });
    expect(stdout).toContain("Speaker 1: Pier");
    const { exitCode, stderr } = await run("talk.dat", "--for", "talk.flac");
    expect([exitCode, stderr]).toEqual([3, expect.stringMatching(/talk.dat: not a transcript/)]);
  });
});

describe("the times of captions", () => {
  const film = (tags: Readonly<Record<string, string>>): Buffer =>
    matroska([{ type: "audio", blocks: soundBlocks(4000, tone(440)) }], 4000, tags);
  const line = (from: string, to: string): string => `1\n${from} --> ${to}\n${SAID}\n`;
  const warningsOf = async (folder: string, transcriptOf: string) => {
    const { events, transcript } = await index(folder);
    const warnings = events.find(({ type }) => type === "indexed")?.warnings;
    return { warnings, transcript: await transcript(transcriptOf) };
  };

  it("are those of the recording when they count from a programme's time code", async () => {
    const folder = folderOf({
      "talk.flac": null,
      "talk.srt": line("10:00:01,200", "10:00:03,400"),
    });
    const { warnings, transcript } = await warningsOf(folder, "talk.flac");
    expect(warnings).toEqual(["talk.srt: its times count from 10:00:00: that was taken off"]);
    expect(transcript).toMatch(/^0:00:01/m);
  });

  it("follow the time code that the recording notes", async () => {
    const folder = folderOf({
      "take.mkv": film({ TIMECODE: "14:23:11:00" }),
      "take.srt": line("14:23:13,000", "14:23:14,500"),
    });
    const { warnings, transcript } = await warningsOf(folder, "take.mkv");
    expect(warnings).toEqual(["take.srt: its times count from 14:23:11: that was taken off"]);
    expect(transcript).toMatch(/^0:00:02/m);
  });

  it("are told when they are past the end", async () => {
    const folder = folderOf({
      "talk.flac": null,
      "talk.srt": `${line("00:00:01,200", "00:00:03,400")}\n2\n00:05:00,000 --> 00:05:02,000\nBye.\n`,
    });
    const { warnings } = await warningsOf(folder, "talk.flac");
    expect(warnings).toEqual([
      "talk.srt: one piece of text begins after the end of the recording (0:00:05)",
    ]);
  });
});
