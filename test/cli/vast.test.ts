import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnEmulator, type Spawned } from "../../emulator/spawn.ts";
import {
  FIXTURES,
  found,
  mediasearch,
  type Result,
  spawnMediasearch,
  tempFolder,
} from "../helpers/run.ts";

let emulator: Spawned;
beforeAll(async () => {
  emulator = await spawnEmulator();
});
afterAll(() => emulator.stop());

let schemas = 0;
const clusterOf = (
  { url, accessKey, secretKey, bucket }: Spawned,
  home: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  BACKEND: "vast",
  VAST_ENDPOINT: url,
  VAST_ACCESS_KEY_ID: accessKey,
  VAST_SECRET_ACCESS_KEY: secretKey,
  VAST_DATABASE_BUCKET: bucket,
  VAST_DATABASE_SCHEMA: `cli-${++schemas}`,
  REPLICA_FOLDER: join(home, "replica"),
  VAST_TIMEOUT_MS: "5000",
  ...more,
});

/** Captions with their media: nothing is recognised, so it is quick. */
function recordings(): string {
  const folder = tempFolder();
  for (const name of [
    "lecture.mp3",
    "lecture.vtt",
    "news.mp3",
    "news.en.srt",
    "minutes.vtt",
    "boiler.mp4",
  ])
    cpSync(join(FIXTURES, name), join(folder, name));
  return folder;
}

