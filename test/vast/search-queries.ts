/**
 * A library and queries of all kinds of the query language over it, the same each time, to compare
 * places where searches are answered.
 */
import { writeMediaFacts } from "../../src/backends/media-facts.ts";
import type { Backend } from "../../src/backends/backend.ts";
import type { EmbeddingModel } from "../../src/embedding-model.ts";
import type { Embedder } from "../../src/embed/embedder.ts";
import type { SearchMode } from "../../src/search/hybrid.ts";
import { tokens } from "../../src/text/words.ts";
import type { EmbeddedSegment } from "../../src/types.ts";

const DIMENSIONS = 32;
export const MODEL: EmbeddingModel = { embedder: "hashed@1", dimensions: DIMENSIONS };

/** Numbers that look random and are the same for a seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

const COMMON =
  "the a of to and in that we is it this for on with as was are be have they from or one had by word but not what all were when your can said there use each which she how their will other about out many then them these so some her would make like him into time has look two more write go see".split(
    " ",
  );
const TELLING =
  "budget budgets budgeted committee committees community communities communicate school schools fee fees harbour harbor bridge bridges tunnel walrus penguin ocean oceans voting votes voted election running runner ran relation relational national nations interest interested café naïve Straße O'Brien don't C++ AT&T 25 twenty-five 1,234,567 2026 ferry steamship Dampfschiff Raumschiff quarterly revenue forecast teacher teaching taught library librarian recording transcript segment meeting agenda minutes chair motion seconded approved".split(
    " ",
  );
const OTHER_SCRIPTS = [
  "会议预算很重要",
  "東京都の学校",
  "서울에서 회의",
  "бюджет школы",
  "الميزانية",
];
const SPEAKERS = ["Ada Moreau", "Ann Lee", "Tom", "Joanna Smith", null, null];
const LANGUAGES = ["en", "en-GB", "de", "und"];

/** A vector of a text by its words, of length 1: texts with the same words are near each other. */
export function vectorOf(text: string): Float32Array {
  const sums = new Float64Array(DIMENSIONS);
  for (const { stem } of tokens(text)) {
    const random = numbers(
      ([...stem].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) %
        2_147_483_646) +
        1,
    );
    for (let i = 0; i < DIMENSIONS; i++) sums[i] = (sums[i] ?? 0) + random(2001) - 1000;
  }
  sums[0] = (sums[0] ?? 0) + 1;
  const length = Math.hypot(...sums);
  return Float32Array.from(sums, (value) => value / length);
}

export const embedder = async (): Promise<Embedder> => ({
  id: MODEL.embedder,
  dimensions: DIMENSIONS,
  embed: async (texts) => texts.map(vectorOf),
  close: async () => {},
});

function sentence(random: (below: number) => number): string {
  if (random(30) === 0) return OTHER_SCRIPTS[random(OTHER_SCRIPTS.length)] ?? "";
  const words = Array.from({ length: 3 + random(12) }, () => {
    const list = random(3) === 0 ? TELLING : COMMON;
    return list[Math.floor((random(list.length) * (1 + random(100))) / 101)] ?? "";
  });
  return `${words.join(random(9) === 0 ? ", " : " ")}.`;
}

