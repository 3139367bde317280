/** Hamming 8/4 by its table (ETSI EN 300 706, 8.2), as bytes are read. */
const HAMMING = Buffer.from("1502495e6473382fd0c78c9ba1b6fdea", "hex");

/** Bytes of letters with odd parity. */
const odd = (text: string): Buffer =>
  Buffer.from(
    [...text].map((letter) => {
      const code = letter.charCodeAt(0) & 0x7f;
      const ones = code.toString(2).replaceAll("0", "").length;
      return ones % 2 === 0 ? code | 0x80 : code;
    }),
  );

const reversed = (bytes: Buffer): Buffer =>
  Buffer.from(
    [...bytes].map((byte) =>
      Number.parseInt([...byte.toString(2).padStart(8, "0")].toReversed().join(""), 2),
    ),
  );

/** A line of a page: a data unit of ETSI EN 300 472. */
function dataUnit(magazine: number, row: number, rest: Buffer): Buffer {
  const address = Buffer.from([
    HAMMING[(magazine & 7) | ((row & 1) << 3)] ?? 0,
    HAMMING[row >> 1] ?? 0,
  ]);
  const line = Buffer.concat([address, rest, odd(" ".repeat(40))]).subarray(0, 42);
  return Buffer.concat([Buffer.from([0x03, 44, 0xe8, 0xe4]), reversed(line)]);
}

export interface TeletextState {
  readonly atMs: number;
  /** Rows of letters; control codes as they are. */
  readonly rows: readonly string[];
  /** 0 is English, 4 German. */
  readonly nation?: number;
  readonly page?: number;
}

/** The packets that send one state of a page, and its end. */
export function teletextUnits({ rows, nation = 0, page = 0x50 }: TeletextState): Buffer {
  const nibbles = [page & 15, page >> 4, 0, 8, 0, 8, 0, nation << 1];
  const header = Buffer.concat([
    Buffer.from(nibbles.map((one) => HAMMING[one] ?? 0)),
    odd("      "),
  ]);
  // Another page of the magazine ends the one before.
  const next = Buffer.from([15, 15, 0, 0, 0, 0, 0, 0].map((one) => HAMMING[one] ?? 0));
  return Buffer.concat([
    Buffer.from([0x10]),
    dataUnit(1, 0, header),
    ...rows.map((text, i) => dataUnit(1, 20 + i, odd(text))),
    dataUnit(1, 0, next),
  ]);
}

const PACKET_BYTES = 188;
const PMT_PID = 0x100;
const TEXT_PID = 0x101;

function crc32(bytes: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x80000000 ? ((crc << 1) ^ 0x04c11db7) | 0 : crc << 1;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc >>> 0);
  return sum;
}

/** A packet of its own with the programme's clock, by which FFmpeg times teletext. */
function clock(atMs: number): Buffer {
  const base = Math.round(atMs * 90);
  const bits = [base / 2 ** 25, base / 2 ** 17, base / 2 ** 9, base / 2, (base % 2) * 128 + 126, 0];
  const field = Buffer.from([183, 0x10, ...bits.map((value) => Math.floor(value) & 0xff)]);
  const head = Buffer.from([0x47, TEXT_PID >> 8, TEXT_PID & 0xff, 0x20]);
  return Buffer.concat([head, field, Buffer.alloc(PACKET_BYTES, 0xff)]).subarray(0, PACKET_BYTES);
}

/** Packets of 188 bytes of one stream; the last one is filled up (ISO/IEC 13818-1). */
function transport(pid: number, payload: Buffer, counters: Map<number, number>): Buffer {
  const packets: Buffer[] = [];
  for (let at = 0; at < payload.length;) {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) % 16);
    const isWhole = payload.length - at >= PACKET_BYTES - 4;
    const body = payload.subarray(at, at + PACKET_BYTES - (isWhole ? 4 : 6));
    const room = PACKET_BYTES - 4 - body.length;
    const stuffing = Buffer.alloc(room, 0xff);
    if (room > 0) stuffing.set([room - 1, 0].slice(0, room));
    const flags = [
      (at === 0 ? 0x40 : 0) | (pid >> 8),
      pid & 0xff,
      (room > 0 ? 0x30 : 0x10) | counter,
    ];
    packets.push(Buffer.concat([Buffer.from([0x47, ...flags]), stuffing, body]));
    at += body.length;
  }
  return Buffer.concat(packets);
}

function section(table: number, id: number, body: Buffer): Buffer {
  const length = body.length + 9;
  const head = [table, 0xb0 | (length >> 8), length & 0xff, id >> 8, id & 0xff, 0xc1, 0, 0];
  const whole = Buffer.concat([Buffer.from(head), body]);
  const filled = Buffer.concat([Buffer.from([0]), whole, crc32(whole)]);
  return Buffer.concat([filled, Buffer.alloc(PACKET_BYTES - 4 - filled.length, 0xff)]);
}

function pes(data: Buffer, atMs: number): Buffer {
  const pts = Math.round(atMs * 90);
  const stamp = [
    0x21 | (Math.floor(pts / 2 ** 30) << 1),
    (pts >> 22) & 0xff,
    0x01 | ((pts >> 14) & 0xfe),
    (pts >> 7) & 0xff,
    0x01 | ((pts << 1) & 0xfe),
  ];
  const length = data.length + 8;
  const head = [0, 0, 1, 0xbd, length >> 8, length & 0xff, 0x84, 0x80, 5, ...stamp];
  return Buffer.concat([Buffer.from(head), data]);
}

/** A broadcast with a teletext track alone, whose subtitles are on page 150. */
export function teletextBroadcast(states: readonly TeletextState[], language = "deu"): Buffer {
  const counters = new Map<number, number>();
  const pat = section(0, 1, Buffer.from([0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]));
  const described = Buffer.concat([
    Buffer.from([0x56, 10]),
    Buffer.from(language),
    Buffer.from([(1 << 3) | 1, 0x00]),
    Buffer.from(language),
    Buffer.from([(2 << 3) | 1, 0x50]),
  ]);
  const stream = [0x06, 0xe0 | (TEXT_PID >> 8), TEXT_PID & 0xff, 0xf0, described.length];
  const pmt = section(
    2,
    1,
    Buffer.concat([
      Buffer.from([0xe0 | (TEXT_PID >> 8), TEXT_PID & 0xff, 0xf0, 0, ...stream]),
      described,
    ]),
  );
  return Buffer.concat([
    transport(0, pat, counters),
    transport(PMT_PID, pmt, counters),
    ...states.flatMap((state) => [
      clock(state.atMs),
      transport(TEXT_PID, pes(teletextUnits(state), state.atMs), counters),
    ]),
  ]);
}
