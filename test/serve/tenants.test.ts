import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, mediasearch } from "../helpers/run.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";

/**
 * What only the other tenant has: words, names, ids. None of it may reach the first tenant, by
 * whatever route. The words resemble words of the first tenant, so that suggestions would tell.
 */
const WORD = "kingfisher";
const SPEAKER = "Bartholomew Crabtree";
const FILE = "zz-merger-plans";
const COLLECTION = "Project Nightjar";
const TAG = "nightjar-tag";

const home = mkdtempSync(join(tmpdir(), "mediasearch-tenants-"));
const [mine, theirs] = [join(home, "media/mine"), join(home, "media/theirs")];
let server: ServedLibrary;
let tenant: string;
let theirFile: string;
let theirCollection: string;
let theirSearch: string;
let theirJob: string;

type Json = Readonly<Record<string, unknown>>;
const json = async (path: string, init?: Parameters<ServedLibrary["call"]>[1]): Promise<Json> =>
  (await (await server.call(path, init)).json()) as Json;
const post = (path: string, body: unknown, more: Json = {}) =>
  json(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...more,
  });
const newKey = async (...flags: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await mediasearch(["keys", "create", "--json", ...flags], { home });
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly key: string }).key;
};

beforeAll(async () => {
  mkdirSync(mine, { recursive: true });
  mkdirSync(theirs, { recursive: true });
  writeFileSync(
    join(mine, "open.vtt"),
    "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The harbour budget is quite plain.\n\n00:05.000 --> 00:09.000\n<v Ada>Nothing else was said about the merger.\n",
  );
  copyFileSync(join(FIXTURES, "lecture.mp3"), join(theirs, `${FILE}.mp3`));
  writeFileSync(
    join(theirs, `${FILE}.vtt`),
    `WEBVTT\n\n00:00.000 --> 00:04.000\n<v ${SPEAKER}>The merger budget went ${WORD} wrong.\n`,
  );
  writeFileSync(join(theirs, `${FILE}-broken.mp4`), "this is no film");
  await mediasearch(["index", join(home, "media")], { home });
  server = await startServe({
    home,
    key: await newKey("--scopes", "all"),
    env: { SERVE_INDEX_ROOTS: join(home, "media"), SERVE_UPLOADS: join(home, "media/uploads") },
  });
  const scopes = "search,read,media,edit,jobs,index,keys,audit,metrics,webhooks";
  tenant = await newKey("--scopes", scopes, "--filter", `file:"${mine}/**"`);
  const { files } = (await json(`/v1/files?file=${FILE}.mp3`)) as {
    readonly files: readonly Json[];
  };
  theirFile = String(files[0]?.["id"]);
  theirCollection = String(
    (await post("/v1/collections", { name: COLLECTION, fileIds: [theirFile] }))["id"],
  );
  await json(`/v1/files/${theirFile}/tags`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ tags: [TAG] }),
  });
  theirSearch = String(
    (await post("/v1/saved-searches", { name: COLLECTION, request: { q: WORD } }))["id"],
  );
  theirJob = String(
    (
      await post("/v1/clips", {
        pieces: [{ fileId: theirFile, startMs: 0, endMs: 1000 }],
        format: "mp3",
      })
    )["id"],
  );
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

/** Every operation of the description, as [method, path, operation]. */
async function operations(): Promise<readonly (readonly [string, string, Operation])[]> {
  const { paths } = (await json("/openapi.json")) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [method, path, operation] as const),
  );
}

/** Ways to ask for what the other one has, by the names of parameters. */
const probes = (): Readonly<Record<string, readonly string[]>> => ({
  q: [
    WORD,
    "merger budget",
    `speaker:${SPEAKER.split(" ")[0]}`,
    `file:${FILE}*`,
    "kingfishar",
    "Barth",
  ],
  file: [`${FILE}*`, theirFile],
  fileId: [theirFile],
  speaker: [SPEAKER],
  collection: [theirCollection],
  tag: [TAG],
});
const idsOf = (): readonly string[] => [theirFile, theirCollection, theirSearch, theirJob];

/** Bodies that name what the other one has, by operation. */
const bodies = (): Readonly<Record<string, unknown>> => ({
  searchByBody: { q: WORD, explain: true, context: 5 },
  makeClip: { pieces: [{ fileId: theirFile, startMs: 0, endMs: 1000 }], format: "mp3" },
  retryFiles: { fileIds: [theirFile] },
  skipFiles: { fileIds: [theirFile] },
  renameSpeakers: { from: [SPEAKER], to: "Nobody" },
  createCollection: { name: "probe", fileIds: [theirFile] },
  changeCollection: { name: "probe" },
  setTags: { tags: ["probe"] },
  correctTranscript: { changes: [{ index: 0, text: "probe" }] },
  saveSearch: { name: "probe", request: { q: WORD } },
  index: { paths: [theirs] },
  deriveKey: { filter: "NOT file:x", expiresAt: "1h" },
});

