/**
 * What titles and chapters do to searches: npm run bench:headings -- FOLDER, with captions (*.vtt)
 * and queries.json in FOLDER. Indexes the captions, asks every query of queries.json, over all
 * files and inside the query's own, first without headings, then with headings that are made of
 * each meeting's own most telling words, which is the worst that they can do: every query about a
 * meeting has words of its headings. `--words` asks without vectors, `--only A,B` of some meetings.
 * Last it asks for each title and each chapter by its words.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openBackend } from "../src/backends/registry.ts";
import { writeMediaFacts } from "../src/backends/media-facts.ts";
import { parseFingerprint } from "../src/fingerprint.ts";
import { readCaptionFile } from "../src/pipeline/worker/captions.ts";
import { segmentCues } from "../src/pipeline/worker/segment.ts";
import { openLibrary } from "../src/library.ts";
import { STOP_WORDS } from "../src/text/stop-words.ts";
import type { Chapter, Segment } from "../src/types.ts";
import { bootstrap, formatInterval } from "./quality/bootstrap.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { words: { type: "boolean" }, only: { type: "string" } },
});
const folder = resolve(positionals[0] ?? "");
/** Names of meetings, all unless given. */
const only = options.only?.split(",");
const home = mkdtempSync(join(tmpdir(), "mediasearch-headings-"));
const store = join(home, "library.sqlite");
const library = await openLibrary({ store, cwd: folder });

interface Question {
  readonly meeting: string;
  readonly query: string;
  readonly relevant_ranges: readonly (readonly [startS: number, endS: number])[];
}
const all = JSON.parse(readFileSync(join(folder, "queries.json"), "utf8")) as Question[];
const questions = all.filter(({ meeting }) => only?.includes(meeting) ?? true);

const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[a-z]{4,}/g) ?? []).filter((word) => !STOP_WORDS.has(word));

const files = readdirSync(folder)
  .filter((name) => name.endsWith(".vtt") && (only?.includes(name.slice(0, -4)) ?? true))
  .map((name) => join(folder, name));

async function indexAll(): Promise<void> {
  for await (const _ of library.index({ paths: files }));
}

/** Words alone, which takes seconds: without vectors nothing but words decides. */
async function indexWords(): Promise<void> {
  const backend = await openBackend("local", { path: store, create: true });
  for (const path of files) {
    const { cues } = readCaptionFile(path, readFileSync(path), {
      durationMs: null,
      timecodeMs: null,
    });
    await backend.library.versions.commit({
      id: path,
      sizeBytes: 1,
      mtimeMs: 1,
      sidecarKey: "",
      fingerprint: `3|${basename(path)}||prefer||local`,
      origin: "captions",
      engine: "captions:webvtt",
      language: "en",
      durationMs: null,
      segments: segmentCues(cues).map((segment) => ({ ...segment, vector: null })),
    });
  }
  await backend.close();
}

/** In how many meetings each word is. */
const meetings = new Map<string, number>();

/** The words of a text that are much in it and in few meetings. */
function telling(segments: readonly Segment[], count: number): string {
  const found = new Map<string, number>();
  for (const { text } of segments)
    for (const word of wordsOf(text)) found.set(word, (found.get(word) ?? 0) + 1);
  const weight = (word: string): number =>
    (found.get(word) ?? 0) * Math.log(40 / (meetings.get(word) ?? 1));
  return [...found.keys()]
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, count)
    .join(" ");
}

const CHAPTER_MS = 300_000;

interface Titled {
  readonly file: string;
  readonly title: string;
  readonly chapters: readonly Chapter[];
}

async function writeHeadings(): Promise<readonly Titled[]> {
  const backend = await openBackend("local", { path: store, create: false });
  try {
    const { catalog, versions } = backend.library;
    const assets = await Array.fromAsync(catalog.list());
    const texts = await Promise.all(
      assets.map(({ id }) => versions.readSegments(id, 0, Number.MAX_SAFE_INTEGER)),
    );
    for (const segments of texts)
      for (const word of new Set(segments.flatMap(({ text }) => wordsOf(text))))
        meetings.set(word, (meetings.get(word) ?? 0) + 1);
    const titled: Titled[] = [];
    for (const [i, { id, fingerprint }] of assets.entries()) {
      const segments = texts[i] ?? [];
      const parts = Map.groupBy(segments, ({ startMs }) => Math.floor(startMs / CHAPTER_MS));
      const chapters = [...parts].map(([part, own]) => ({
        startMs: part * CHAPTER_MS,
        endMs: (part + 1) * CHAPTER_MS,
        title: telling(own, 3),
      }));
      const title = telling(segments, 4);
      const { content } = parseFingerprint(fingerprint ?? "");
      await writeMediaFacts(backend.records, content, { title, chapters });
      titled.push({ file: basename(id), title, chapters });
    }
    return titled;
  } finally {
    await backend.close();
  }
}

/** Reciprocal ranks among the best ten, 0 for none. */
async function ask(task: "corpus" | "meeting"): Promise<readonly number[]> {
  const ranks: number[] = [];
  for (const { meeting, query, relevant_ranges: ranges } of questions) {
    const file = `${meeting}.vtt`;
    const inside = task === "meeting" ? { file: join(folder, file) } : {};
    const { hits } = await library.search({ query, limit: 10, ...inside });
    const rank = hits.findIndex(
      ({ path, startMs, endMs }) =>
        basename(path) === file &&
        ranges.some(([from, to]) => startMs < to * 1000 && endMs > from * 1000),
    );
    ranks.push(rank < 0 ? 0 : 1 / (rank + 1));
  }
  return ranks;
}

const TASKS = ["corpus", "meeting"] as const;

try {
  await (options.words === true ? indexWords() : indexAll());
  const before = { corpus: await ask("corpus"), meeting: await ask("meeting") };
  const titled = await writeHeadings();
  for (const task of TASKS) {
    const after = await ask(task);
    const figure = (of: (reciprocal: number) => number): string =>
      `${formatInterval(bootstrap(before[task].map(of)))} without, ${formatInterval(bootstrap(after.map((value, i) => of(value) - of(before[task][i] ?? 0))))} more with headings`;
    process.stdout.write(
      `${task}: hit@10 ${figure((value) => Number(value > 0))}; MRR@10 ${figure(Number)}\n`,
    );
  }
  let [first, right] = [0, 0];
  const chapters = titled.flatMap((one) => one.chapters.map((chapter) => ({ ...one, chapter })));
  for (const { file, title } of titled) {
    const { hits } = await library.search({ query: title, limit: 1 });
    if (hits[0] && basename(hits[0].path) === file) first++;
  }
  for (const { file, chapter } of chapters) {
    const { hits } = await library.search({ query: chapter.title, limit: 1 });
    const [hit] = hits;
    if (
      hit &&
      basename(hit.path) === file &&
      hit.startMs < chapter.endMs &&
      hit.endMs > chapter.startMs
    )
      right++;
  }
  process.stdout.write(
    `by title: ${first} of ${titled.length} recordings first; by chapter: ${right} of ${chapters.length} first\n`,
  );
} finally {
  await library.close();
  rmSync(home, { recursive: true });
}
