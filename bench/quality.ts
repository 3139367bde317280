/**
 * Search quality: npm run bench:quality -- FOLDER, with captions (*.vtt), queries.json and score.py in FOLDER. Indexes the captions with the real command,
 * asks every query in every mode, over all files and inside the query's own, and prints what score.py says; then the paraphrases of
 * paraphrases.json, which share no stem with what they are about (that is checked), scored in the same way.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { openBackend } from "../src/backends/registry.ts";
import { main } from "../src/cli.ts";
import { openEmbedder } from "../src/embed/registry.ts";
import { queryTerms } from "../src/search/parse-query.ts";
import { tokens } from "../src/search/words.ts";
import { search, type SearchMode } from "../src/search/hybrid.ts";

const folder = resolve(process.argv[2] ?? "");
const queries = JSON.parse(readFileSync(join(folder, "queries.json"), "utf8")) as { id: string; meeting: string; query: string }[];
const home = mkdtempSync(join(tmpdir(), "mediasearch-quality-"));
const quiet = { write: () => {} };
const exitCode = await main(["index", folder, "--captions", "only"], {
  stdout: quiet, stderr: { write: (text) => process.stderr.write(text) }, cwd: folder,
  env: { ...process.env, MEDIASEARCH_HOME: home }, signal: new AbortController().signal,
});
if (exitCode !== 0) throw new Error(`index ended with ${exitCode}`);

const backend = await openBackend("local", { path: join(home, "library.sqlite"), create: false });
const embedder = await openEmbedder({ model: "all-MiniLM-L6-v2" });
const shared = async () => ({ ...embedder, close: async () => {} });
for (const mode of ["keyword", "semantic", "hybrid"] as const satisfies readonly SearchMode[])
  for (const task of ["corpus", "meeting"]) {
    const lines: string[] = [];
    for (const { id, meeting, query } of queries) {
      const assets = task === "meeting" ? new Set([join(folder, `${meeting}.vtt`)]) : undefined;
      const { hits } = await search(backend.store, shared, { query, mode, limit: 100, filter: { assets } });
      hits.forEach(({ asset, segment }, rank) => lines.push(`${id} ${basename(asset)} ${segment.startMs / 1000} ${rank + 1} ${segment.endMs / 1000}`));
    }
    const run = join(home, `${mode}-${task}.txt`);
    writeFileSync(run, `${lines.join("\n")}\n`);
    process.stdout.write(`${mode.padEnd(9)} ${execFileSync("python3", [join(folder, "score.py"), run, "--task", task], { encoding: "utf8" })}`);
  }

interface Paraphrase {
  readonly file: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly query: string;
}

const paraphrases = JSON.parse(readFileSync(new URL("paraphrases.json", import.meta.url), "utf8")) as readonly Paraphrase[];

/** The times in the set are rounded to tenths of a second. */
const ROUNDED_MS = 100;

/** The law of the set: no stem of a telling word is in any segment of the answer. */
async function refuseShared({ file, startMs, endMs, query }: Paraphrase): Promise<void> {
  const stems = new Set(tokens(queryTerms(query).join(" ")).map(({ stem }) => stem));
  for await (const segment of backend.store.readVersion(join(folder, file)))
    if (segment.endMs > startMs + ROUNDED_MS && segment.startMs < endMs - ROUNDED_MS && tokens(segment.text).some(({ stem }) => stems.has(stem))) throw new Error(`"${query}" shares a word with ${file} at ${startMs}`);
}

for (const paraphrase of paraphrases) await refuseShared(paraphrase);
for (const mode of ["keyword", "semantic", "hybrid"] as const satisfies readonly SearchMode[])
  for (const task of ["corpus", "meeting"]) {
    let [found, reciprocal] = [0, 0];
    for (const { file, startMs, endMs, query } of paraphrases) {
      const filter = { assets: task === "meeting" ? new Set([join(folder, file)]) : undefined };
      const { hits } = await search(backend.store, shared, { query, mode, limit: 10, filter });
      // As in score.py: at least half of the hit lies in the answer.
      const rank = hits.findIndex(({ asset, segment }) => basename(asset) === file && 2 * (Math.min(segment.endMs, endMs) - Math.max(segment.startMs, startMs)) >= segment.endMs - segment.startMs);
      if (rank >= 0) [found, reciprocal] = [found + 1, reciprocal + 1 / (rank + 1)];
    }
    process.stdout.write(`${mode.padEnd(9)} ${task}: paraphrases=${paraphrases.length} hit@10=${(found / paraphrases.length).toFixed(3)} MRR@10=${(reciprocal / paraphrases.length).toFixed(3)}\n`);
  }
await embedder.close();
await backend.close();
rmSync(home, { recursive: true });
