import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frame, latin1, withId3 } from "../../test/helpers/id3.ts";
import { FIXTURES, tempFolder } from "../../test/helpers/run.ts";
import { openSources } from "../pipeline/sources/registry.ts";
import { describeFile } from "../pipeline/worker/describe-file.ts";
import { factsNames, readFactsFile } from "./facts-files.ts";
import { cleanFacts } from "../text/media-facts.ts";

const { signal } = new AbortController();

describe("files beside a recording", () => {
  it("are those of yt-dlp and of Kodi, with dates as they write them", () => {
    expect(factsNames("a talk [x1].mp4")).toEqual([
      "a talk [x1].info.json",
      "a talk [x1].chapters.json",
      "a talk [x1].nfo",
    ]);
    const info = {
      title: "A \u0007 talk",
      uploader: "Ann",
      channel: "Harbour TV",
      description: "x".repeat(10_000),
      upload_date: "20260605",
      webpage_url: "https://example.org/v/1",
      chapters: [
        { start_time: 1.5, end_time: 3, title: "One" },
        { start_time: "x", title: "none" },
        null,
      ],
    };
    const read = readFactsFile("a.info.json", Buffer.from(JSON.stringify(info)));
    expect(read).toMatchObject({
      facts: {
        title: "A  talk",
        show: "Harbour TV",
        page: "https://example.org/v/1",
        chapters: [{ startMs: 1500, endMs: 3000, title: "One" }],
      },
      recordedAtMs: Date.UTC(2026, 5, 5),
    });
    expect(read?.facts.description?.length).toBe(4000);
    const nfo =
      "<?xml version='1.0'?><episodedetails><title>Rivers &amp; Land</title><showtitle>Earth</showtitle>" +
      "<actor><name>x</name><title>no</title></actor><plot>How</plot><aired>2025-03-01</aired></episodedetails>";
    expect(readFactsFile("a.nfo", Buffer.from(nfo))).toEqual({
      facts: { title: "Rivers & Land", show: "Earth", description: "How" },
      recordedAtMs: Date.UTC(2025, 2, 1),
    });
    for (const other of [
      "[1]",
      "null",
      "{",
      "<html><title>x</title></html>",
      "Release notes by a group",
    ])
      for (const name of ["a.info.json", "a.nfo"])
        expect([other, readFactsFile(name, Buffer.from(other))?.facts.title]).toEqual([
          other,
          undefined,
        ]);
  });

  it("may be chapters of the podcast namespace, of which those that no list shows are left out", () => {
    const chapters = [
      { startTime: 0, title: "Hello" },
      { startTime: 12.5, endTime: 20, title: "The ferry" },
      { startTime: 13, toc: false, img: "https://example.org/a.png", title: "A picture" },
      { startTime: "soon", title: "none" },
      null,
    ];
    const bytes = Buffer.from(JSON.stringify({ version: "1.2.0", title: "no", chapters }));
    expect(readFactsFile("talk.chapters.json", bytes)?.facts).toEqual({
      chapters: [
        { startMs: 0, endMs: 12_500, title: "Hello" },
        { startMs: 12_500, endMs: 20_000, title: "The ferry" },
      ],
    });
    expect(readFactsFile("talk.chapters.json", Buffer.from('{"chapters":1}'))).toBeUndefined();
  });

  it("win over what the container says, which fills what they leave out", async () => {
    const folder = tempFolder();
    const path = join(folder, "talk.mp3");
    writeFileSync(
      path,
      withId3(
        frame("TIT2", latin1("\0Tagged")),
        frame("TPE1", latin1("\0Somebody")),
        frame("TXXX", latin1("\0mood\0calm")),
      ),
    );
    const nfo = join(folder, "talk.nfo");
    writeFileSync(nfo, "<movie><title>Named</title><premiered>2020-01-02</premiered></movie>");
    const sources = openSources({ objects: () => Promise.reject(new Error("no object store")) });
    const task = {
      path,
      kind: "media",
      sidecar: null,
      captions: "prefer",
      language: undefined,
    } as const;
    const of = (factsBeside: readonly string[]) =>
      describeFile({ ...task, engines: ["local"], factsBeside }, { sources, signal });
    expect(await of([])).toMatchObject({
      facts: {
        title: "Tagged",
        show: "Somebody",
        container: "mp3",
        audioCodec: "mp3",
        tags: { mood: "calm" },
      },
      recordedAtMs: null,
    });
    expect(await of([nfo])).toMatchObject({
      facts: { title: "Named", show: "Somebody" },
      recordedAtMs: Date.UTC(2020, 0, 2),
    });
    copyFileSync(join(FIXTURES, "boiler.mp4"), path);
    expect((await of([])).facts).toMatchObject({ videoCodec: "mpeg4", width: 64, frameRate: 5 });
  });
});

it("facts have bounds, whoever states them", () => {
  const tags = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`k${i}`, "v".repeat(5000)]),
  );
  const clean = cleanFacts({
    title: "\u202eevil\u001b[31m title",
    show: 5,
    width: -1,
    frameRate: Number.NaN,
    tags,
    chapters: Array.from({ length: 5000 }, (_, i) => ({
      startMs: 5000 - i,
      endMs: 1e9,
      title: "t",
    })),
  });
  expect(clean.title).toBe("evil title");
  expect([clean.show, clean.width, clean.frameRate]).toEqual([undefined, undefined, undefined]);
  expect(Object.keys(clean.tags ?? {})).toHaveLength(60);
  expect(clean.chapters?.length).toBeLessThanOrEqual(1000);
  expect(
    clean.chapters?.every(
      ({ endMs }, i) => endMs <= (clean.chapters?.[i + 1]?.startMs ?? Infinity),
    ),
  ).toBe(true);
  expect(JSON.stringify(clean).length).toBeLessThan(1_000_000);
});
