import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Spawned, spawnEmulator } from "../../emulator/spawn.ts";
import { main } from "../../src/cli/main.ts";
import { environment, mediasearch, tempFolder } from "../helpers/run.ts";
import { until } from "../helpers/until.ts";

interface Workers {
  readonly isPaused: boolean;
  readonly workers: readonly {
    readonly id: string;
    readonly pid: number;
    readonly state: string;
  }[];
}

interface Running {
  readonly lines: string[];
  readonly ended: Promise<number>;
  readonly stop: () => void;
}

function talks(home: string, from: number, to: number): string {
  const folder = join(home, "talks");
  mkdirSync(folder, { recursive: true });
  for (let i = from; i < to; i++)
    writeFileSync(
      join(folder, `talk-${i}.vtt`),
      `WEBVTT\n\n00:00.000 --> 00:04.000\n<v Ada>The bridge number ${i} was closed.\n`,
    );
  return folder;
}

function start(argv: readonly string[], home: string, env: Record<string, string> = {}): Running {
  const stop = new AbortController();
  const lines: string[] = [];
  const ended = main([...argv, "--json"], {
    stdout: { write: (text) => void lines.push(...text.trim().split("\n")) },
    stderr: { write: (text) => void lines.push(text) },
    env: environment(home, { EMBEDDING_MODEL: "stub", WATCH_STABLE_MS: "0", ...env }),
    cwd: home,
    signal: stop.signal,
  });
  return { lines, ended, stop: () => stop.abort("SIGINT") };
}
const indexed = ({ lines }: Running): number =>
  lines.filter((line) => line.startsWith('{"type":"indexed"')).length;
const told = (run: Running, text: string): Promise<boolean> =>
  until(() => run.lines.some((line) => line.includes(text)));

describe("mediasearch workers", () => {
  it("pauses and resumes a run, and says so", async () => {
    const home = tempFolder();
    const folder = talks(home, 0, 2);
    const env = { EMBEDDING_MODEL: "stub" };
    const workers = async (...argv: readonly string[]): Promise<Workers> =>
      JSON.parse((await mediasearch(["workers", ...argv, "--json"], { home, env })).stdout);
    expect((await mediasearch(["workers"], { home, env })).exitCode).toBe(10);
    await mediasearch(["index", folder], { home, env });
    expect(await workers("pause")).toMatchObject({ isPaused: true, workers: [] });
    talks(home, 2, 4);
    const run = start(["index", folder], home);
    await told(run, "paused: no further file is begun");
    const during = await workers();
    expect(during.workers).toMatchObject([{ pid: process.pid, state: "working" }]);
    expect(indexed(run)).toBe(0);
    expect(await workers("resume")).toMatchObject({ isPaused: false });
    expect(await run.ended).toBe(0);
    expect(indexed(run)).toBe(2);
    const text = await mediasearch(["workers"], { home, env });
    expect(text.stdout).toMatch(/: 0 workers\n$/);
  });

  it("drains a run that watches: it ends by itself with what it had, and the next one goes on", async () => {
    const home = tempFolder();
    const folder = talks(home, 0, 1);
    const env = { EMBEDDING_MODEL: "stub" };
    const run = start(["index", "--watch", folder], home);
    await until(() => indexed(run) === 1);
    const listed = await mediasearch(["workers"], { home, env });
    expect(listed.stdout).toMatch(/1 worker\n\S+ {2}.*, process \d+, working, since/);
    expect((await mediasearch(["workers", "drain", "nobody"], { home, env })).exitCode).toBe(17);
    expect((await mediasearch(["workers", "drain"], { home, env })).exitCode).toBe(2);
    expect((await mediasearch(["workers", "pause", "1"], { home, env })).exitCode).toBe(2);
    const { workers } = JSON.parse(
      (await mediasearch(["workers", "--json"], { home, env })).stdout,
    ) as Workers;
    const drained = await mediasearch(["workers", "drain", workers[0]?.id ?? "", "--json"], {
      home,
      env,
    });
    expect(JSON.parse(drained.stdout).workers).toMatchObject([{ state: "draining" }]);
    expect(await run.ended).toBe(0);
    expect(run.lines.join("\n")).toContain("drained: the files under way are finished");
    talks(home, 1, 2);
    const next = start(["index", folder], home);
    expect(await next.ended).toBe(0);
    expect(indexed(next)).toBe(1);
  });
});

describe("mediasearch workers on a cluster", () => {
  let cluster: Spawned;
  beforeAll(async () => {
    cluster = await spawnEmulator();
  });
  afterAll(() => cluster.stop());

  it("drains one of two; the other one does the rest", async () => {
    const home = tempFolder();
    const folder = talks(home, 0, 2);
    const env = {
      BACKEND: "vast",
      VAST_ENDPOINT: cluster.url,
      VAST_ACCESS_KEY_ID: cluster.accessKey,
      VAST_SECRET_ACCESS_KEY: cluster.secretKey,
      VAST_DATABASE_BUCKET: cluster.bucket,
      VAST_DATABASE_SCHEMA: "workers",
      EMBEDDING_MODEL: "stub",
    };
    const list = async (...argv: readonly string[]): Promise<Workers> =>
      JSON.parse((await mediasearch(["workers", ...argv, "--json"], { home, env })).stdout);
    const first = start(["index", "--watch", folder], home, env);
    await until(() => indexed(first) === 2);
    const listed = await mediasearch(["workers"], { home, env });
    const [, shownId = ""] = /^(\S+) {2}.*, process/m.exec(listed.stdout) ?? [];
    const second = start(["index", "--watch", folder], home, env);
    await until(async () => (await list()).workers.length === 2);
    await list("drain", shownId);
    expect(await first.ended).toBe(0);
    talks(home, 2, 4);
    await until(() => indexed(second) === 2);
    expect((await list()).workers).toHaveLength(1);
    second.stop();
    expect(await second.ended).toBe(130);
    expect(indexed(first)).toBe(2);
  });
});