interface Probe {
  readonly operation: string;
  readonly path: string;
  readonly init: { readonly method: string; readonly body?: string };
}

/** Requests that would show something of the other tenant, for one operation. */
function probesOf([method, path, { operationId, parameters }]: readonly [
  string,
  string,
  Operation,
]): Probe[] {
  const inQuery = parameters.filter(({ in: where }) => where === "query").map(({ name }) => name);
  const asked = probes();
  const queries = inQuery.flatMap((name) =>
    (asked[name] ?? []).map((value) => {
      const search = new URLSearchParams({ [name]: value });
      if (inQuery.includes("q") && name !== "q") search.set("q", "merger");
      if (inQuery.includes("context")) search.set("context", "5");
      if (inQuery.includes("explain")) search.set("explain", "true");
      return `?${search}`;
    }),
  );
  const paths = path.includes("{") ? idsOf().map((id) => path.replaceAll(/\{\w+\}/g, id)) : [path];
  const body = bodies()[operationId];
  return paths.flatMap((at) =>
    ["", ...queries].map((query) => ({
      operation: operationId,
      path: at + query,
      init: {
        method: method.toUpperCase(),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    })),
  );
}

/** What comes of a stream without an end within a time. */
async function readFor(response: Response, ms: number): Promise<string> {
  const timer = AbortSignal.timeout(ms);
  let text = "";
  await response.body
    ?.pipeThrough(new TextDecoderStream())
    .pipeTo(
      new WritableStream({
        write(part) {
          text += part;
        },
      }),
      { signal: timer },
    )
    .catch(() => {});
  return text;
}

async function answerOf(
  { path, init }: Probe,
  key: string,
): Promise<{ status: number; text: string }> {
  const response = await server.call(path, {
    ...init,
    key,
    headers: { "Content-Type": "application/json", "If-Match": '"x"', "Last-Event-ID": "1" },
  });
  let text = JSON.stringify([...response.headers]);
  if (response.headers.get("content-type") === "text/event-stream") {
    text += await readFor(response, 1500);
  } else text += await response.text();
  return { status: response.status, text };
}

/** What of the other tenant is in an answer, apart from what the request itself said. */
function leaksIn(text: string, { path, init }: Probe): string[] {
  const said = `${decodeURIComponent(path.replaceAll("+", " "))} ${init.body ?? ""}`;
  const secrets = [
    WORD,
    SPEAKER,
    FILE,
    COLLECTION,
    TAG,
    theirFile,
    theirCollection,
    theirSearch,
    theirJob,
    theirs,
  ];
  return secrets.filter((secret) => text.includes(secret) && !said.includes(secret));
}

/** Changes what is there; sent by nobody but the tenant, who may not change it. */
const isSafe = ({ init, operation }: Probe): boolean =>
  init.method === "GET" || operation === "searchByBody";

describe("a tenant's key", () => {
  it("shows nothing of another's files on any route of the description", async () => {
    const all = (await operations()).flatMap(probesOf);
    const [leaks, found, shown]: [string[], string[], Set<string>] = [[], [], new Set()];
    for (const probe of all) {
      const { status, text } = await answerOf(probe, tenant);
      for (const secret of leaksIn(text, probe))
        leaks.push(`${probe.init.method} ${probe.path}: ${secret}`);
      // What names an id of the other one is not found, or forbidden, never done.
      const namesOther = idsOf().some((id) => probe.path.includes(`/${id}`));
      const isDone = status < 300;
      if (namesOther && isDone) found.push(`${probe.init.method} ${probe.path}: ${status}`);
      if (!isSafe(probe)) continue;
      const own = leaksIn((await answerOf(probe, (await adminKey()) ?? "")).text, probe);
      if (own.length > 0) shown.add(probe.operation);
    }
    expect(leaks).toEqual([]);
    expect(found).toEqual([]);
    // The same requests do show it to somebody who may see it, or the test could not fail.
    expect([...shown].toSorted()).toEqual(
      expect.arrayContaining([
        "search",
        "searchByBody",
        "suggest",
        "facets",
        "listFiles",
        "readFile",
        "readTranscript",
        "readCaptions",
        "listSpeakers",
        "listCollections",
        "listSavedSearches",
        "listJobs",
      ]),
    );
    expect(all.length).toBeGreaterThan(100);
    process.stdout.write(
      `tenant test: ${new Set(all.map(({ operation }) => operation)).size} operations, ${all.length} requests\n`,
    );
  });

  it("left everything of the other as it was", async () => {
    const file = await json(`/v1/files/${theirFile}`);
    expect(file).toMatchObject({
      tags: [TAG],
      collections: [theirCollection],
      speakers: [SPEAKER],
    });
    const page = await json(`/v1/search?q=${WORD}&mode=keyword`);
    expect(page).toMatchObject({ total: 1 });
  });

  it("gets counts and scores as if nothing else were there", async () => {
    const page = await json("/v1/search?q=merger&mode=keyword", { key: tenant });
    expect(page).toMatchObject({ total: 1 });
    const status = await json("/v1/status", { key: tenant });
    expect(status).toMatchObject({ files: { indexed: 1, failed: 0 }, segments: 2, jobs: {} });
    // A misspelling of a word of the other one gets no suggestion, and neither does one of its own.
    expect(await json("/v1/search?q=kingfishar", { key: tenant })).toMatchObject({
      didYouMean: null,
    });
    expect(await json("/v1/search?q=kingfishar")).toMatchObject({ didYouMean: WORD });
    const [hit] = page["hits"] as readonly Json[];
    const before = hit?.["score"];
    // Scores don't change when the other one's files do.
    await mediasearch(["speakers", "rename", SPEAKER, "Merger Merger"], { home });
    const again = await json("/v1/search?q=merger&mode=keyword", { key: tenant });
    expect((again["hits"] as readonly Json[])[0]?.["score"]).toBe(before);
    await mediasearch(["speakers", "rename", "Merger Merger", SPEAKER], { home });
  });

  it("can't be widened by a key derived from it", async () => {
    const derive = async (filter: string, key: string) =>
      post(
        "/v1/keys/derived",
        { filter, expiresAt: "1h", scopes: ["search", "read"] },
        {
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
        },
      );
    const wide = String((await derive("NOT file:nothing", tenant))["key"]);
    expect(await json(`/v1/search?q=${WORD}&mode=keyword`, { key: wide })).toMatchObject({
      total: 0,
    });
    expect(await json("/v1/search?q=harbour&mode=keyword", { key: wide })).toMatchObject({
      total: 1,
    });
    const narrow = String((await derive("file:nothing.vtt", tenant))["key"]);
    expect(await json("/v1/files", { key: narrow })).toMatchObject({ total: 0 });
    const forged = `${wide.slice(0, -2)}xx`;
    expect((await server.call("/v1/files", { key: forged })).status).toBe(401);
    expect(await derive("words", tenant)).toMatchObject({ code: "USAGE" });
    expect((await server.call("/v1/keys", { key: wide })).status).toBe(403);
  });

  it("with a filter on a speaker sees that speaker's words and no recording", async () => {
    const key = await newKey(
      "--scopes",
      "search,read,media,edit",
      "--filter",
      "speaker:Ada NOT file:x",
    );
    const files = await json("/v1/files", { key });
    expect(files).toMatchObject({ total: 1, files: [{ file: "open.vtt", speakers: ["Ada"] }] });
    expect(await json(`/v1/search?q=${WORD}&mode=keyword`, { key })).toMatchObject({ total: 0 });
    const id = String((files["files"] as readonly Json[])[0]?.["id"]);
    expect((await server.call(`/v1/files/${id}/transcript`, { key })).status).toBe(200);
    expect((await server.call(`/v1/files/${id}/media`, { key })).status).toBe(403);
  });

  it("with a filter on times sees what is said then and no recording", async () => {
    const filter = `file:"${mine}/**" near:0:05..0:06`;
    const key = await newKey("--scopes", "search,read,media", "--filter", filter);
    expect(await json("/v1/search?q=merger&mode=keyword", { key })).toMatchObject({ total: 1 });
    expect(await json("/v1/search?q=harbour&mode=keyword", { key })).toMatchObject({ total: 0 });
    const { files } = (await json("/v1/files", { key })) as { readonly files: readonly Json[] };
    expect(files).toMatchObject([{ file: "open.vtt", segments: 1 }]);
    const id = String(files[0]?.["id"]);
    const transcript = await json(`/v1/files/${id}/transcript`, { key });
    expect(transcript["segments"]).toMatchObject([
      { startMs: 5000, text: "Nothing else was said about the merger." },
    ]);
    expect((await server.call(`/v1/files/${id}/media`, { key })).status).toBe(403);
  });
});

let admin: Promise<string> | undefined;
const adminKey = (): Promise<string> => (admin ??= newKey("--scopes", "all"));
