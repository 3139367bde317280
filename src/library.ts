import { assetFacts, mediaRecord, listAssets, readFacts, readParts } from "./app/assets.ts";
import { type Context, createContext } from "./app/context.ts";
import { displayPath } from "./app/display-path.ts";
import type { IndexingEvent as RunEvent } from "./app/indexing/index-event.ts";
import { openSession } from "./app/search/session.ts";
import { readStatus } from "./app/library/status.ts";
import { readTranscript } from "./app/transcript.ts";
import { loadConfig } from "./config/load.ts";
import { MediasearchError } from "./errors.ts";
import type {
  IndexEvent,
  IndexRequest,
  Library,
  LibraryOptions,
  SearchPage,
  SearchRequest,
} from "./library-types.ts";
import { toLine } from "./results/search-result.ts";

export { MediasearchError } from "./errors.ts";
export type * from "./library-types.ts";

/**
 * Opens a library for searching and indexing. Nothing is read before the first call of a method, so
 * that a library may be opened before it exists.
 * @throws USAGE for a setting that can't be used.
 */
export async function openLibrary({
  store,
  config: configPath,
  env = process.env,
  cwd = process.cwd(),
  signal,
}: LibraryOptions = {}): Promise<Library> {
  const closed = new AbortController();
  const world = {
    env,
    cwd,
    signal: signal ? AbortSignal.any([signal, closed.signal]) : closed.signal,
    tell: () => {},
  };
  const config = loadConfig({ store, config: configPath }, world);
  const context = createContext(config, world);
  const session = openSession(context, { viewFor: "call", fresh: false });
  const library = async () => {
    refuseClosed(closed.signal);
    return session.library();
  };
  return {
    async search(request) {
      refuseClosed(closed.signal);
      return searchPage(session.search, request);
    },
    async *index(request) {
      refuseClosed(closed.signal);
      yield* index(context, request);
    },
    async list(request = {}) {
      const { catalog } = await library();
      const records = await session.records();
      const assets = await listAssets(catalog, cwd, request, records);
      const factsOf = await readFacts(records);
      const parts = await readParts(assets, catalog, factsOf);
      return assets.map((asset) => ({
        path: asset.id,
        file: displayPath(asset.id, cwd),
        ...assetFacts(asset),
        ...mediaRecord(factsOf(asset.fingerprint)),
        part: parts.get(asset.id) ?? null,
      }));
    },
    async transcript(request) {
      const { asset, file, segments } = await readTranscript(await library(), cwd, request);
      const { id: path, origin, engine, language, durationMs } = asset;
      return { path, file, origin, engine, language, durationMs, lines: segments.map(toLine) };
    },
    async jobs() {
      refuseClosed(closed.signal);
      const jobs = await session.jobs();
      return jobs.map(({ id, state, code, reason, hint, attempts, engine, updatedAtMs }) => ({
        path: id,
        file: displayPath(id, cwd),
        state,
        code,
        reason,
        hint,
        attempts,
        engine,
        updatedAtMs,
      }));
    },
    async status() {
      refuseClosed(closed.signal);
      const { counts, model, queued, jobs } = await readStatus(context);
      const { assets: files, segments, vectors, durationMs, sizeBytes } = counts;
      return { files, segments, vectors, durationMs, sizeBytes, model, queued, jobs };
    },
    async close() {
      closed.abort(closedError());
      await session.close();
    },
  };
}

const closedError = (): MediasearchError =>
  new MediasearchError("INTERRUPTED", "the library was closed");

function refuseClosed({ aborted }: AbortSignal): void {
  if (aborted) throw closedError();
}

async function searchPage(
  search: ReturnType<typeof openSession>["search"],
  request: SearchRequest,
): Promise<SearchPage> {
  if (request.query.trim() === "")
    throw new MediasearchError("USAGE", "query: nothing to search for", { subject: "query" });
  for (const name of ["limit", "offset", "context"] as const) refuseFraction(name, request[name]);
  const { page, mark } = await search(request);
  const { results, momentTotal, ...rest } = page;
  return {
    ...rest,
    moments: momentTotal,
    hits: results.map(({ folded, ...hit }) => ({
      ...hit,
      spans: mark(hit.text),
      moment: { hits: folded },
    })),
  };
}

function refuseFraction(name: string, value: number | undefined): void {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < 0))
    throw new MediasearchError("USAGE", `${name}: must be a whole number from 0, not ${value}`, {
      subject: name,
    });
}

async function* index(
  context: Context,
  { paths = [], include = [], exclude = [], dryRun = false, watch = false }: IndexRequest,
): AsyncGenerator<IndexEvent> {
  const { indexPaths } = await import("./app/indexing/index-paths.ts");
  const locations = paths.map((path) => context.toLocation(path));
  for await (const event of indexPaths(context, { locations, include, exclude, dryRun, watch })) {
    const told = toPublicEvent(event);
    if (told) yield told;
  }
}

/** What the API promises of an event; undefined for what is told only on the command line. */
function toPublicEvent(event: RunEvent): IndexEvent | undefined {
  switch (event.type) {
    case "found":
    case "unchanged":
    case "would-index":
    case "deleted":
      return { type: event.type, path: event.path };
    case "progress":
    case "skipped":
    case "downloading":
      return event;
    case "indexed":
      return { type: "indexed", path: event.path, segments: event.segmentCount };
    case "reused":
      return { type: "reused", path: event.path, from: event.from };
    case "quarantined":
      return { type: "quarantined", path: event.path, reason: event.job.reason };
    case "failed":
      return { type: "failed", path: event.path, error: event.error };
    case "retrying":
      return {
        type: "retrying",
        path: event.path,
        error: event.error,
        delayMs: event.delayMs,
      };
    case "summary": {
      const { found, indexed, unchanged, skipped, reused, deleted, failed, segments } =
        event.counts;
      const counts = { found, indexed, unchanged, skipped, reused, deleted, failed, segments };
      return { type: "summary", counts, wallMs: event.wallMs };
    }
    default:
      return undefined;
  }
}
