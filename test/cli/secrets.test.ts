import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, environment, mediasearch, tempFolder } from "../helpers/run.ts";

const KEY = "s3cr3tK3y0f16chars";

/** Settings that hold a key in a place that is none, each of a kind of its own. */
const WRONG: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["a password in an address", { VAST_ENDPOINT: `https://user:${KEY}@cluster.example` }],
  ["a key in the query of an address", { VAST_ENDPOINT: `https://cluster.example/?x=${KEY}` }],
  ["a key in a recogniser's address", { WHISPER_ENDPOINT: `https://h.example/v1?api_key=${KEY}` }],
  ["a password in an address without a scheme", { WHISPER_ENDPOINT: `user:${KEY}@h.example` }],
  ["a command with an open quote", { BYO_ASR_COMMAND: `run --key '${KEY}` }],
  ["a command that is no list", { BYO_ASR_COMMAND: `["run", "${KEY}"` }],
  ["a player with an open quote", { MEDIASEARCH_PLAYER: `mpv "${KEY}` }],
  ["a key in place of a number", { JOB_CONCURRENCY: KEY }],
  ["a key in place of a choice", { BACKEND: KEY }],
  ["a key in place of a language", { MEDIASEARCH_LANGUAGE: `${KEY}!` }],
  ["a key in place of a bucket", { MEDIA_BUCKET: `${KEY}_` }],
];

describe("keys", () => {
  it.each(WRONG)("are not shown by what refuses %s", async (_what, env) => {
    for (const argv of [
      ["config"],
      ["config", "--json"],
      ["doctor"],
      ["doctor", "--json"],
      ["list"],
    ]) {
      const { exitCode, stdout, stderr } = await mediasearch(argv, { home: tempFolder(), env });
      expect(exitCode, argv.join(" ")).toBe(2);
      expect(stdout + stderr).not.toContain(KEY);
    }
  });

  it("are not shown among settings that are taken", async () => {
    const env = {
      BYO_ASR_COMMAND: `["recognise", "--key", "${KEY}"]`,
      MEDIASEARCH_PLAYER: `mpv --http-header-fields=${KEY} {file}`,
      WHISPER_ENDPOINT: `https://h.example/v1?api-version=${KEY}`,
      VAST_SECRET_ACCESS_KEY: KEY,
    };
    for (const argv of [["config"], ["config", "--json"]]) {
      const { exitCode, stdout, stderr } = await mediasearch(argv, { home: tempFolder(), env });
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining("recognise …")]);
      expect(stdout + stderr).not.toContain(KEY);
    }
  });

  it("are not shown by what refuses a configuration file", async () => {
    const folder = tempFolder();
    const path = join(folder, "a.json");
    for (const text of [`{"apiKey": ${KEY}}`, `{"a": "${KEY}`, KEY, `{"jobs": "${KEY}"}`]) {
      writeFileSync(path, text);
      const { exitCode, stderr } = await mediasearch(["list", "--config", path], {
        home: folder,
        env: { JOB_CONCURRENCY: "" },
      });
      expect([exitCode, stderr]).toEqual([2, expect.not.stringContaining(KEY)]);
    }
  });
});

describe("a project file that was merely found", () => {
  it.each([
    { jobs: 256 },
    { jobs: "1e2" },
    { workerMemoryMb: 900_000 },
    { maxAttempts: 100 },
    { jobTimeoutMs: 86_400_000 },
    { linkSeconds: 604_800 },
  ])("does not make the machine work more than its user would: %o", async (settings) => {
    const folder = tempFolder();
    chmodSync(folder, 0o700);
    writeFileSync(join(folder, "mediasearch.config.json"), JSON.stringify(settings));
    const env = { JOB_CONCURRENCY: "" };
    const { exitCode, stderr, stdout } = await mediasearch(["config", "--json"], {
      home: tempFolder(),
      cwd: folder,
      env,
    });
    const [name] = Object.keys(settings);
    expect([exitCode, stdout + stderr]).toEqual([
      0,
      expect.stringContaining(`${name} not taken from a file that was merely found`),
    ]);
  });
});

describe("a machine that lacks something", () => {
  const spawned = (argv: readonly string[], env: Record<string, string>, cwd?: string) =>
    spawnSync(process.execPath, [BIN, ...argv], { env, cwd, encoding: "utf8" });

  it("tells what, on a line, when the current folder is gone", () => {
    const gone = join(tempFolder(), "gone");
    mkdirSync(gone);
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `rmdir "${gone}" && exec "$0" "$@"`, process.execPath, BIN, "list"],
      { env: environment(tempFolder()), cwd: gone, encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([
      2,
      "error: the current folder does not exist any more\nnext:  cd to another one\n",
    ]);
    rmSync(gone, { recursive: true, force: true });
  });

  it.runIf(process.getuid?.() === 0)(
    "works without a home where settings name every folder",
    () => {
      const folder = tempFolder();
      chmodSync(folder, 0o777);
      const { status, stderr } = spawnSync(
        process.execPath,
        [BIN, "status", "--store", join(folder, "library.sqlite")],
        { env: { PATH: process.env["PATH"] ?? "" }, uid: 54_321, gid: 54_321, encoding: "utf8" },
      );
      expect([status, stderr]).toEqual([
        10,
        expect.stringMatching(/^error: .*no library here yet/),
      ]);
    },
  );

  it("tells on a line that a name is too long, or none", async () => {
    const long = `/tmp/${"a".repeat(5000)}`;
    const home = tempFolder();
    for (const argv of [
      ["index", long],
      ["index", "/tmp/a\0b"],
      ["list", "--store", long],
      ["list", "--config", long],
      ["list", "--env-file", long],
      ["import", long],
      ["restore", long],
      ["ingest", long],
      ["bench", long],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home });
      const shown = `${argv[0]}: ${stderr.slice(0, 300)}`;
      expect([2, 3, 10, 17], shown).toContain(exitCode);
      expect(stderr, shown).not.toMatch(/ENAMETOOLONG|ERR_|\n {4}at /);
      expect(stderr.length, shown).toBeLessThan(20_000);
    }
    expect(spawned(["list", "--store", long], environment(home)).stderr).not.toMatch(/\n {4}at /);
  });
});
