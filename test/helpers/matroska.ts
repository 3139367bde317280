/** A block of a track: sound as samples, a line of text, or a picture of MPEG-2. */
export interface MatroskaBlock {
  readonly startMs: number;
  /** Its place in the file, where that is not by its start. */
  readonly storedMs?: number;
  readonly data: Buffer;
  /** Of text. */
  readonly durationMs?: number;
}

export interface MatroskaTrack {
  readonly type: "audio" | "subtitle" | "video";
  readonly language?: string;
  readonly title?: string;
  readonly isDefault?: boolean;
  /** Flags of Matroska by name, such as FlagForced. */
  readonly flags?: readonly (keyof typeof FLAGS)[];
  /** Of sound. */
  readonly channels?: number;
  readonly rate?: number;
  readonly blocks: readonly MatroskaBlock[];
}

const FLAGS = {
  forced: 0x55aa,
  hearingImpaired: 0x55ab,
  visualImpaired: 0x55ac,
  textDescriptions: 0x55ad,
  original: 0x55ae,
  commentary: 0x55af,
} as const;

/** Bytes of an unsigned number, at least one. */
function numberBytes(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; left > 0 || bytes.length === 0; left = Math.floor(left / 256))
    bytes.unshift(left % 256);
  return Buffer.from(bytes);
}

function element(id: number, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === "number") return numberBytes(part);
      return typeof part === "string" ? Buffer.from(part) : part;
    }),
  );
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length) | (1n << 56n));
  return Buffer.concat([numberBytes(id), size, body]);
}

const float = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};

function trackEntry(track: MatroskaTrack, number: number): Buffer {
  const { type, language = "und", title, isDefault = false, flags = [] } = track;
  const common = [
    element(0xd7, number),
    element(0x73c5, number),
    element(0x83, { video: 1, audio: 2, subtitle: 0x11 }[type]),
    element(0x88, Number(isDefault)),
    ...flags.map((flag) => element(FLAGS[flag], 1)),
    element(0x22b59c, language),
    ...(title === undefined ? [] : [element(0x536e, title)]),
  ];
  if (type === "subtitle") return element(0xae, ...common, element(0x86, "S_TEXT/UTF8"));
  if (type === "video") {
    const size = element(0xe0, element(0xb0, 64), element(0xba, 36));
    return element(0xae, ...common, element(0x86, "V_MPEG2"), size);
  }
  const { rate = 16_000, channels = 1 } = track;
  const sound = element(
    0xe1,
    element(0xb5, float(rate)),
    element(0x9f, channels),
    element(0x6264, 16),
  );
  return element(0xae, ...common, element(0x86, "A_PCM/INT/LIT"), sound);
}

const storedAt = ({ startMs, storedMs = startMs }: MatroskaBlock): number => storedMs;

function block(number: number, { startMs, data, durationMs }: MatroskaBlock): Buffer {
  const head = Buffer.from([0x80 | number, 0, 0, 0]);
  const group = element(0xa1, head, data);
  const length = durationMs === undefined ? [] : [element(0x9b, durationMs)];
  return element(0x1f43b675, element(0xe7, startMs), element(0xa0, group, ...length));
}

/** A tag of the whole file. */
const tagElement = (name: string, value: string): Buffer =>
  element(
    0x1254c367,
    element(
      0x7373,
      element(0x63c0),
      element(0x67c8, element(0x45a3, name), element(0x4487, value)),
    ),
  );

/** A Matroska file (RFC 9559) of PCM sound and of text, by hand; every block is its own cluster. */
export function matroska(
  tracks: readonly MatroskaTrack[],
  durationMs: number,
  tags: Readonly<Record<string, string>> = {},
): Buffer {
  const blocks = tracks
    .flatMap((track, i) => track.blocks.map((one) => ({ number: i + 1, one })))
    .toSorted((a, b) => storedAt(a.one) - storedAt(b.one));
  return Buffer.concat([
    element(0x1a45dfa3, element(0x4282, "matroska"), element(0x4287, 4), element(0x4285, 2)),
    element(
      0x18538067,
      element(0x1549a966, element(0x2ad7b1, 1_000_000), element(0x4489, float(durationMs))),
      element(0x1654ae6b, ...tracks.map((track, i) => trackEntry(track, i + 1))),
      ...Object.entries(tags).map(([name, value]) => tagElement(name, value)),
      ...blocks.map(({ number, one }) => block(number, one)),
    ),
  ]);
}

/** Sound in blocks of 100 ms: what `sample` says of a time in seconds and a channel. */
export function soundBlocks(
  ms: number,
  sample: (seconds: number, channel: number) => number,
  { channels = 1, rate = 16_000, startMs = 0 } = {},
): MatroskaBlock[] {
  const count = rate / 10;
  return Array.from({ length: Math.floor(ms / 100) }, (_, i) => {
    const data = Buffer.alloc(count * channels * 2);
    for (let at = 0; at < count; at++)
      for (let channel = 0; channel < channels; channel++) {
        const value = sample((i * count + at) / rate, channel);
        data.writeInt16LE(
          Math.round(Math.max(-1, Math.min(1, value)) * 32_767),
          (at * channels + channel) * 2,
        );
      }
    return { startMs: startMs + i * 100, data };
  });
}

/** Lines of text, of `lineMs` each, one after the other. */
export const textBlocks = (
  lines: readonly string[],
  { startMs = 0, lineMs = 1000 } = {},
): MatroskaBlock[] =>
  lines.map((text, i) => ({
    startMs: startMs + i * lineMs,
    durationMs: lineMs,
    data: Buffer.from(text),
  }));

export const tone =
  (hz: number) =>
  (seconds: number): number =>
    0.3 * Math.sin(2 * Math.PI * hz * seconds);
