import { statSync } from "node:fs";
import type { Context } from "../../app/context.ts";
import { type AccessFilter, parseAccessFilter } from "../../app/access/access-filter.ts";
import { restrictLibrary } from "../../app/access/restricted-library.ts";
import { openView, withoutRepeats } from "../../app/search/read-view.ts";
import type { AssetId } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import type { Embedder } from "../../embed/embedder.ts";
import { embedderOf, type EmbeddingModel } from "../../embedding-model.ts";
import { parseFingerprint } from "../../fingerprint.ts";
import type { OpenEmbedder } from "../../search/hybrid.ts";
import type { QueryText } from "../meaning/protocol.ts";
import { createFileIndex, type FileIndex, noFileError, type Reader, type Sight } from "./reader.ts";

export type QueryVector = (query: Omit<QueryText, "type">) => Promise<Float32Array>;

export interface Readers {
  /** Opens the library before the first read; a library that is not there yet is no error. */
  warm(): Promise<void>;
  use<T>(sight: Sight, act: (reader: Reader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A library as it is open, with what was made for its callers. */
interface Opened {
  readonly backend: Backend;
  /** Names the file that is open: another one may take its place. */
  readonly fileKey: string;
  readonly index: FileIndex;
  readonly restricted: Map<string, Restricted>;
}

interface Restricted {
  /** What it was made of: a copy of a cluster's library is another one after each sync. */
  readonly whole: ReadableLibrary;
  readonly part: ReadableLibrary;
}

const MAX_RESTRICTED = 200;
/** How often it is looked whether the library is still the same file. */
const LOOK_MS = 1000;

/** Readers of the library that the settings name, for callers who may see different parts of it. */
export function createReaders(
  context: Pick<Context, "openBackend" | "forLibrary" | "config" | "tell">,
  queryVector: QueryVector,
): Readers {
  const tellNew = withoutRepeats(context.tell);
  let opened: Opened | undefined;
  let opening: Promise<Opened> | undefined;
  let lookedAtMs = 0;
  const openEmbedder = createOpenEmbedder(context, queryVector);

  async function current(): Promise<Opened> {
    if (opened && Date.now() - lookedAtMs < LOOK_MS) return opened;
    // The first read may come while the thread still warms up: both wait for the same library.
    return (opening ??= openAnew().finally(() => {
      opening = undefined;
    }));
  }

  async function openAnew(): Promise<Opened> {
    lookedAtMs = Date.now();
    const fileKey = libraryFileKey(context);
    if (opened && opened.fileKey === fileKey) return opened;
    await opened?.backend.close();
    opened = undefined;
    const backend = await context.openBackend(false);
    const { catalog } = backend.library;
    opened = {
      backend,
      fileKey,
      index: createFileIndex(() => catalog.list()),
      restricted: new Map(),
    };
    return opened;
  }

  return {
    async warm() {
      await current().catch(() => {});
    },
    async use(sight, act) {
      const library = await current();
      const view = await openView(library.backend, { fresh: false }, tellNew);
      try {
        return await act(await readerOf(library, view, sight, openEmbedder));
      } finally {
        await view.close?.();
      }
    },
    async close() {
      await opening?.catch(() => {});
      await opened?.backend.close();
    },
  };
}

async function readerOf(
  { backend, index, restricted }: Opened,
  view: { readonly library: ReadableLibrary; readonly asOfMs?: number },
  { filters, seesPaths, tenant }: Sight,
  openEmbedder: OpenEmbedder,
): Promise<Reader> {
  const filter = filters.length === 0 ? undefined : await filterOf(filters);
  const library = filter
    ? restrictedFor(restricted, filters, view.library, filter)
    : withoutDeleted(view.library);
  return {
    library,
    jobs: backend.jobs,
    records: backend.records,
    seesPaths,
    tenant,
    seesMedia: filter?.isBySegment !== true,
    asOfMs: view.asOfMs,
    async sharedElsewhere(assets) {
      const shared = new Set<AssetId>();
      if (!filter) return shared;
      for (const { location, fingerprint } of assets)
        if (await hasHiddenCopy(view.library, library, fingerprint)) shared.add(location);
      return shared;
    },
    listArchived: () => backend.library.archive.list(),
    openEmbedder,
    async find(fileId) {
      const location = await index.locate(fileId);
      const asset = location === undefined ? undefined : await library.catalog.get(location);
      if (!asset) throw noFileError(fileId);
      return asset;
    },
  };
}

async function hasHiddenCopy(
  whole: ReadableLibrary,
  part: ReadableLibrary,
  fingerprint: string | null,
): Promise<boolean> {
  const { version, content } = parseFingerprint(fingerprint ?? "");
  if (content === "") return false;
  const prefix = `${version}|${content}|`;
  const [all, visible] = await Promise.all([
    whole.versions.findByPrefix(prefix),
    part.versions.findByPrefix(prefix),
  ]);
  return all.filter(({ state }) => state !== "deleted").length > visible.length;
}

const parsed = new Map<string, Promise<AccessFilter>>();

/** Filters are parsed once a minute: dates such as `7d` move. */
function filterOf(filters: readonly string[]): Promise<AccessFilter> {
  const key = JSON.stringify([filters, Math.floor(Date.now() / 60_000)]);
  const known = parsed.get(key);
  if (known) return known;
  if (parsed.size > MAX_RESTRICTED) parsed.clear();
  const filter = parseAccessFilter(filters);
  parsed.set(key, filter);
  filter.catch(() => parsed.delete(key));
  return filter;
}

function restrictedFor(
  restricted: Map<string, Restricted>,
  filters: readonly string[],
  whole: ReadableLibrary,
  filter: AccessFilter,
): ReadableLibrary {
  const key = JSON.stringify([filters, Math.floor(Date.now() / 60_000)]);
  const known = restricted.get(key);
  if (known?.whole === whole) return known.part;
  if (restricted.size > MAX_RESTRICTED) restricted.clear();
  const part = restrictLibrary(whole, filter);
  restricted.set(key, { whole, part });
  return part;
}

/** Deleted files are kept for a while and answer nothing. */
function withoutDeleted(library: ReadableLibrary): ReadableLibrary {
  const { catalog } = library;
  return {
    ...library,
    catalog: {
      ...catalog,
      async get(id) {
        const asset = await catalog.get(id);
        return asset?.state === "deleted" ? undefined : asset;
      },
      async *list() {
        for await (const asset of catalog.list()) if (asset.state !== "deleted") yield asset;
      },
    },
  };
}

function libraryFileKey({ config }: Pick<Context, "config">): string {
  const { backend, store } = config.settings;
  if (backend !== "local") return backend;
  const stat = statSync(store, { throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}` : "absent";
}

/** The model is somewhere else; here is only its name. */
function createOpenEmbedder(
  context: Pick<Context, "forLibrary">,
  queryVector: QueryVector,
): OpenEmbedder {
  const identities = new Map<string, Promise<Embedder>>();
  return (stored) => {
    const key = embedderOf(stored);
    const identity = identities.get(key) ?? identify(context, stored, queryVector);
    identities.set(key, identity);
    identity.catch(() => identities.delete(key));
    return identity;
  };
}

async function identify(
  context: Pick<Context, "forLibrary">,
  stored: EmbeddingModel,
  queryVector: QueryVector,
): Promise<Embedder> {
  const { config } = await context.forLibrary(stored);
  const { embedderSettings, identifyEmbedder } = await import("../../embed/registry.ts");
  const { embedder: id, dimensions } = await identifyEmbedder(embedderSettings(config.settings));
  return {
    id,
    dimensions,
    embed: (texts) => Promise.all(texts.map((text) => queryVector({ text, stored }))),
    close: async () => {},
  };
}
