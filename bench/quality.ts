/**
 * Search quality: npm run bench:quality -- FOLDER, with captions (*.vtt) and queries.json in
 * FOLDER. Without FOLDER it takes quality/addresses. Indexes the captions with the real command,
 * asks every query by the real command in every mode, over all files and inside the query's own;
 * then the same for paraphrases (of FOLDER's paraphrases.json, or of the one beside this file),
 * which share no stem with what they are about (that is checked), and for lookups: words that are
 * in one segment together. A hit is right when at least half of it lies in the answer. Figures have
 * 95 % intervals by bootstrap over the queries.
 *
 * With `--save RUN.json` the ranks of every query are kept, and with `--against RUN.json` each
 * figure is followed by its difference to that run, query by query. `--mode MODE` asks in one mode
 * only. `--home FOLDER` keeps the library there for the next run, which embeds nothing anew.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openBackend } from "../src/backends/registry.ts";
import { main } from "../src/cli/main.ts";
import { queryTerms } from "../src/text/query-terms.ts";
import type { SearchMode } from "../src/search/hybrid.ts";
import { tokens } from "../src/text/words.ts";
import { bootstrap, formatInterval } from "./quality/bootstrap.ts";
import { absentWords, lostHits } from "./quality/floor.ts";
import { type Lookup, lookups } from "./quality/lookups.ts";

const ALL_MODES = ["keyword", "semantic", "hybrid"] as const satisfies readonly SearchMode[];
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "string" },
    against: { type: "string" },
    mode: { type: "string" },
    home: { type: "string" },
  },
});
const MODES = ALL_MODES.filter((mode) => options.mode === undefined || options.mode === mode);
const folder = resolve(
  positionals[0] ?? fileURLToPath(new URL("quality/addresses", import.meta.url)),
);
const home = options.home ?? mkdtempSync(join(tmpdir(), "mediasearch-quality-"));

async function mediasearch(...args: readonly string[]): Promise<string> {
  let output = "";
  const exitCode = await main(args, {
    stdout: { write: (text) => (output += text) },
    stderr: { write: (text) => args[0] === "index" && process.stderr.write(text) },
    cwd: folder,
    env: { ...process.env, MEDIASEARCH_HOME: home },
    signal: new AbortController().signal,
  });
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${exitCode}`);
  return output;
}

interface FoundHit {
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/** @param file only in this one, a name in the folder. */
async function hits(
  query: string,
  mode: SearchMode,
  limit: number,
  file: string | undefined,
  ...more: readonly string[]
): Promise<readonly FoundHit[]> {
  const inside = file === undefined ? [] : ["--file", join(folder, file)];
  return (
    JSON.parse(
      await mediasearch(
        "search",
        query,
        "--mode",
        mode,
        "--limit",
        String(limit),
        "--json",
        ...inside,
        ...more,
      ),
    ) as { hits: FoundHit[] }
  ).hits;
}

/** Reciprocal ranks among the best ten, 0 for none, by the name of the figure. */
type Run = Record<string, readonly number[]>;

const earlier: Run =
  options.against === undefined ? {} : (JSON.parse(readFileSync(options.against, "utf8")) as Run);
const run: Run = {};

/** Prints recall and mean reciprocal rank among the best ten. */
function report(name: string, ranks: readonly number[]): void {
  run[name] = ranks;
  const before = earlier[name];
  const difference = (of: (reciprocal: number) => number): string =>
    before?.length === ranks.length
      ? `, ${formatInterval(bootstrap(ranks.map((value, i) => of(value) - of(before[i] ?? 0))))} more`
      : "";
  const figure = (of: (reciprocal: number) => number): string =>
    formatInterval(bootstrap(ranks.map(of))) + difference(of);
  process.stdout.write(
    `${name}: ${ranks.length} queries, hit@10 ${figure(isFound)}; MRR@10 ${figure(Number)}\n`,
  );
}

const isFound = (reciprocal: number): number => (reciprocal > 0 ? 1 : 0);

await mediasearch("index", folder, "--captions", "only");

const queries = JSON.parse(readFileSync(join(folder, "queries.json"), "utf8")) as {
  id: string;
  meeting: string;
  query: string;
  relevant_ranges: readonly (readonly [startS: number, endS: number])[];
}[];
interface Asked {
  readonly file: string;
  readonly query: string;
  readonly isRight: (hit: FoundHit) => boolean;
}

