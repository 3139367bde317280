import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../helpers/server.ts";
import { FIXTURES, found, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer("whisper-server.ts");
});
afterAll(() => server.stop());

function recordings(...names: readonly string[]): string {
  const folder = tempFolder();
  for (const name of names) copyFileSync(join(FIXTURES, name), join(folder, name));
  return folder;
}

const KEY = "sk-secret-key-of-mine";
const whisper = (path: string): Record<string, string> => ({
  ASR_ENGINE: "whisper",
  WHISPER_ENDPOINT: `${server.url}${path}`,
  WHISPER_MODEL: "whisper-1",
  WHISPER_API_KEY: KEY,
  BASE_RETRY_DELAY_MS: "20",
});

describe("indexing with a recogniser on a server", () => {
  it("finds what was said, and tells which recogniser it was", async () => {
    await server.faults();
    const folder = recordings("bees.flac", "museum.avi");
    const options = { home: tempFolder(), cwd: folder, env: whisper("/openai/v1") };
    const indexed = await mediasearch(["index", ".", "--json"], options);
    expect(indexed).toMatchObject({ exitCode: 0 });
    expect(indexed.stdout).toMatch(/"engine":"WHISPER\.whisper-1@[0-9a-f]{8}\.1"/);
    expect(found(await mediasearch(["search", "honey", "--json"], options)).hits[0]).toMatchObject({
      displayFile: "bees.flac",
      origin: "asr",
    });
    expect((await mediasearch(["index", "."], options)).stderr).toMatch(/2 unchanged/);
  });

  it("stops the run at a wrong key rather than fail every file, and shows the key nowhere", async () => {
    await server.faults();
    const folder = recordings("bees.flac", "museum.avi", "garden.m4a", "kitchen.mov");
    const home = tempFolder();
    const options = { home, cwd: folder, env: whisper("/locked/v1") };
    const results: Result[] = [await mediasearch(["index", ".", "--json"], options)];
    expect(results[0]).toMatchObject({ exitCode: 12 });
    expect(results[0]?.stderr).toMatch(/"code":"CREDENTIALS".*WHISPER_API_KEY/);
    for (const argv of [
      ["index", "."],
      ["config"],
      ["config", "--json"],
      ["jobs", "show", "--all"],
      ["jobs", "--json"],
      ["list", "--json"],
      ["status"],
      ["doctor"],
    ])
      results.push(await mediasearch(argv, options));
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(KEY);
    expect(readFileSync(join(home, "library.sqlite"), "latin1")).not.toContain(KEY);
    expect((await server.log()).length).toBe(0);
  });

  it("leaves a file that the server fails on for later, and goes on with the others", async () => {
    const folder = recordings("bees.flac", "museum.avi");
    await server.faults({ status: 500, body: "boom" }, { status: 500, body: "boom" });
    const options = {
      home: tempFolder(),
      cwd: folder,
      env: { ...whisper("/openai/v1"), MAX_RETRY_ATTEMPTS: "2" },
    };
    const { exitCode, stderr } = await mediasearch(["index", "."], options);
    expect(stderr).toMatch(/again in .*HTTP 500: boom/);
    expect(exitCode).toBe(0);
    expect(
      found(await mediasearch(["search", "honey", "--json"], options)).hits[0]?.displayFile,
    ).toBe("bees.flac");
  });

  it("ends with exit code 16 when the server is away, and the same command goes on later", async () => {
    const folder = recordings("bees.flac");
    const options = {
      home: tempFolder(),
      cwd: folder,
      env: { ...whisper("/openai/v1"), MAX_RETRY_ATTEMPTS: "2" },
    };
    expect(
      (
        await mediasearch(["index", "."], {
          ...options,
          env: { ...options.env, WHISPER_ENDPOINT: "http://127.0.0.1:9" },
        })
      ).exitCode,
    ).toBe(16);
    await server.faults();
    expect((await mediasearch(["index", "."], options)).exitCode).toBe(0);
  });

  it("takes no address with a key in it", async () => {
    const { exitCode, stderr } = await mediasearch(["config"], {
      home: tempFolder(),
      env: { WHISPER_ENDPOINT: "https://me:hunter2@host/v1" },
    });
    expect(exitCode).toBe(2);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("indexing with a command of one's own", () => {
  it("leaves nothing running after Ctrl-C, and the same command goes on", async () => {
    const folder = recordings("bees.flac");
    const started = join(folder, "started");
    const home = tempFolder();
    const command = (script: string) => ({
      ASR_ENGINE: "byo",
      BYO_ASR_COMMAND: JSON.stringify([process.execPath, "-e", script]),
    });
    const stop = new AbortController();
    const hanging = `process.on("SIGTERM", () => {}); require("node:fs").writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const run = mediasearch(["index", "bees.flac"], {
      home,
      cwd: folder,
      env: command(hanging),
      signal: stop.signal,
    });
    while (!existsSync(started) || readFileSync(started, "utf8") === "")
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    stop.abort("SIGINT");
    expect((await run).exitCode).toBe(130);
    expect(() => process.kill(Number(readFileSync(started, "utf8")), 0)).toThrow("ESRCH");
    const working = command(
      'process.stdout.write(JSON.stringify([{ startMs: 0, endMs: 900, text: "honey" }]))',
    );
    expect(
      (await mediasearch(["index", "bees.flac"], { home, cwd: folder, env: working })).exitCode,
    ).toBe(0);
  });
});
