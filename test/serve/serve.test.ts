import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, mediasearch } from "../helpers/run.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-serve-"));
const media = join(home, "media");
let server: ServedLibrary;

type Json = Readonly<Record<string, unknown>>;
const newKey = async (...flags: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await mediasearch(["keys", "create", "--json", ...flags], { home });
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly key: string }).key;
};
const json = async (path: string, init?: Parameters<ServedLibrary["call"]>[1]): Promise<Json> =>
  (await (await server.call(path, init)).json()) as Json;
const fileId = async (name: string): Promise<string> => {
  const { files } = (await json(`/v1/files?file=${name}`)) as { readonly files: readonly Json[] };
  return String(files[0]?.["id"]);
};

beforeAll(async () => {
  mkdirSync(media);
  for (const name of ["lecture.mp3", "lecture.vtt", "museum.avi"])
    copyFileSync(join(FIXTURES, name), join(media, name));
  writeFileSync(
    join(media, "talk.vtt"),
    "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge budget was closed in the spring.\n\n00:05.000 --> 00:09.000\n<v Ben>Nobody knows who pays for the harbour.\n",
  );
  writeFileSync(
    join(media, "song.lrc"),
    "[00:01.00]<00:01.00>Over <00:01.50>the <00:01.80>harbour\n[00:04.00]Nothing else\n",
  );
  await mediasearch(["index", media], { home });
  server = await startServe({ home, key: await newKey("--scopes", "all") });
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The schema of an answer, as the server describes it. */
async function shapeErrors(shape: string, value: unknown): Promise<string> {
  const { components } = (await json("/openapi.json")) as {
    readonly components: { readonly schemas: Json };
  };
  const ajv = new Ajv2020({ strict: false, allowUnionTypes: true });
  ajv.addSchema({ $id: "urn:mediasearch:api", components });
  const validate = ajv.compile({ $ref: `urn:mediasearch:api#/components/schemas/${shape}` });
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

describe("mediasearch serve", () => {
  it("answers searches by key, as its description says", async () => {
    const page = await json("/v1/search?q=budget&explain=true&context=1&groupBy=file");
    expect(await shapeErrors("SearchPage", page)).toBe("");
    const [hit] = page["hits"] as readonly Json[];
    expect(hit).toMatchObject({ file: "talk.vtt", speaker: "Ada", highlights: [[11, 17]] });
    const posted = await json("/v1/search", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ q: "budget", mode: "keyword" }),
    });
    expect(posted).toMatchObject({ total: 1, totalIs: "all", mode: "keyword" });
    for (const [path, shape] of [
      ["/v1/files", "FileList"],
      [`/v1/files/${await fileId("talk.vtt")}`, "File"],
      [`/v1/files/${await fileId("talk.vtt")}/transcript`, "Transcript"],
      [`/v1/files/${await fileId("lecture.mp3")}/waveform?points=100`, "Waveform"],
      ["/v1/facets", "Facets"],
      ["/v1/suggest?q=ad", "Suggestions"],
      ["/v1/status", "Status"],
      ["/v1/keys", "KeyList"],
      ["/v1/session", "Session"],
      ["/health/ready", "Health"],
    ] as const)
      expect([path, await shapeErrors(shape, await json(path))]).toEqual([path, ""]);
  });

  it("leaves out hits below a least score, and those alone", async () => {
    const query = "/v1/search?q=pancake&mode=semantic&allHits=true";
    expect(await json(query)).toMatchObject({ total: 0 });
    const all = await json(`${query}&minScore=-1`);
    const hits = all["hits"] as readonly { readonly score: number }[];
    expect(all).toMatchObject({ total: hits.length, totalIs: "ranked" });
    expect(hits.length).toBeGreaterThan(2);
    const [, second = 0, third = 0] = hits.map(({ score }) => score);
    const page = await json(`${query}&minScore=${(second + third) / 2}&limit=1&offset=1`);
    expect(page).toMatchObject({ total: 2, offset: 1, hits: [{ score: second }] });
  });

  it("says why nothing was found", async () => {
    const page = await json("/v1/search?q=budget&after=2090-01-01");
    expect(await shapeErrors("SearchPage", page)).toBe("");
    expect(page).toMatchObject({
      total: 0,
      note: expect.stringMatching(/^the recordings of the library are /),
    });
    expect(await json("/v1/search?q=budget&mode=keyword")).toMatchObject({ total: 1, note: null });
  });

  it("does a request once under one key, and tells what is left of its share", async () => {
    const create = (name: string) =>
      server.call("/v1/collections", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": "first-try" },
        body: JSON.stringify({ name }),
      });
    const [first, again, other] = [await create("once"), await create("once"), await create("two")];
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(await again.json()).toEqual(await first.json());
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await json("/v1/collections")).toMatchObject({ collections: [{ name: "once" }] });
    expect(first.headers.get("ratelimit-policy")).toBe('"requests";q=1200;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/^"requests";r=\d+;t=\d+$/);
  });

  it("refuses what is wrong with a problem that names it", async () => {
    for (const [path, status, part] of [
      ["/v1/search", 400, { errors: [{ parameter: "q", detail: "is missing" }] }],
      ["/v1/search?q=a&limit=5000", 400, { errors: [{ parameter: "limit" }] }],
      ["/v1/search?q=a&page=2", 400, { errors: [{ parameter: "page" }] }],
      ["/v1/search?q=a&q=b", 400, { code: "USAGE" }],
      ["/v1/search?q=a%20AND", 400, { excerpt: { text: "a AND", at: 2 } }],
      ["/v1/files/nothing", 404, { code: "NOT_FOUND" }],
      ["/v1/nothing", 404, { code: "NOT_FOUND" }],
    ] as const) {
      const response = await server.call(path);
      const problem = (await response.json()) as Json;
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(problem).toMatchObject({ status, ...part });
      expect(await shapeErrors("Problem", problem)).toBe("");
    }
    const wrong = await server.call("/v1/files", { method: "POST" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  it("sends recordings in ranges, as players ask for them", async () => {
    const path = `/v1/files/${await fileId("lecture.mp3")}/media`;
    const whole = readFileSync(join(media, "lecture.mp3"));
    const all = await server.call(path);
    expect(Buffer.from(await all.arrayBuffer())).toEqual(whole);
    const etag = all.headers.get("etag") ?? "";
    const part = async (headers: Readonly<Record<string, string>>) => {
      const {
        status,
        headers: sent,
        arrayBuffer,
      } = await server.call(path, { headers }).then(async (response) => ({
        status: response.status,
        headers: response.headers,
        arrayBuffer: Buffer.from(await response.arrayBuffer()),
      }));
      return [status, sent.get("content-range"), arrayBuffer.length];
    };
    const size = whole.length;
    expect(await part({ Range: "bytes=0-9" })).toEqual([206, `bytes 0-9/${size}`, 10]);
    expect(await part({ Range: "bytes=-5" })).toEqual([
      206,
      `bytes ${size - 5}-${size - 1}/${size}`,
      5,
    ]);
    expect(await part({ Range: `bytes=${size}-` })).toEqual([416, `bytes */${size}`, 0]);
    expect(await part({ Range: "bytes=0-9", "If-Range": '"other"' })).toEqual([200, null, size]);
    expect(await part({ Range: "bytes=0-9", "If-Range": etag })).toEqual([
      206,
      `bytes 0-9/${size}`,
      10,
    ]);
    expect(await part({ "If-None-Match": etag })).toEqual([304, null, 0]);
    const head = await server.call(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(size)]);
  });

  it("makes pieces and pictures of what browsers can't play", async () => {
    const [film, sound] = [await fileId("museum.avi"), await fileId("lecture.mp3")];
    const piece = await server.call(`/v1/files/${film}/stream/0`);
    const bytes = Buffer.from(await piece.arrayBuffer());
    expect([piece.status, piece.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(bytes.toString("latin1", 4, 8)).toBe("ftyp");
    for (const box of ["avcC", "mp4a", "moof"]) expect(bytes.includes(box), box).toBe(true);
    const second = Buffer.from(
      await (await server.call(`/v1/files/${sound}/stream/1`)).arrayBuffer(),
    );
    expect([second.includes("mp4a"), second.includes("avcC")]).toEqual([true, false]);
    const picture = await server.call(`/v1/files/${film}/thumbnail?t=0:02`);
    const image = Buffer.from(await picture.arrayBuffer());
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    expect([image.subarray(0, 2).toString("hex"), image.subarray(-2).toString("hex")]).toEqual([
      "ffd8",
      "ffd9",
    ]);
    for (const [path, status] of [
      [`/v1/files/${film}/stream/7`, 404],
      [`/v1/files/${film}/stream/x`, 400],
      [`/v1/files/${film}/thumbnail?t=9:00`, 404],
      [`/v1/files/${sound}/thumbnail`, 422],
      [`/v1/files/${await fileId("talk.vtt")}/stream/0`, 422],
    ] as const)
      expect([path, (await server.call(path)).status]).toEqual([path, status]);
  });

  it("gives the times of words only when they are asked for", async () => {
    const path = `/v1/files/${await fileId("song.lrc")}/transcript`;
    const plain = (await json(path)) as { readonly segments: readonly Json[] };
    expect(plain.segments[0]).not.toHaveProperty("words");
    const response = await server.call(`${path}?words=true`);
    const timed = (await response.json()) as typeof plain;
    expect(await shapeErrors("Transcript", timed)).toBe("");
    expect(timed.segments[0]?.["words"]).toEqual([
      { text: "Over", startMs: 1000, endMs: 1500 },
      { text: "the", startMs: 1500, endMs: 1800 },
      { text: "harbour", startMs: 1800, endMs: expect.any(Number) },
    ]);
    expect(response.headers.get("etag")).toMatch(/-words"$/);
  });

  it("gives captions and texts with tags for caches", async () => {
    const id = await fileId("talk.vtt");
    const captions = await server.call(`/v1/files/${id}/captions.vtt`);
    expect(await captions.text()).toMatch(/^WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n<v Ada>/);
    const etag = captions.headers.get("etag") ?? "";
    const again = await server.call(`/v1/files/${id}/captions.vtt`, {
      headers: { "If-None-Match": etag },
    });
    expect(again.status).toBe(304);
    const part = await server.call(`/v1/files/${id}/transcript?format=srt&from=0:05`);
    expect(await part.text()).toBe(
      "1\n00:00:05,000 --> 00:00:09,000\n[Ben]: Nobody knows who pays for the harbour.\n",
    );
  });

  it("opens nothing without a key, for a scope that is missing, or by a revoked key", async () => {
    const none = await server.call("/v1/files", { key: null });
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="mediasearch"',
    ]);
    expect((await server.call("/v1/files", { key: "ms_000000000000_x" })).status).toBe(401);
    const searcher = await newKey("--scopes", "search");
    expect((await server.call("/v1/search?q=budget", { key: searcher })).status).toBe(200);
    expect((await server.call("/v1/files", { key: searcher })).status).toBe(403);
    const { stdout } = await mediasearch(["keys", "list", "--json"], { home });
    const id = searcher.split("_")[1] ?? "";
    expect(stdout).toContain(id);
    expect(stdout).not.toContain(searcher.split("_")[2]);
    await mediasearch(["keys", "revoke", id], { home });
    expect((await server.call("/v1/search?q=budget", { key: searcher })).status).toBe(401);
  });

  it("signs a browser in by a link that works once, and believes only its own pages", async () => {
    const first = await fetch(server.signInUrl, { redirect: "manual" });
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(first.headers.get("location")).toBe("/");
    expect(cookie).toMatch(
      /^__Host-mediasearch=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax/,
    );
    const again = await fetch(server.signInUrl, { redirect: "manual" });
    expect([again.headers.get("location"), again.headers.get("set-cookie")]).toEqual([
      "/signin?failed=link",
      null,
    ]);
    const headers = { Cookie: cookie.split(";")[0] ?? "" };
    const signedIn = await server.call("/v1/session", { key: null, headers });
    expect(await signedIn.json()).toMatchObject({ kind: "person" });
    const change = (origin: string | undefined) =>
      server.call("/v1/session", {
        method: "DELETE",
        key: null,
        headers: { ...headers, ...(origin === undefined ? {} : { Origin: origin }) },
      });
    expect((await change(undefined)).status).toBe(403);
    expect((await change("https://evil.example")).status).toBe(403);
    expect((await change(server.url)).status).toBe(204);
    expect((await server.call("/v1/session", { key: null, headers })).status).toBe(401);
  });

  it("answers the predecessor's routes, or says what replaced them", async () => {
    const gone: unknown[] = [];
    for (const [method, path, status, location] of [
      [
        "GET",
        "/search?q=budget&bucket=talks&limit=3",
        308,
        "/v1/search?q=budget+file%3A%22s3%3A%2F%2Ftalks%2F**%22&limit=3",
      ],
      ["GET", "/health", 200, null],
      ["GET", "/ready", 200, null],
      ["GET", "/stats", 308, "/v1/status"],
      ["GET", "/quarantined", 308, "/v1/jobs"],
      ["GET", "/dlq", 308, "/v1/jobs"],
      ["POST", "/pause", 410, null],
      ["POST", "/resume", 410, null],
    ] as const) {
      const response = await server.call(path, { method });
      expect([path, response.status, response.headers.get("location")]).toEqual([
        path,
        status,
        location,
      ]);
      if (status === 410) gone.push(await response.json());
    }
    expect(gone).toHaveLength(2);
    for (const answer of gone)
      expect(answer).toMatchObject({ hint: expect.stringContaining("jobs") });
  });

  it("does not answer to the name of another server", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get(`${server.url}/v1/status`, { headers: { Host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });
    expect(status).toBe(421);
  });

  it("listens for other machines only with TLS or behind a proxy", async () => {
    const { exitCode, stderr } = await mediasearch(["serve", "--listen", "0.0.0.0:0"], { home });
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/needs TLS[\s\S]*--tls-cert/)]);
  });

  it("ends when a part of it can't start", async () => {
    const port = new URL(server.url).port;
    const { exitCode, stderr } = await mediasearch(["serve", "--listen", "127.0.0.1:0"], {
      home,
      env: { SERVE_METRICS_LISTEN: `127.0.0.1:${port}` },
    });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("another program listens there"),
    ]);
  });

  it("stops when what is under way is answered", async () => {
    const other = await startServe({ home, key: "" });
    expect(await other.stop()).toBe(143);
  });
});
