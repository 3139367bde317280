import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientTable, clientTypes } from "../scripts/client-text.ts";
import { type ApiError, createClient } from "../src/client/client.ts";
import { ROUTES } from "../src/server/routes.ts";
import { readShapes } from "../src/server/schemas.ts";
import { FIXTURES, mediasearch, ROOT } from "./helpers/run.ts";
import { type ServedLibrary, startServe } from "./helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-client-"));
const media = join(home, "media");
let server: ServedLibrary;
let key: string;

beforeAll(async () => {
  mkdirSync(media);
  copyFileSync(join(FIXTURES, "minutes.vtt"), join(media, "minutes.vtt"));
  await mediasearch(["index", media], { home });
  const { stdout } = await mediasearch(["keys", "create", "--scopes", "all", "--json"], { home });
  ({ key } = JSON.parse(stdout) as { readonly key: string });
  server = await startServe({ home, key });
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

describe("mediasearch/client", () => {
  it("has a method and types for every operation, as they are now", () => {
    const squeeze = (text: string): string => text.replaceAll(/[\s,;"|()]+/g, "");
    const read = (name: string): string => readFileSync(join(ROOT, "src/client", name), "utf8");
    expect(squeeze(read("types.ts"))).toBe(squeeze(clientTypes(ROUTES, readShapes())));
    expect(squeeze(read("operations.ts"))).toBe(squeeze(clientTable(ROUTES)));
  });

  it("searches, reads and changes", async () => {
    const client = createClient({ url: server.url, key });
    const { hits, total } = await client.search({ q: "membership", mode: "keyword" });
    expect(total).toBeGreaterThan(0);
    const id = hits[0]?.fileId ?? "";
    const transcript = await client.readTranscript({ id, limit: 1 });
    expect("segments" in transcript && transcript.segments).toHaveLength(1);
    const captions = await client.open("readCaptions", { id });
    expect(await captions.text()).toMatch(/^WEBVTT/);
    const made = await client.createCollection({ body: { name: "from the client" } });
    expect(await client.listCollections({})).toMatchObject({ collections: [{ id: made.id }] });
    expect(await client.deleteCollection({ id: made.id })).toBeUndefined();
  });

  it("rejects with what the server says", async () => {
    const stranger = createClient({ url: server.url, key: "ms_x_y" });
    const error = (await stranger.readStatus({}).catch((thrown: unknown) => thrown)) as ApiError;
    expect(error.name).toBe("ApiError");
    expect(error.problem).toMatchObject({ status: 401, code: "CREDENTIALS" });
    const client = createClient({ url: server.url, key });
    await expect(client.readFile({ id: "../status" })).rejects.toMatchObject({
      problem: { status: 404 },
    });
  });

  it("is a part of the package that works with import and require", () => {
    const url = pathToFileURL(join(ROOT, "dist/client/client.mjs")).href;
    for (const [args, expected] of [
      [
        [
          "--input-type=module",
          "-e",
          `import { createClient } from ${JSON.stringify(url)}; console.log(typeof createClient({ url: "" }).search)`,
        ],
        "function",
      ],
      [
        [
          "-e",
          `console.log(typeof require(${JSON.stringify(join(ROOT, "dist/client/client.js"))}).createClient)`,
        ],
        "function",
      ],
    ] as const) {
      const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      expect([stdout.trim(), stderr]).toEqual([expected, ""]);
    }
    expect(readFileSync(join(ROOT, "dist/client/client.d.ts"), "utf8")).toContain("createClient");
  });
});
