import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { FIXTURES } from "../helpers/run.ts";

export interface Mutant {
  readonly name: string;
  readonly kind: string;
  readonly bytes: Buffer;
}

type Random = (below: number) => number;
type Mutation = (bytes: Buffer, random: Random) => Buffer;

const patch = (bytes: Buffer, at: number, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  if (at >= 0 && at + 8 <= copy.length) change(copy);
  return copy;
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  truncated: (bytes, random) => bytes.subarray(0, random(bytes.length)),
  headless: (bytes, random) => bytes.subarray(1 + random(Math.min(4000, bytes.length - 1))),
  "bits flipped": (bytes, random) =>
    patch(bytes, 0, (copy) => {
      for (let i = 0; i < 1 + random(200); i++) {
        const at = random(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
      }
    }),
  "header flipped": (bytes, random) =>
    patch(bytes, 0, (copy) => {
      for (let i = 0; i < 1 + random(20); i++)
        copy[random(Math.min(200, copy.length))] = random(256);
    }),
  zeroed: (bytes, random) =>
    patch(bytes, 0, (copy) => void copy.fill(0, random(copy.length), random(copy.length) + 1)),
  "lying length": (bytes, random) =>
    patch(bytes, 0, (copy) => {
      const at =
        [
          copy.indexOf("data"),
          copy.indexOf("mvhd"),
          copy.indexOf("mdhd"),
          copy.indexOf("LIST"),
          copy.indexOf("moov"),
        ].find((one) => one >= 0) ?? 4;
      if (at + 8 <= copy.length)
        copy.writeUInt32LE(
          [0, 0xffff_ffff, 0x7fff_ffff, random(0xffff_ffff)][random(4)] ?? 0,
          at + 4,
        );
    }),
  "box of another size": (bytes, random) =>
    patch(
      bytes,
      0,
      (copy) =>
        void copy.writeUInt32BE(
          [0, 1, 0xffff_ffff, random(1000)][random(4)] ?? 0,
          random(Math.min(64, copy.length - 4)) & ~3,
        ),
    ),
  "huge header": (bytes, random) =>
    Buffer.concat([
      bytes.subarray(0, 64),
      Buffer.alloc(100_000 + random(900_000), random(256)),
      bytes.subarray(64),
    ]),
  "twice in one": (bytes) => Buffer.concat([bytes, bytes]),
  "noise inside": (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(Array.from({ length: random(5000) }, () => random(256))),
      bytes.subarray(at),
    ]);
  },
  empty: () => Buffer.alloc(0),
  "only zeros": (_, random) => Buffer.alloc(random(100_000)),
};

/** Fixtures that were harmed in ways that a seed decides; the same seed, the same mutants. */
export function* mutants(count: number, seed: number): Generator<Mutant> {
  let state = (seed * 48_271) % 2_147_483_647 || 1;
  const random: Random = (below) => (state = (state * 48_271) % 2_147_483_647) % Math.max(1, below);
  const files = readdirSync(FIXTURES)
    .filter((name) => name !== "truth.json")
    .map((name) => ({ name, bytes: readFileSync(join(FIXTURES, name)) }));
  const kinds = Object.keys(MUTATIONS);
  for (let n = 0; n < count; n++) {
    const { name, bytes } = files[random(files.length)] as (typeof files)[number];
    const kind = kinds[random(kinds.length)] as string;
    // One in six has another's name: containers swapped.
    const other = random(6) === 0 ? (files[random(files.length)]?.name ?? name) : name;
    yield {
      name: `${String(n).padStart(5, "0")}${extname(other)}`,
      kind,
      bytes: (MUTATIONS[kind] as Mutation)(bytes, random),
    };
  }
}
