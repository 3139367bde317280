import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, found, mediasearch, tempFolder } from "../helpers/run.ts";
import { spawnEmulator, type Spawned } from "../../emulator/spawn.ts";
import { startServer, type TestServer } from "../helpers/server.ts";

let emulator: Spawned;
let riva: TestServer;
beforeAll(async () => {
  [emulator, riva] = await Promise.all([spawnEmulator(), startServer("riva-server.ts")]);
});
afterAll(() => Promise.all([emulator.stop(), riva.stop()]));

/** The lines of the predecessor's own guides, as printed there. */
const LOCAL = {
  BACKEND: "local",
  ASR_ENGINE: "STUB",
  EMBEDDING_MODEL: "stub",
  JOB_CONCURRENCY: "4",
};

function folderWithSpeech(): { home: string; media: string } {
  const home = tempFolder();
  const media = join(home, "media");
  mkdirSync(media);
  for (const name of ["budget.wav", "news.mp3"]) cpSync(join(FIXTURES, name), join(media, name));
  return { home, media };
}

describe("the predecessor's settings", () => {
  it("index and search on this machine, with rows that say that they are made up", async () => {
    const { home, media } = folderWithSpeech();
    const index = await mediasearch(["index", media], { home, env: LOCAL });
    expect(index.exitCode, index.stderr).toBe(0);
    const ask = ["search", "placeholder speech", "--json"];
    const { hits } = found(await mediasearch(ask, { home, env: LOCAL }));
    expect(hits[0]?.text).toMatch(/^\[STUB\]/);
    const status = await mediasearch(["status", "--json"], { home, env: LOCAL });
    expect(JSON.parse(status.stdout)).toMatchObject({ model: "stub@00000001+passages" });
    // Made-up vectors and those of a model are never mixed.
    const real = { ...LOCAL, EMBEDDING_MODEL: "sentence-transformers/all-MiniLM-L6-v2" };
    expect((await mediasearch(["index", media], { home, env: real })).exitCode).toBe(13);
  });

  it("reach the cluster and the recogniser that they name", async () => {
    const { home, media } = folderWithSpeech();
    const env = {
      BACKEND: "vast",
      ASR_ENGINE: "NVIDIA_NIMS",
      EMBEDDING_MODEL: "sentence-transformers/all-MiniLM-L6-v2",
      JOB_CONCURRENCY: "8",
      VAST_ENDPOINT: emulator.url,
      VAST_DATABASE_BUCKET: emulator.bucket,
      VAST_ACCESS_KEY_ID: emulator.accessKey,
      VAST_SECRET_ACCESS_KEY: emulator.secretKey,
      NVIDIA_NIMS_ENDPOINT: riva.url,
      REPLICA_FOLDER: join(home, "replica"),
    };
    const index = await mediasearch(["index", media], { home, env });
    expect(index.exitCode, index.stderr).toBe(0);
    expect(index.stderr).toMatch(/2 recognised/);
    const ask = ["search", "budget", "--mode", "keyword", "--json"];
    expect(found(await mediasearch(ask, { home, env })).hits[0]?.file).toContain("budget.wav");
  });
});
