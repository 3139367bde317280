import { resolve } from "node:path";
import type { Backend } from "../backends/backend.ts";
import type { Context } from "../context.ts";
import { embedderIdentity } from "../embed/registry.ts";
import { ERRORS, MediasearchError } from "../errors.ts";
import { statusLine } from "../output.ts";
import { run as runPipeline, type RunEvent } from "../pipeline/run.ts";
import { type Command, isOn, list } from "./command.ts";
import { createReport, type IndexReport } from "./index-report.ts";

export const run: Command = async (paths, flags, context) => {
  const { io, config } = context;
  const dryRun = isOn(flags, "dryRun");
  const status = statusLine(io.stderr, io.env);
  const report = createReport({ io, status, asJson: isOn(flags, "json"), jobs: config.settings.jobs });
  const backend = await openForIndexing(context, dryRun);
  try {
    if (backend === undefined && paths.length === 0) throw nothingToDo();
    const { store } = backend ?? (await emptyBackend());
    const embedder = await embedderIdentity(config.settings.embeddingModel);
    await refuseOtherModel(await store.identity(), embedder);
    const roots = paths.length > 0 ? paths.map((path) => resolve(io.cwd, path)) : await registered(store);
    const workers = await context.openWorkers(status);
    try {
      const options = { ...config.settings, include: list(flags, "include"), exclude: list(flags, "exclude"), signal: io.signal, dryRun };
      await follow(runPipeline(roots, { store, workers, embedder }, options), report);
    } finally {
      await workers.close();
    }
  } finally {
    status.end();
    await backend?.close();
  }
  report.summary();
  return report.failed > 0 ? ERRORS.PARTIAL.exit : 0;
};

async function follow(events: AsyncIterable<RunEvent>, report: IndexReport): Promise<void> {
  try {
    for await (const event of events) report.add(event);
  } catch (error) {
    // What was done before the stop is committed; the summary says so.
    report.summary();
    throw error;
  }
}

/** A dry run never creates a library; without one everything is new. */
async function openForIndexing(context: Context, dryRun: boolean): Promise<Backend | undefined> {
  try {
    return await context.openBackend(!dryRun);
  } catch (error) {
    if (dryRun && error instanceof MediasearchError && error.code === "NO_STORE") return undefined;
    throw error;
  }
}

async function emptyBackend(): Promise<Backend> {
  const { openBackend } = await import("../backends/registry.ts");
  return openBackend("memory", { path: "", create: true });
}

async function registered(store: Backend["store"]): Promise<string[]> {
  const roots: string[] = [];
  for await (const { id, state } of store.listAssets()) if (state !== "indexed") roots.push(id);
  if (roots.length === 0) {
    const { assets } = await store.counts();
    if (assets.indexed === 0) throw nothingToDo();
  }
  return roots;
}

const nothingToDo = (): MediasearchError =>
  new MediasearchError("USAGE", "nothing to index: no paths given and nothing registered", { hint: "mediasearch index FOLDER" });

async function refuseOtherModel(stored: { readonly embedder: string } | undefined, present: { readonly embedder: string }): Promise<void> {
  if (stored && stored.embedder !== present.embedder)
    throw new MediasearchError("MODEL_MISMATCH", `the library was made with the embedding model ${stored.embedder}, not ${present.embedder}`, {
      hint: "mediasearch migrate --reembed",
    });
}