/** Commits so many files of so many segments. */
export async function fillLibrary(
  { library, records }: Pick<Backend, "library" | "records">,
  files: number,
  segmentsPerFile: number,
): Promise<void> {
  for (let file = 0; file < files; file++) {
    const random = numbers(file + 11);
    const content = `content${file}`;
    if (file % 3 === 0)
      await writeMediaFacts(records, content, {
        title: `The ${TELLING[random(TELLING.length)]} ${TELLING[random(TELLING.length)]}`,
        show: file % 2 === 0 ? "Harbour Hour" : "Quarterly",
        chapters: [
          { startMs: 0, endMs: 20_000, title: `About the ${TELLING[random(TELLING.length)]}` },
          { startMs: 20_000, endMs: 60_000, title: `More ${TELLING[random(TELLING.length)]}` },
        ],
      });
    await library.versions.commit(
      {
        id: `/recordings/${file % 2 === 0 ? "even" : "odd"}/${String(file).padStart(4, "0")}.mp3`,
        sizeBytes: 1,
        mtimeMs: Date.UTC(2026, file % 12, 1 + (file % 28)),
        recordedAtMs: file % 4 === 0 ? Date.UTC(2025, file % 12, 3) : null,
        fingerprint: `3|${content}||prefer||local`,
        sidecarKey: "",
        origin: file % 5 === 0 ? "captions" : "asr",
        engine: "test@1",
        language: LANGUAGES[file % LANGUAGES.length] ?? "en",
        durationMs: file % 7 === 0 ? null : segmentsPerFile * 4000 * (1 + (file % 3)),
        segments: Array.from({ length: segmentsPerFile }, (_, index): EmbeddedSegment => {
          const text = sentence(random);
          return {
            index,
            startMs: index * 4000,
            endMs: index * 4000 + 3800,
            text,
            speaker: SPEAKERS[random(SPEAKERS.length)] ?? null,
            confidence: random(4) === 0 ? null : random(100) / 100,
            vector: vectorOf(text),
          };
        }),
      },
      MODEL,
    );
  }
}

const KINDS: readonly ((pick: () => string, random: (below: number) => number) => string)[] = [
  (pick) => pick(),
  (pick) => `${pick()} ${pick()}`,
  (pick) => `what was said about the ${pick()} and ${pick()}`,
  (pick) => `"${pick()} ${pick()}"`,
  (pick) => `"the ${pick()}"`,
  (pick) => `"of the ${pick()} to" ${pick()}`,
  (pick) => `${pick()} -${pick()}`,
  (pick) => `${pick()} AND ${pick()}`,
  (pick) => `(${pick()} OR ${pick()}) NOT ${pick()}`,
  (pick) => `${pick().slice(0, 4)}*`,
  (pick) => `communi* ${pick()}`,
  () => "*schiff",
  (pick) => `b*dget ${pick()}`,
  () => "bri?ge",
  () => "budgt~",
  (pick) => `comitee~2 ${pick()}`,
  (pick) => `"${pick()} ${pick()}"~5`,
  () => "/budget(s|ed)? .*(fee|school)/",
  (pick) => `/^the\\b/ ${pick()}`,
  (pick) => `speaker:ann ${pick()}`,
  (pick) => `${pick()} -speaker:moreau`,
  (pick) => `title:${pick()} ${pick()}`,
  () => 'show:"harbour hour" bridge',
  (pick) => `chapter:${pick()}`,
  (pick) => `file:"*/odd/*" ${pick()}`,
  (pick) => `lang:en ${pick()}`,
  () => "lang:de origin:captions",
  (pick) => `after:2026-03-01 ${pick()}`,
  (pick) => `before:2026-01-01 ${pick()}`,
  (pick) => `duration:>5m ${pick()}`,
  (pick) => `confidence:>0.8 ${pick()}`,
  (pick) => `near:0:30 ${pick()}`,
  () => "预算",
  () => "学校 の",
  () => "회의",
  () => "бюджета",
  () => "twenty five",
  () => "25 fees",
  () => "obrien C++",
  () => "dont AT&T",
  () => "1234567",
  () => "strasse naive cafe",
  () => "budjet comitte",
  () => "nothing of this isthere",
];
const MODES: readonly SearchMode[] = ["keyword", "hybrid", "semantic"];

export interface ComparedQuery {
  readonly query: string;
  readonly mode: SearchMode;
}

/** So many queries, of all kinds in turn, mostly by words and by both. */
export function comparedQueries(count: number): readonly ComparedQuery[] {
  const random = numbers(99);
  const pick = (): string => {
    const word = TELLING[random(TELLING.length)] ?? "";
    return word.replaceAll(/[^\p{L}\p{N}]/gu, "") || "budget";
  };
  return Array.from({ length: count }, (_, i) => ({
    query: KINDS[i % KINDS.length]?.(pick, random) ?? "budget",
    mode: MODES[Math.floor(i / KINDS.length) % MODES.length] ?? "keyword",
  }));
}