describe("BACKEND=vast", () => {
  it("finds the same as BACKEND=local, in every mode and with every filter, and shows the same transcripts", async () => {
    const [folder, home] = [recordings(), tempFolder()];
    const env = clusterOf(emulator, home);
    const both = async (...argv: string[]): Promise<readonly [Result, Result]> => [
      await mediasearch(argv, { home, env }),
      await mediasearch(argv, { home }),
    ];
    for (const { exitCode, stderr } of await both("index", folder, "--captions", "only")) {
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/indexed 4 \(4 from captions/);
    }
    for (const more of [
      ["--mode", "keyword"],
      ["--mode", "semantic"],
      ["--mode", "hybrid"],
      ["--speaker", "ada"],
      ["--file", "lecture*"],
      ["--limit", "1", "--offset", "1"],
    ]) {
      const [there, here] = await both("search", "the river and the boiler", "--json", ...more);
      expect(found(here).hits.length, here.stderr).toBeGreaterThan(0);
      expect(JSON.parse(there.stdout)).toEqual(JSON.parse(here.stdout));
      const argv = ["search", "the river and the boiler", "--json", ...more];
      const bySql = await mediasearch(argv, { home, env: { ...env, SEARCH_ON: "cluster" } });
      const texts = (result: Result) => found(result).hits.map(({ file, text }) => [file, text]);
      expect(texts(bySql), bySql.stderr).toEqual(texts(here));
    }
    for (const argv of [
      ["list", "--json"],
      ["transcript", join(folder, "lecture.mp3"), "--format", "vtt"],
    ]) {
      const [there, here] = await both(...argv);
      expect(there.exitCode).toBe(0);
      expect(there.stdout.replace(/"indexed":"[^"]*"/g, "")).toBe(
        here.stdout.replace(/"indexed":"[^"]*"/g, ""),
      );
    }
    const again = await mediasearch(["index", folder, "--captions", "only"], { home, env });
    expect(again.stderr).toMatch(/indexed 0 .*4 unchanged/);
  });

  it("away: searches, lists, transcripts and counts come from this machine's copy and say how old it is; --fresh and everything else say that it is away", async () => {
    const [folder, home] = [recordings(), tempFolder()];
    const own = await spawnEmulator();
    const env = clusterOf(own, home, { VAST_TIMEOUT_MS: "500" });
    await mediasearch(["index", folder, "--captions", "only"], { home, env });
    const before = await mediasearch(["search", "river", "--mode", "keyword", "--json"], {
      home,
      env,
    });
    const reads = [
      ["list", "--json"],
      ["transcript", "lecture", "--format", "srt"],
    ];
    const ask = (argv: readonly string[]) => mediasearch(argv, { home, env });
    const there = await Promise.all(reads.map(ask));
    const counted = JSON.parse((await ask(["status", "--json"])).stdout);
    await own.stop();
    const after = await mediasearch(["search", "river", "--mode", "keyword", "--json"], {
      home,
      env,
    });
    expect([after.exitCode, after.stdout]).toEqual([0, before.stdout]);
    expect(after.stderr).toMatch(/warning: the cluster is away .*as of \d+ s ago/);
    for (const argv of [
      ["search", "river", "--fresh"],
      ["index", folder],
      ["jobs"],
      ["speakers"],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home, env });
      expect([argv[0], exitCode]).toEqual([argv[0], 16]);
      expect(stderr).toMatch(/nothing listens there/);
    }
    for (const [i, argv] of reads.entries()) {
      const read = await ask(argv);
      expect([read.exitCode, read.stdout]).toEqual([0, there[i]?.stdout]);
      expect(read.stderr).toMatch(/warning: the cluster is away .*as of \d+ s ago/);
    }
    const status = await ask(["status", "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      copy: true,
      files: { indexed: counted.files.indexed },
      segments: counted.segments,
    });
    expect((await ask(["status"])).stdout).not.toContain("last run");
    const elsewhere = await mediasearch(["search", "river"], {
      home: tempFolder(),
      env: { ...env, REPLICA_FOLDER: tempFolder() },
    });
    expect(elsewhere.exitCode).toBe(16);
  });

  it("that goes away while it is indexed into ends the run with 16 and loses nothing; the same command goes on when it is back", async () => {
    const [folder, home, data] = [tempFolder(), tempFolder(), tempFolder()];
    const FILES = 14;
    for (let n = 0; n < FILES; n++)
      writeFileSync(
        join(folder, `${n}.vtt`),
        `WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nRecording ${n} tells of harbours.\n`,
      );
    const first = await spawnEmulator(["--data", data]);
    const env = clusterOf(first, home, { VAST_TIMEOUT_MS: "500" });
    const running = spawnMediasearch(["index", folder, "--json"], { home, env });
    while (((await first.status()).requests["commit"] ?? 0) < 30) await sleep(20);
    process.kill(first.pid, "SIGKILL");
    const cut = await running;
    expect([cut.exitCode, cut.stderr]).toEqual([16, expect.stringContaining("UNREACHABLE")]);
    const again = await spawnEmulator(["--data", data, "--port", new URL(first.url).port]);
    const done = await mediasearch(["index", folder], { home, env });
    expect(done.exitCode, done.stderr).toBe(0);
    const [, indexed, unchanged] = /indexed (\d+) .*, (\d+) unchanged/.exec(done.stderr) ?? [];
    expect(Number(indexed) + Number(unchanged)).toBe(FILES);
    expect(Number(unchanged)).toBeGreaterThan(0);
    const { files, segments, vectors } = JSON.parse(
      (await mediasearch(["status", "--json"], { home, env })).stdout,
    ) as { files: Record<string, number>; segments: number; vectors: number };
    expect([files["indexed"], segments, vectors]).toEqual([FILES, FILES, FILES]);
    await again.stop();
  });

  it("away, with FALLBACK=local: indexing goes on here without doing again what is known, and hands over when the cluster is back", async () => {
    const [folder, home, data] = [recordings(), tempFolder(), tempFolder()];
    const first = await spawnEmulator(["--data", data]);
    const env = clusterOf(first, home, { VAST_TIMEOUT_MS: "500", FALLBACK: "local" });
    const index = (): Promise<Result> =>
      mediasearch(["index", folder, "--captions", "only"], { home, env });
    await index();
    await mediasearch(["search", "river", "--mode", "keyword"], { home, env });
    await first.stop();
    cpSync(join(FIXTURES, "election.mkv"), join(folder, "election.mkv"));
    const away = await index();
    expect(away.exitCode, away.stderr).toBe(0);
    expect(away.stderr).toMatch(/warning: the cluster is away .*going on in .*outbox-/);
    expect(away.stderr).toMatch(/indexed 1 \(1 from captions, 0 recognised\), 4 unchanged/);
    expect((await index()).stderr).toMatch(/indexed 0 .*5 unchanged/);
    const again = await spawnEmulator(["--data", data, "--port", new URL(first.url).port]);
    const back = await index();
    expect(back.stderr).toMatch(/handed over to the cluster: 1 file/);
    expect(back.stderr).toMatch(/indexed 0 .*5 unchanged/);
    expect(readdirSync(home).filter((name) => name.startsWith("outbox"))).toEqual([]);
    expect(
      found(
        await mediasearch(["search", "mayor", "--mode", "keyword", "--fresh", "--json"], {
          home,
          env,
        }),
      ).hits[0]?.file,
    ).toBe(join(folder, "election.mkv"));
    await again.stop();
  });

  it("says what is wrong: keys, bucket, library, server", async () => {
    const home = tempFolder();
    const codeOf = async (
      more: Readonly<Record<string, string>>,
    ): Promise<readonly [number, string]> => {
      const { exitCode, stderr } = await mediasearch(["search", "x"], {
        home,
        env: clusterOf(emulator, home, { VAST_TIMEOUT_MS: "500", ...more }),
      });
      expect(stderr).not.toContain("wrong-secret");
      return [exitCode, stderr];
    };
    expect(await codeOf({ VAST_SECRET_ACCESS_KEY: "wrong-secret" })).toEqual([
      12,
      expect.stringMatching(/the keys were refused/),
    ]);
    expect(await codeOf({ VAST_DATABASE_BUCKET: "nowhere" })).toEqual([
      10,
      expect.stringMatching(/there is no bucket nowhere/),
    ]);
    expect(await codeOf({})).toEqual([10, expect.stringMatching(/no library here yet/)]);
    expect(await codeOf({ VAST_ENDPOINT: "http://127.0.0.1:1" })).toEqual([
      16,
      expect.stringMatching(/VAST_ENDPOINT/),
    ]);
  });
});