async function score(
  name: string,
  asked: readonly Asked[],
  tasks: readonly ("corpus" | "meeting")[],
): Promise<void> {
  for (const mode of MODES)
    for (const task of tasks) {
      const ranks: number[] = [];
      for (const { file, query, isRight } of asked) {
        const found = await hits(query, mode, 10, task === "meeting" ? file : undefined);
        const rank = found.findIndex(isRight);
        ranks.push(rank < 0 ? 0 : 1 / (rank + 1));
      }
      report(`${mode} ${task} ${name}`, ranks);
    }
}

interface Paraphrase {
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly query: string;
}

/** The times in the set are rounded to tenths of a second. */
const ROUNDED_MS = 100;

const ownParaphrases = join(folder, "paraphrases.json");
const paraphrases = JSON.parse(
  readFileSync(
    existsSync(ownParaphrases) ? ownParaphrases : new URL("paraphrases.json", import.meta.url),
    "utf8",
  ),
) as readonly Paraphrase[];
const { library, close } = await openBackend("local", {
  path: join(home, "library.sqlite"),
  create: false,
});
const segments: {
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}[] = [];
for await (const { id } of library.catalog.list())
  for await (const segment of library.versions.read(id))
    segments.push({ file: basename(id), ...segment });
await close();

/** The law of the set: no stem of a telling word is in any segment of the answer. */
function refuseShared({ file, startMs, endMs, query }: Paraphrase): void {
  const stems = new Set(tokens(queryTerms(query).join(" ")).map(({ stem }) => stem));
  for (const segment of segments)
    if (
      segment.file === file &&
      segment.endMs > startMs + ROUNDED_MS &&
      segment.startMs < endMs - ROUNDED_MS &&
      tokens(segment.text).some(({ stem }) => stems.has(stem))
    )
      throw new Error(`"${query}" shares a word with ${file} at ${startMs}`);
}

paraphrases.forEach(refuseShared);
const answers =
  ({ file, startMs, endMs }: Paraphrase) =>
  (hit: FoundHit): boolean =>
    basename(hit.file) === file &&
    2 * (Math.min(hit.endMs, endMs) - Math.max(hit.startMs, startMs)) >= hit.endMs - hit.startMs;
const inRanges =
  ({ meeting, relevant_ranges: ranges }: (typeof queries)[number]) =>
  (hit: FoundHit): boolean =>
    basename(hit.file) === `${meeting}.vtt` &&
    2 *
      ranges.reduce(
        (sum, [startS, endS]) =>
          sum +
          Math.max(0, Math.min(hit.endMs, endS * 1000) - Math.max(hit.startMs, startS * 1000)),
        0,
      ) >=
      hit.endMs - hit.startMs;
const judged = {
  questions: queries.map((one) => ({
    file: `${one.meeting}.vtt`,
    query: one.query,
    isRight: inRanges(one),
  })),
  paraphrases: paraphrases.map((one) => ({ ...one, isRight: answers(one) })),
};
for (const [name, asked] of Object.entries(judged)) await score(name, asked, ["corpus", "meeting"]);

const has =
  ({ stems }: Lookup) =>
  (hit: FoundHit): boolean => {
    const said = new Set(tokens(hit.text).map(({ stem }) => stem));
    return stems.every((stem) => said.has(stem));
  };
for (const [name, asked] of lookups(segments))
  await score(
    name,
    asked.map((one) => ({ ...one, isRight: has(one) })),
    ["corpus"],
  );

for (const mode of MODES.filter((one) => one !== "keyword")) {
  const find = (query: string, file: string | undefined, isWhole: boolean) =>
    hits(query, mode, 10, file, ...(isWhole ? ["--min-score", "-2"] : []));
  for (const [name, asked] of Object.entries(judged))
    for (const isInFile of [false, true]) {
      const { right, lost } = await lostHits(asked, find, isInFile);
      process.stdout.write(
        `${mode.padEnd(9)} ${isInFile ? "meeting" : "corpus"}: floor takes ${lost} of ${right} right hits of ${name}\n`,
      );
    }
  const absent = absentWords(
    segments.map(({ text }) => text),
    200,
  );
  let silent = 0;
  for (const word of absent) if ((await find(word, undefined, false)).length === 0) silent++;
  process.stdout.write(
    `${mode.padEnd(9)} corpus: nothing for ${silent} of ${absent.length} words that nobody says\n`,
  );
}
if (options.save !== undefined) writeFileSync(options.save, JSON.stringify(run));
if (options.home === undefined) rmSync(home, { recursive: true });
