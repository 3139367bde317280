import { describe, expect, it } from "vitest";
import { cues } from "../../../../test/helpers/captions.ts";
import { parseCaptions } from "../parse.ts";

describe("EBU STL", () => {
  const header = (table: string, start = "10000000"): Buffer => {
    const block = Buffer.alloc(1024, 0x20);
    block.write("850STL25.01", 0, "latin1");
    block.write(`${table}08`, 12, "latin1");
    block.write(start, 256, "latin1");
    return block;
  };
  const block = (
    from: readonly number[],
    to: readonly number[],
    text: Buffer,
    more: { extension?: number; isComment?: boolean } = {},
  ): Buffer => {
    const one = Buffer.alloc(128, 0x8f);
    one.set([0, 0, 0, more.extension ?? 0xff, 0, ...from, ...to, 0, 0, more.isComment ? 1 : 0]);
    text.copy(one, 16);
    return one;
  };
  const latin = (text: string): Buffer => Buffer.from(text, "latin1");

  it("counts times from the start of the programme, in frames", () => {
    const file = Buffer.concat([
      header("00"),
      block([10, 0, 1, 5], [10, 0, 3, 0], latin("Gr\xc8u\xfbe\x8a\x8aan \xc2Elodie")),
      block([10, 0, 4, 0], [10, 0, 5, 0], latin("a remark"), { isComment: true }),
      block([10, 0, 6, 0], [10, 0, 7, 0], latin("first "), { extension: 0 }),
      block([10, 0, 6, 0], [10, 0, 7, 0], latin("second")),
    ]);
    const parsed = parseCaptions(file, "srt");
    expect(cues(file, "srt")).toEqual([
      [1200, 3000, null, "Grüße an Élodie"],
      [6000, 7000, null, "first second"],
    ]);
    expect([parsed.language, parsed.format, parsed.warnings]).toEqual(["de", "ebu-stl", []]);
  });

  it("counts from zero where its times come before the start that it names", () => {
    const file = Buffer.concat([header("00"), block([0, 0, 1, 0], [0, 0, 2, 0], latin("Hello"))]);
    expect(cues(file, "ebu-stl")).toEqual([[1000, 2000, null, "Hello"]]);
  });

  it("has a code page in its header", () => {
    const file = Buffer.concat([
      header("01", "00000000"),
      block([0, 0, 1, 0], [0, 0, 2, 0], latin("\xbf\xe0\xd8\xd2\xd5\xe2")),
    ]);
    expect(cues(file, "ebu-stl")).toEqual([[1000, 2000, null, "Привет"]]);
  });
});
