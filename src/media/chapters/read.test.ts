import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frame, latin1, uint32, withId3 } from "../../../test/helpers/id3.ts";
import { FIXTURES, tempFolder } from "../../../test/helpers/run.ts";
import { readChapters } from "./read.ts";

function write(name: string, content: string | Buffer): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

const uint64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
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
const atom = (startMs: number, title: string, ...more: readonly Buffer[]): Buffer =>
  element(
    0xb6,
    element(0x91, uint64(BigInt(startMs) * 1_000_000n)),
    element(0x80, element(0x85, Buffer.from(title))),
    ...more,
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

  it("are read of the text track that another track of QuickTime names", async () => {
    const titles = [latin1("Opening"), Buffer.from("\ufeffDétour", "utf16le").swap16()];
    const samples = titles.map((title) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(title.length);
      return Buffer.concat([length, title, box("encd", uint32(0x100))]);
    });
    const head = box("ftyp", latin1("qt  \0\0\0\0qt  "));
    const first = head.length + 8;
    const offsets = [first, first + (samples[0]?.length ?? 0)];
    const table = (type: string, ...values: readonly number[]): Buffer =>
      box(type, uint32(0), ...values.map(uint32));
    const track = (id: number, handler: string, ...more: readonly Buffer[]): Buffer =>
      box(
        "trak",
        box("tkhd", ...[0, 0, 0, id].map(uint32), Buffer.alloc(60)),
        ...more,
        box(
          "mdia",
          box("mdhd", ...[0, 0, 0, 600, 6000, 0].map(uint32)),
          box("hdlr", uint32(0), latin1("mhlr"), latin1(handler), Buffer.alloc(13)),
          box(
            "minf",
            box(
              "stbl",
              table("stts", 2, 1, 1500, 1, 4500),
              table("stsz", 0, 2, ...samples.map(({ length }) => length)),
              table("stsc", 1, 1, 1, 1),
              table("stco", 2, ...offsets),
            ),
          ),
        ),
      );
    const names = box("tref", box("chap", uint32(4), uint32(3)));
    const path = write(
      "talk.mov",
      Buffer.concat([
        head,
        box("mdat", ...samples),
        box(
          "moov",
          box("mvhd", Buffer.alloc(100)),
          track(1, "soun", names),
          track(4, "vide"),
          track(3, "text"),
        ),
      ]),
    );
    expect(await readChapters(path)).toEqual([
      { startMs: 0, endMs: 2500, title: "Opening" },
      { startMs: 2500, endMs: 10_000, title: "Détour" },
    ]);
  });

  it("are read of Matroska with those above them, but for hidden and disabled ones", async () => {
    const chapters = element(
      0x1043a770,
      element(
        0x45b9,
        atom(0, "Part 1", atom(0, "Harbour"), atom(4000, "Ferry")),
        atom(5000, "secret", element(0x98, Buffer.from([1]))),
        atom(6000, "off", element(0x4598, Buffer.from([0]))),
        atom(7000, "Part 2"),
      ),
    );
    const bytes = Buffer.concat([
      element(0x1a45dfa3, Buffer.alloc(10)),
      element(0x18538067, chapters),
    ]);
    const found = await readChapters(write("a.mkv", bytes));
    expect(found.map(({ startMs, title }) => [startMs, title])).toEqual([
      [0, "Part 1: Harbour"],
      [4000, "Part 1: Ferry"],
      [7000, "Part 2"],
    ]);
  });

  it("are read of the comments of Ogg and FLAC", async () => {
    const comment = (text: string): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return Buffer.concat([length, Buffer.from(text)]);
    };
    const texts = [
      "CHAPTER01=00:00:00.000",
      "CHAPTER01NAME=Début",
      "Chapter002=00:01:02.5",
      "Chapter002Name=Fin",
      "CHAPTER003=00:02:00.000",
      `DESCRIPTION=${"x".repeat(700)}`,
    ];
    const count = Buffer.from([texts.length, 0, 0, 0]);
    const comments = Buffer.concat([comment("me"), count, ...texts.map(comment)]);
    const packet = Buffer.concat([latin1("OpusTags"), comments]);
    const page = (sequence: number, laces: readonly number[], body: Buffer): Buffer => {
      const head = Buffer.alloc(27);
      head.write("OggS", "latin1");
      head.writeUInt32LE(7, 14);
      head.writeUInt32LE(sequence, 18);
      head[26] = laces.length;
      return Buffer.concat([head, Buffer.from(laces), body]);
    };
    // The comments go on in another page.
    const ogg = Buffer.concat([
      page(0, [19], Buffer.concat([latin1("OpusHead"), Buffer.alloc(11)])),
      page(1, [255, 255], packet.subarray(0, 510)),
      page(2, [255, packet.length - 765], packet.subarray(510)),
    ]);
    const block = Buffer.concat([
      Buffer.from([0x84, 0, comments.length >> 8, comments.length & 255]),
      comments,
    ]);
    const flac = Buffer.concat([latin1("fLaC\0\0\0\u0022"), Buffer.alloc(34), block]);
    for (const [name, bytes] of [
      ["a.opus", ogg],
      ["a.flac", flac],
    ] as const)
      expect(
        (await readChapters(write(name, bytes))).map(({ startMs, title }) => [startMs, title]),
      ).toEqual([
        [0, "Début"],
        [62_500, "Fin"],
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

  it("are not looked for in endless blocks of FLAC", async () => {
    let reads = 0;
    const head = latin1("fLaC");
    const chapters = await readChapters({
      name: "a.flac",
      sizeBytes: 100_000,
      async read(position, length) {
        reads++;
        return position === 0 ? head : new Uint8Array(length);
      },
    });
    expect(chapters).toEqual([]);
    expect(reads).toBeLessThan(300);
  });
});
