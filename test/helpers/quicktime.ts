/**
 * A QuickTime film by hand (QTFF, ISO/IEC 14496-12): pictures of any size, 16-bit sound at 16 kHz
 * mono in chunks of half a second between them, and its index (moov) at the end, as cameras write
 * it.
 */
export interface FilmOptions {
  readonly seconds: number;
  readonly pictureBytes: number;
}

const RATE = 16_000;
const FRAMES_A_SECOND = 25;
const CHUNKS_A_SECOND = 2;
/** One grey JPEG of 8×8 pixels; what follows its end is ignored. */
const PICTURE = Buffer.from(
  "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z",
  "base64",
);

const u32 = (...values: readonly number[]): Buffer => {
  const made = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => made.writeUInt32BE(value, i * 4));
  return made;
};
const u16 = (...values: readonly number[]): Buffer => {
  const made = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => made.writeUInt16BE(value, i * 2));
  return made;
};
const box = (type: string, ...parts: readonly (Buffer | readonly Buffer[])[]): Buffer => {
  const body = Buffer.concat(parts.flat() as Buffer[]);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, "latin1"), body]);
};
const MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** The sound is a tone of 440 Hz. */
export function film({ seconds, pictureBytes }: FilmOptions): Buffer {
  const frames = seconds * FRAMES_A_SECOND;
  const picture = Buffer.concat([
    PICTURE,
    Buffer.alloc(Math.max(0, pictureBytes - PICTURE.length), 0x5a),
  ]);
  const chunkSamples = RATE / CHUNKS_A_SECOND;
  const head = box("ftyp", Buffer.from("qt  "), u32(0x200), Buffer.from("qt  "));
  const parts: Buffer[] = [];
  const [soundAt, pictureAt]: [number[], number[]] = [[], []];
  let at = head.length + 8;
  const add = (bytes: Buffer, offsets: number[]): void => {
    offsets.push(at);
    parts.push(bytes);
    at += bytes.length;
  };
  for (let chunk = 0, frame = 0; chunk < seconds * CHUNKS_A_SECOND; chunk++) {
    add(tone(chunk * chunkSamples, chunkSamples), soundAt);
    for (; frame < Math.min(frames, ((chunk + 1) * FRAMES_A_SECOND) / CHUNKS_A_SECOND); frame++)
      add(picture, pictureAt);
  }
  const samples = seconds * RATE;
  const sound = track(1, seconds, RATE, samples, "soun", box("smhd", u32(0, 0)), [
    box(
      "stsd",
      u32(0, 1),
      box("sowt", u32(0), u16(0, 1), u32(0, 0), u16(1, 16, 0, 0), u32(RATE * 65_536)),
    ),
    box("stts", u32(0, 1, samples, 1)),
    box("stsc", u32(0, 1, 1, chunkSamples, 1)),
    box("stsz", u32(0, 2, samples)),
    box("stco", u32(0, soundAt.length, ...soundAt)),
  ]);
  const pictures = track(2, seconds, FRAMES_A_SECOND, frames, "vide", box("vmhd", u32(1, 0, 0)), [
    box(
      "stsd",
      u32(0, 1),
      box(
        "jpeg",
        u32(0),
        u16(0, 1),
        u32(0, 0, 0, 0),
        u16(8, 8),
        u32(0x480000, 0x480000, 0),
        u16(1),
        Buffer.alloc(32),
        u16(24, 0xffff),
      ),
    ),
    box("stts", u32(0, 1, frames, 1)),
    box("stsc", u32(0, 1, 1, 1, 1)),
    box("stsz", u32(0, picture.length, frames)),
    box("stco", u32(0, pictureAt.length, ...pictureAt)),
  ]);
  const moov = box(
    "moov",
    box(
      "mvhd",
      u32(0, 0, 0, 1000, seconds * 1000, 0x10000),
      u16(0x100, 0),
      u32(0, 0),
      MATRIX,
      u32(0, 0, 0, 0, 0, 0, 3),
    ),
    sound,
    pictures,
  );
  return Buffer.concat([head, u32(at - head.length), Buffer.from("mdat"), ...parts, moov]);
}

function track(
  id: number,
  seconds: number,
  scale: number,
  duration: number,
  kind: string,
  header: Buffer,
  tables: readonly Buffer[],
): Buffer {
  const name = (type: string, of: string): Buffer =>
    box("hdlr", u32(0), Buffer.from(type + of), u32(0, 0, 0), Buffer.from([0]));
  const data = box("dinf", box("dref", u32(0, 1), box("url ", u32(1))));
  return box(
    "trak",
    box(
      "tkhd",
      u32(15, 0, 0, id, 0, seconds * 1000, 0, 0),
      u16(0, 0, kind === "soun" ? 0x100 : 0, 0),
      MATRIX,
      u32(kind === "vide" ? 8 * 65_536 : 0, kind === "vide" ? 8 * 65_536 : 0),
    ),
    box(
      "mdia",
      box("mdhd", u32(0, 0, 0, scale, duration), u16(0, 0)),
      name("mhlr", kind),
      box("minf", header, name("dhlr", "url "), data, box("stbl", tables)),
    ),
  );
}

function tone(from: number, samples: number): Buffer {
  const made = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; i++)
    made.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 440 * (from + i)) / RATE)), i * 2);
  return made;
}
