/** A source of numbers that gives the same ones for the same seed (xorshift32, Marsaglia 2003). */
export interface Random {
  /** From 0 up to, not including, `below`. */
  (below: number): number;
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return below <= 0 ? 0 : (state >>> 0) % below;
  };
}

/** What readers of text and of lengths stumble over. */
const TOKENS: readonly string[] = [
  "\0",
  "\u001b[31m",
  "\u202e",
  "\ufeff",
  "\ud800",
  "%zz",
  "%00",
  "../",
  "-1",
  "0",
  "1e999",
  "99999999999999999999",
  "NaN",
  "null",
  "{}",
  "[]",
  '"',
  "'",
  "`",
  "<",
  ">",
  "&",
  "&#x110000;",
  "&amp;&amp;",
  "]]>",
  "<!--",
  "<![CDATA[",
  "-->",
  " --> ",
  "00:00:00.000",
  "99:59:59,999",
  "999999:59:59.999",
  "\r\n\r\n",
  "\n",
  "\t",
  ",",
  ";",
  ":",
  "\\",
  "\\N",
  "{\\p1}",
  "NOTE",
  "STYLE",
  "[Events]",
  "Format:",
  "Dialogue:",
  "WEBVTT\n\n",
  "__proto__",
  "constructor",
  "AND",
  "NOT (",
  "speaker:",
  "file:**/",
  "after:",
];
/** Lengths and counts at the edges of their types. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const MAX_BYTES = 65_536;
const MAX_REPEATS = 2000;

type Mutator = (bytes: Buffer, random: Random, others: readonly Uint8Array[]) => Buffer;

const cutAt = (bytes: Buffer, at: number, removed: number, added: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);

const MUTATORS: readonly Mutator[] = [
  (bytes, random) => {
    if (bytes.length > 0) bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  (bytes, random) => {
    const at = random(bytes.length);
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    bytes.writeUInt32LE(EDGES[random(EDGES.length)] ?? 0, random(bytes.length - 3));
    return bytes;
  },
  (bytes, random) => cutAt(bytes, random(bytes.length + 1), random(16), Buffer.alloc(0)),
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  (bytes, random) =>
    cutAt(bytes, random(bytes.length + 1), 0, Buffer.from(TOKENS[random(TOKENS.length)] ?? "")),
  (bytes, random) =>
    cutAt(
      bytes,
      random(bytes.length + 1),
      random(24),
      Buffer.from(TOKENS[random(TOKENS.length)] ?? ""),
    ),
  (bytes, random) => {
    const from = random(bytes.length);
    const part = bytes.subarray(from, from + 1 + random(64));
    const times = 1 + random(random(8) === 0 ? MAX_REPEATS : 8);
    return cutAt(bytes, from, 0, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  (bytes, random) => {
    const [open, close] = [
      ["[", "]"],
      ["{", "}"],
      ["(", ")"],
      ["<b>", "</b>"],
      ['{"a":', "}"],
    ][random(5)] ?? ["", ""];
    const times = random(MAX_REPEATS);
    const at = random(bytes.length + 1);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(open?.repeat(times) ?? ""),
      bytes.subarray(at),
      Buffer.from(close?.repeat(random(2) * times) ?? ""),
    ]);
  },
  (bytes, random, others) => {
    const other = Buffer.from(others[random(others.length)] ?? []);
    return Buffer.concat([
      bytes.subarray(0, random(bytes.length + 1)),
      other.subarray(random(other.length)),
    ]);
  },
  (bytes, random) => {
    const numbers = [...bytes.toString("latin1").matchAll(/\d+/g)];
    const found = numbers[random(numbers.length)];
    if (found === undefined) return bytes;
    const edge = String(EDGES[random(EDGES.length)]);
    return cutAt(
      bytes,
      found.index,
      found[0].length,
      Buffer.from(random(4) === 0 ? `-${edge}` : edge),
    );
  },
];

/** Another input like the given ones: one of them, changed a few times. At most 64 kB. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Buffer {
  let bytes = Buffer.from(seeds[random(seeds.length)] ?? []);
  for (let left = 1 + random(6); left > 0; left--) {
    bytes = Buffer.from((MUTATORS[random(MUTATORS.length)] as Mutator)(bytes, random, seeds));
    if (bytes.length > MAX_BYTES) bytes = bytes.subarray(0, MAX_BYTES);
  }
  return bytes;
}
