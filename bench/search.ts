/**
 * How fast search is: npm run bench:search -- [segments, default 10000 100000 1000000]. Linux.
 * Makes libraries (3 GB for a million segments, in the temporary folder, removed afterwards), asks
 * them by the program as users run it and in one process, and asks its peers the same beside it. An
 * approximate index is built up to GRAPH_UP_TO segments only: building takes it minutes.
 * --keep=FOLDER keeps the libraries for the next run.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "../src/backends/local/open.ts";
import type { Backend } from "../src/backends/backend.ts";
import type { Embedder } from "../src/embed/embedder.ts";
import { openEmbedder } from "../src/embed/registry.ts";
import { search, type SearchMode } from "../src/search/hybrid.ts";
import { libraryModelId } from "../src/embedding-model.ts";
import {
  DIMENSIONS,
  exactAnswers,
  files,
  makeWorld,
  numberOf,
  recall,
  type World,
} from "./search/library.ts";
import { median, takeTurns, warm } from "./search/measure.ts";
import { graph, type Peer, vec0 } from "./search/peers.ts";

const GRAPH_UP_TO = 100_000;
const TURNS = 22;
const bin = fileURLToPath(new URL("../bin/mediasearch.js", import.meta.url));
const given = process.argv.slice(2);
const keep = given.find((arg) => arg.startsWith("--keep="))?.slice("--keep=".length);
const sizes = given.some((arg) => /^\d+$/.test(arg))
  ? given.filter((arg) => /^\d+$/.test(arg)).map(Number)
  : [10_000, 100_000, 1_000_000];
const work = keep ?? mkdtempSync(join(tmpdir(), "mediasearch-bench-"));
mkdirSync(work, { recursive: true });
const print = (...lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(""));
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const env = (segments: number): NodeJS.ProcessEnv => ({
  ...process.env,
  MEDIASEARCH_HOME: work,
  MEDIASEARCH_STORE: libraryOf(segments),
});
const libraryOf = (segments: number): string => join(work, `library-${segments}.sqlite`);

const model = await openEmbedder({ model: "all-MiniLM-L6-v2" });
const world = await makeWorld((texts) => model.embed(texts, { as: "passage" }));
const identity = { embedder: libraryModelId(model.id, "late"), dimensions: model.dimensions };

interface Built {
  readonly exact: readonly (readonly number[])[];
  readonly peers: readonly Peer[];
}

/** One pass over the made segments feeds the library, the peers and the exact answers. */
async function build(segments: number): Promise<Built> {
  const isThere = existsSync(libraryOf(segments));
  const backend = isThere ? undefined : await open({ path: libraryOf(segments), create: true });
  const peers = [
    ...vec0(join(work, `peer-${segments}-${process.pid}.sqlite`)),
    ...(segments <= GRAPH_UP_TO ? [graph()] : []),
  ];
  const exact = exactAnswers(world.vectorQueries);
  let [nth, commitMs] = [0, 0];
  for (const version of files(segments, world)) {
    const vectors = version.segments.flatMap(({ vector }) => vector ?? []);
    const startedAt = process.cpuUsage();
    await backend?.library.versions.commit(version, identity);
    const { user, system } = process.cpuUsage(startedAt);
    commitMs += (user + system) / 1000;
    vectors.forEach((vector, i) => exact.see(nth + i, vector));
    for (const peer of peers) peer.add(nth, vectors);
    nth += vectors.length;
  }
  await backend?.close();
  if (!isThere)
    print(
      `${segments.toLocaleString("en")} segments: ${(statSync(libraryOf(segments)).size / 1e6).toFixed(0)} MB, committed with ${((commitMs / segments) * 1000).toFixed(0)} µs of CPU a segment`,
    );
  return { exact: exact.best(), peers };
}

/** Embeds nothing: what that costs is told apart. */
const ready =
  (vector: Float32Array): (() => Promise<Embedder>) =>
  async () => ({
    id: model.id,
    dimensions: DIMENSIONS,
    embed: async () => [vector],
    close: async () => {},
  });

async function ask(
  { library }: Backend,
  mode: SearchMode,
  nth: number,
  { textQueries, vectorQueries }: World,
): Promise<unknown> {
  return search(library, ready(vectorQueries[nth % vectorQueries.length] as Float32Array), {
    query: textQueries[nth % textQueries.length] as string,
    mode,
    limit: 10,
    filter: {},
  });
}

type Row = readonly [what: string, ...figures: readonly string[]];

