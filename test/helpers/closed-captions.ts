/** One sample of a closed-captions track: the bytes of line 21, and when, in milliseconds. */
export interface CaptionSample {
  readonly atMs: number;
  readonly lengthMs: number;
  /** Hexadecimal, two bytes a pair. */
  readonly hex: string;
}

const u32 = (...values: readonly number[]): Buffer => {
  const made = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => made.writeUInt32BE(value, i * 4));
  return made;
};
const box = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, "latin1"), body]);
};
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** A QuickTime file with a closed-captions track alone (QTFF, `clcp` and `c608`), by hand. */
export function closedCaptionFilm(samples: readonly CaptionSample[]): Buffer {
  const head = box("ftyp", Buffer.from("qt  "), u32(0x200), Buffer.from("qt  "));
  const bodies = samples.map(({ hex }) => box("cdat", Buffer.from(hex.replaceAll(" ", ""), "hex")));
  const offsets = bodies.map((_, i) =>
    bodies.slice(0, i).reduce((sum, body) => sum + body.length, head.length + 8),
  );
  const lengthMs = samples.reduce((sum, sample) => sum + sample.lengthMs, 0);
  const description = box("c608", u32(0), Buffer.from([0, 0, 0, 1]));
  const table = box(
    "stbl",
    box("stsd", u32(0, 1), description),
    box("stts", u32(0, samples.length, ...samples.flatMap((sample) => [1, sample.lengthMs]))),
    box("stsc", u32(0, 1, 1, 1, 1)),
    box("stsz", u32(0, 0, samples.length, ...bodies.map((body) => body.length))),
    box("stco", u32(0, samples.length, ...offsets)),
  );
  const reference = box("dinf", box("dref", u32(0, 1), box("url ", u32(1))));
  const media = box(
    "mdia",
    box("mdhd", u32(0, 0, 0, 1000, lengthMs, 0)),
    box("hdlr", u32(0), Buffer.from("mhlrclcp"), u32(0, 0, 0), Buffer.from([0])),
    box("minf", box("gmhd", box("gmin", u32(0, 0, 0, 0))), reference, table),
  );
  const header = box("tkhd", u32(7, 0, 0, 1, 0, lengthMs, 0, 0, 0, 0), MATRIX, u32(0, 0));
  const movie = box(
    "moov",
    box(
      "mvhd",
      u32(0, 0, 0, 1000, lengthMs, 0x10000, 0x1000000, 0, 0),
      MATRIX,
      Buffer.alloc(24),
      u32(2),
    ),
    box("trak", header, media),
  );
  return Buffer.concat([head, box("mdat", ...bodies), movie]);
}
