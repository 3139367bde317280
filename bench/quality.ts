/**
 * Search quality: npm run bench:quality -- FOLDER, with captions (*.vtt), queries.json and score.py in FOLDER. Indexes the captions with the real command,
 * asks every query in every mode, over all files and inside the query's own, and prints what score.py says.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { openBackend } from "../src/backends/registry.ts";
import { main } from "../src/cli.ts";
import { openEmbedder } from "../src/embed/registry.ts";
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
await embedder.close();
await backend.close();
rmSync(home, { recursive: true });
