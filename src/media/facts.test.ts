import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, tempFolder } from "../../test/helpers/run.ts";
import { openSources } from "../pipeline/sources/registry.ts";
import { describeFile } from "../pipeline/worker/describe-file.ts";
import { readChapters } from "./chapters.ts";
import { factsNames, readFactsFile } from "./facts-files.ts";
import { cleanFacts } from "../text/media-facts.ts";

const { signal } = new AbortController();
const BRIDGE = readFileSync(join(FIXTURES, "bridge.mp3"));

function write(name: string, content: string | Buffer): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
/** An ID3v2.3 frame. */
const frame = (id: string, ...body: readonly Buffer[]): Buffer => {
  const whole = Buffer.concat(body);
  return Buffer.concat([latin1(id), uint32(whole.length), Buffer.alloc(2), whole]);
};
const chapterFrame = (id: string, startMs: number, endMs: number, title: Buffer): Buffer =>
  frame(
    "CHAP",
    latin1(`${id}\0`),
    uint32(startMs),
    uint32(endMs),
    Buffer.alloc(8, 0xff),
    frame("TIT2", title),
  );

/** The recording with tags of its own before it. */
function withId3(...frames: readonly Buffer[]): Buffer {
  const body = Buffer.concat(frames);
  const size = [21, 14, 7, 0].map((shift) => (body.length >> shift) & 0x7f);
  return Buffer.concat([latin1("ID3\u0003\0\0"), Buffer.from(size), body, BRIDGE]);
}

const box = (type: string, ...body: readonly Buffer[]): Buffer => {
  const whole = Buffer.concat(body);
  return Buffer.concat([uint32(whole.length + 8), latin1(type), whole]);
};
const neroChapter = (startMs: number, title: string): Buffer =>
  Buffer.concat([
    uint64(BigInt(startMs) * 10_000n),
    Buffer.from([Buffer.byteLength(title)]),
    Buffer.from(title),
  ]);

/** An EBML element; its size takes eight bytes. */
const element = (id: number, ...body: readonly Buffer[]): Buffer => {
  const whole = Buffer.concat(body);
  const name = Buffer.from(id.toString(16).padStart(2, "0"), "hex");
  return Buffer.concat([name, uint64(BigInt(whole.length) | (1n << 56n)), whole]);
};
const atom = (startMs: number, title: string): Buffer =>
  element(
    0xb6,
    element(0x91, uint64(BigInt(startMs) * 1_000_000n)),
    element(0x80, element(0x85, Buffer.from(title))),
  );

describe("chapters", () => {
  it("are read of ID3, in every encoding of its text", async () => {
    const utf16 = Buffer.concat([Buffer.from([1, 0xff, 0xfe]), Buffer.from("Détour", "utf16le")]);
    const path = write(
      "talk.mp3",
      withId3(
        frame("TIT2", latin1("\0The bridge")),
        chapterFrame("a", 0, 5000, latin1("\0Opening")),
        chapterFrame("b", 5000, 11_000, utf16),
      ),
    );
    expect(await readChapters(path)).toEqual([
      { startMs: 0, endMs: 5000, title: "Opening" },
      { startMs: 5000, endMs: 11_000, title: "Détour" },
    ]);
  });

  it("are read of MP4, wherever its index is", async () => {
    const chapters = box(
      "chpl",
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 2]),
      neroChapter(0, "Eröffnung"),
      neroChapter(61_500, "Schluss"),
    );
    const path = write(
      "book.m4b",
      Buffer.concat([
        box("ftyp", latin1("M4B isom")),
        box("mdat", Buffer.alloc(5000)),
        box(
          "moov",
          box("mvhd", Buffer.alloc(100)),
          box("udta", box("meta", Buffer.alloc(20)), chapters),
        ),
      ]),
    );
    expect((await readChapters(path)).map(({ startMs, title }) => [startMs, title])).toEqual([
      [0, "Eröffnung"],
      [61_500, "Schluss"],
    ]);
  });

  it("are read of Matroska, before or behind the sound", async () => {
    const chapters = element(0x1043a770, element(0x45b9, atom(0, "One"), atom(1500, "Two")));
    const header = element(0x1a45dfa3, Buffer.alloc(10));
    const cluster = element(0x1f43b675, Buffer.alloc(3000));
    const seek = (position: number): Buffer =>
      element(
        0x114d9b74,
        element(
          0x4dbb,
          element(0x53ab, Buffer.from("1043a770", "hex")),
          element(0x53ac, uint64(BigInt(position))),
        ),
      );
    const before = Buffer.concat([header, element(0x18538067, chapters, cluster)]);
    const place = seek(0).length + cluster.length;
    const behind = Buffer.concat([header, element(0x18538067, seek(place), cluster, chapters)]);
    for (const bytes of [before, behind])
      expect(
        (await readChapters(write("a.mkv", bytes))).map(({ startMs, title }) => [startMs, title]),
      ).toEqual([
        [0, "One"],
        [1500, "Two"],
      ]);
  });

  it("are none where there are none, and in what is damaged or lies about its sizes", async () => {
    for (const name of ["bridge.mp3", "garden.m4a", "election.mkv", "budget.wav"])
      expect(await readChapters(join(FIXTURES, name))).toEqual([]);
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.concat([box("ftyp", latin1("isom")), uint32(1), latin1("moov"), Buffer.alloc(8)]),
      Buffer.concat([
        box("ftyp", latin1("isom")),
        box("moov", box("udta", box("chpl", Buffer.alloc(9, 255)))),
      ]),
      Buffer.concat([element(0x1a45dfa3), element(0x18538067, Buffer.alloc(300, 0xff))]),
      Buffer.concat([latin1("ID3\u0003\0\0\u007f\u007f\u007f\u007f"), frame("CHAP", latin1("x"))]),
    ])
      expect(await readChapters(write("odd.bin", bytes))).toEqual([]);
  });
});

describe("files beside a recording", () => {
  it("are those of yt-dlp and of Kodi, with dates as they write them", () => {
    expect(factsNames("a talk [x1].mp4")).toEqual(["a talk [x1].info.json", "a talk [x1].nfo"]);
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