async function inOneProcess(segments: number, { exact, peers }: Built): Promise<readonly Row[]> {
  const backend = await open({ path: libraryOf(segments), create: false });
  const { library } = backend;
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  const rows: Row[] = [];
  for (const mode of ["keyword", "semantic", "hybrid"] as const)
    rows.push([
      `\`search\`, ${mode}`,
      ms(await warm(numbers, (n) => ask(backend, mode, n, world))),
      "",
    ]);
  const nearest = async (query: Float32Array, limit: number): Promise<number[]> =>
    (await library.searchIndex.searchVector(query, {}, limit))
      .slice(0, 10)
      .map(({ asset, segment }) => numberOf(asset, segment.index));
  for (const limit of [10, 1000]) {
    const found = [];
    for (const query of world.vectorQueries) found.push(await nearest(query, limit));
    rows.push([
      `our vector scan, best ${limit.toLocaleString("en")}`,
      ms(await warm(world.vectorQueries, (query) => nearest(query, limit))),
      recall(found, exact).toFixed(3),
    ]);
  }
  rows.push([
    "our vector scan, best 10 of one speaker",
    ms(
      await warm(world.vectorQueries, (query) =>
        library.searchIndex.searchVector(query, { speaker: "ann" }, 10),
      ),
    ),
    "",
  ]);
  for (const peer of peers)
    rows.push([
      peer.name,
      ms(await warm(world.vectorQueries, peer.search)),
      recall(world.vectorQueries.map(peer.search), exact).toFixed(3),
    ]);
  await backend.close();
  return rows;
}

const empties: number[] = [];

function asProcess(segments: number): readonly Row[] {
  const fresh = Date.now();
  const query = (turn: number): string => `${world.textQueries[turn] ?? ""} ${fresh}`;
  const run = (...args: readonly string[]): readonly string[] => [bin, ...args];
  const turns = takeTurns(
    {
      version: () => run("--version"),
      status: () => run("status"),
      list: () => run("list"),
      keyword: (turn) =>
        run("search", world.textQueries[turn] ?? "", "--mode", "keyword", "--json"),
      asked: (turn) => run("search", query(turn), "--json"),
      again: (turn) => run("search", query(turn), "--json"),
      inOne: (turn) => run("search", query(turn), "--json", "--file", "recording 00003*"),
    },
    TURNS,
    env(segments),
  );
  const beyond = (name: keyof (typeof turns)[number]): string =>
    `+${ms(median(turns.map((turn) => turn[name].full - turn[name].empty)))}`;
  empties.push(...turns.flatMap((turn) => Object.values(turn).map(({ empty }) => empty)));
  return [
    ["`--version`", beyond("version")],
    ["`status`", beyond("status")],
    ["`list`", beyond("list")],
    ["`search --mode keyword`", beyond("keyword")],
    ["`search` (hybrid), query asked before", beyond("again")],
    ["`search` (hybrid), new query: the model is loaded", beyond("asked")],
    [
      "of it the model (what the two differ by)",
      ms(median(turns.map(({ asked, again }) => asked.full - again.full))),
    ],
    ["`search` (hybrid) in one file, query asked before", beyond("inOne")],
  ];
}

const results: {
  readonly segments: number;
  readonly warm: readonly Row[];
  readonly whole: readonly Row[];
}[] = [];
for (const segments of sizes) {
  const built = await build(segments);
  const warmRows = await inOneProcess(segments, built);
  // Before whole processes are measured: the machine would still be writing their gigabytes to the
  // disk.
  for (const peer of built.peers) peer.close();
  rmSync(join(work, `peer-${segments}-${process.pid}.sqlite`), { force: true });
  results.push({ segments, warm: warmRows, whole: asProcess(segments) });
  if (keep === undefined) rmSync(libraryOf(segments));
}
const embedding = await warm(world.textQueries, (text) => model.embed([text], { as: "query" }));
await model.close();
const heads = sizes.map((size) => size.toLocaleString("en"));
const columns = (rows: "warm" | "whole", nth: number): string[] =>
  results.map(
    (result) =>
      result[rows][nth]
        ?.slice(1)
        .filter((cell) => cell !== "")
        .join(", recall ") ?? "–",
  );
print(
  "",
  `An empty node process: ${ms(median(empties))} ms (${ms(Math.min(...empties))} to ${ms(Math.max(...empties))}). Whole processes, CPU ms beyond that, median of ${TURNS - 1}:`,
  "",
  `| command | ${heads.join(" | ")} |`,
  `|---|${heads.map(() => "---").join("|")}|`,
);
results[0]?.whole.forEach(([what], nth) =>
  print(`| ${what} | ${columns("whole", nth).join(" | ")} |`),
);
print(
  "",
  `In one process that has searched before, CPU ms a query, median of 30 (embedding a query: ${ms(embedding)}):`,
  "",
  `| what | ${heads.join(" | ")} |`,
  `|---|${heads.map(() => "---").join("|")}|`,
);
results
  .reduce((most, { warm: rows }) => (rows.length > most.length ? rows : most), [] as readonly Row[])
  .forEach(([what], nth) => print(`| ${what} | ${columns("warm", nth).join(" | ")} |`));
if (keep === undefined) rmSync(work, { recursive: true });
