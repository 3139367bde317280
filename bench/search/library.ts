import type { EmbeddedSegment } from "../../src/types.ts";
import type { AssetVersion } from "../../src/backends/versions.ts";
import { language, normal, type Random, seeded, sentence } from "./words.ts";

export const DIMENSIONS = 384;
const PER_FILE = 1000;

export interface World {
  /**
   * Vectors of the real embedder: they are in every library, and the centres that the made ones
   * gather around.
   */
  readonly real: readonly Float32Array[];
  readonly vectorQueries: readonly Float32Array[];
  readonly textQueries: readonly string[];
}

type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

export async function makeWorld(embed: Embed): Promise<World> {
  const random = seeded(11);
  const real = await embed(Array.from({ length: 2000 }, () => sentence(random)));
  const asked = await embed(
    Array.from({ length: 15 }, () => `who ${sentence(random).split(" ").slice(2).join(" ")}`),
  );
  const { rank } = language(seeded(5));
  const word = (from: number, to: number): string =>
    rank(from + Math.floor(random() * (to - from)));
  return {
    real,
    vectorQueries: [...asked, ...Array.from({ length: 15 }, () => near(real, random))],
    textQueries: Array.from(
      { length: 40 },
      (_, n) =>
        `what did they ${word(60, 300)} about the ${word(300, 3000)}${n % 2 === 0 ? ` ${word(1000, 20_000)}` : ""}`,
    ),
  };
}

/** Around one of the real ones, some nearer and some further. */
function near(real: readonly Float32Array[], random: Random): Float32Array {
  const centre = real[Math.floor(random() * real.length)] as Float32Array;
  const spread = (0.3 + 0.8 * random()) / Math.sqrt(DIMENSIONS);
  const made = centre.map((value) => value + spread * normal(random));
  const length = Math.hypot(...made);
  return made.map((value) => value / length);
}

/** Files of a thousand segments, one after the other: nothing of it stays in memory. */
export function* files(segments: number, world: World): Generator<AssetVersion> {
  const random = seeded(segments);
  const { text } = language(seeded(5));
  const speakers = ["Ann Lee", "Tom", "Maria", "Joe", null];
  const realFrom = Math.max(1, Math.floor(segments / world.real.length));
  for (let file = 0, made = 0; made < segments; file++) {
    const many = Math.min(PER_FILE, segments - made);
    yield {
      id: `/library/recording ${String(file).padStart(5, "0")}.mp4`,
      sizeBytes: 1e8 + file,
      mtimeMs: 1.7e12 + file,
      fingerprint: `f${file}`,
      sidecarKey: "",
      origin: "asr",
      engine: "local",
      language: "en",
      durationMs: many * 4000,
      segments: Array.from({ length: many }, (_, index): EmbeddedSegment => {
        const nth = made + index;
        const real = nth % realFrom === 0 ? world.real[nth / realFrom] : undefined;
        return {
          index,
          startMs: index * 4000,
          endMs: index * 4000 + 3800,
          text: text(6 + Math.floor(random() * 12)),
          speaker: speakers[Math.floor(random() * speakers.length)] ?? null,
          confidence: 0.9,
          vector: real ?? near(world.real, random),
        };
      }),
    };
    made += many;
  }
}

/** The ten nearest of each query by every vector, told apart by their number in the library. */
export function exactAnswers(queries: readonly Float32Array[]): {
  readonly see: (nth: number, vector: Float32Array) => void;
  readonly best: () => readonly (readonly number[])[];
} {
  const kept = queries.map(() => [] as { nth: number; score: number }[]);
  return {
    see(nth, vector) {
      queries.forEach((query, q) => {
        let score = 0;
        for (let i = 0; i < DIMENSIONS; i++) score += (query[i] as number) * (vector[i] as number);
        const best = kept[q] as { nth: number; score: number }[];
        if (best.length === 10 && score <= (best[9]?.score ?? 0)) return;
        best.push({ nth, score });
        best.sort((a, b) => b.score - a.score).splice(10);
      });
    },
    best: () => kept.map((best) => best.map(({ nth }) => nth)),
  };
}

export const recall = (
  found: readonly (readonly number[])[],
  exact: readonly (readonly number[])[],
): number =>
  found.reduce((sum, one, q) => sum + one.filter((nth) => exact[q]?.includes(nth)).length, 0) /
  exact.reduce((sum, one) => sum + one.length, 0);

/** "/library/recording 00012.mp4" 34 → 12,034 */
export const numberOf = (asset: string, index: number): number =>
  Number(/(\d+)\.mp4$/.exec(asset)?.[1]) * PER_FILE + index;
