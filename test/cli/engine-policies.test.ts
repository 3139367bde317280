import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../helpers/server.ts";
import { FIXTURES, mediasearch, type Result, tempFolder } from "../helpers/run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer("whisper-server.ts");
});
afterAll(() => server.stop());

interface Indexed {
  readonly type: string;
  readonly displayFile: string;
  readonly engine: string;
  readonly fallback: boolean;
  readonly warnings: readonly string[];
}
const events = ({ stdout }: Result): Indexed[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Indexed);
const indexed = (result: Result): Indexed[] =>
  events(result)
    .filter(({ type }) => type === "indexed")
    .toSorted((a, b) => a.displayFile.localeCompare(b.displayFile));
const enginesOf = (result: Result): string[] =>
  indexed(result).map(({ displayFile, engine }) => `${displayFile} ${engine.split(/[.@-]/)[0]}`);

function library(...files: readonly string[]) {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    copyFileSync(join(FIXTURES, file.split("/").at(-1) ?? ""), join(folder, file));
  }
  const home = tempFolder();
  const whisper = {
    WHISPER_ENDPOINT: `${server.url}/openai/v1`,
    WHISPER_MODEL: "whisper-1",
    BASE_RETRY_DELAY_MS: "20",
    MAX_RETRY_ATTEMPTS: "2",
  };
  return {
    folder,
    run: (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      mediasearch(argv, { home, cwd: folder, env: { ...whisper, ...env } }),
  };
}

describe("a chain of recognisers", () => {
  const AWAY = { ASR_ENGINE: "whisper, local", WHISPER_ENDPOINT: "http://127.0.0.1:9" };

  it("takes the next where one can't, records which one did each file, and waits for it once only", async () => {
    const { run } = library("bees.flac", "museum.avi");
    const first = await run(["index", ".", "--json"], AWAY);
    expect(first.exitCode).toBe(0);
    expect(enginesOf(first)).toEqual(["bees.flac moonshine", "museum.avi moonshine"]);
    expect(
      indexed(first).every(
        ({ fallback, warnings }) =>
          fallback &&
          /^WHISPER could not do it \(at http:\/\/127\.0\.0\.1:9: nothing listens there\); local did$/.test(
            warnings[0] ?? "",
          ),
      ),
    ).toBe(true);
    expect(events(first).at(-1)).toMatchObject({ type: "summary", fellBack: 2 });
    expect((await run(["list", "--json"], AWAY)).stdout).toContain("moonshine-tiny");
  });

  it("leaves what any of them has done, and has it done anew by one that is named alone", async () => {
    const { run } = library("bees.flac");
    await run(["index", ".", "--engine", "local"]);
    expect(events(await run(["index", ".", "--json"], AWAY)).at(-1)).toMatchObject({
      unchanged: 1,
      indexed: 0,
    });
    await server.faults();
    expect(enginesOf(await run(["index", ".", "--json", "--engine", "WHISPER"]))).toEqual([
      "bees.flac WHISPER",
    ]);
    expect(events(await run(["index", ".", "--json"], AWAY)).at(-1)).toMatchObject({
      unchanged: 1,
      indexed: 0,
    });
  });

  it("is not for files that nothing can be done about", async () => {
    const { folder, run } = library();
    writeFileSync(join(folder, "broken.mp3"), "no sound at all");
    const result = await run(["index", ".", "--json"], AWAY);
    expect(events(result).find(({ type }) => type === "failed")).toMatchObject({
      code: "UNREADABLE_MEDIA",
    });
  });

  it("fails with what the last one said", async () => {
    const { run } = library("bees.flac");
    const { exitCode, stderr } = await run(["index", "."], {
      ...AWAY,
      ASR_ENGINE: "whisper,byo",
      BYO_ASR_COMMAND: "no-such-program",
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/BYO at no-such-program: there is no such program/);
  });
});

describe("recognisers for some files", () => {
  it("are chosen by folder and by language, in the user's own file, as an object", async () => {
    await server.faults();
    const { folder, run } = library("interviews/bees.flac", "talks/museum.avi");
    writeFileSync(
      join(folder, "own.json"),
      JSON.stringify({ engineRules: { "interviews/": ["WHISPER", "local"], fr: "WHISPER" } }),
    );
    expect(enginesOf(await run(["index", ".", "--json", "--config", "own.json"]))).toEqual([
      "interviews/bees.flac WHISPER",
      "talks/museum.avi moonshine",
    ]);
    expect(
      enginesOf(await run(["index", ".", "--json", "--config", "own.json", "--language", "fr-CA"])),
    ).toEqual(["interviews/bees.flac WHISPER", "talks/museum.avi WHISPER"]);
  });

  it("give way to --engine", async () => {
    const { run } = library("interviews/bees.flac");
    expect(
      enginesOf(
        await run(["index", ".", "--json", "--engine", "local"], {
          ASR_ENGINE_RULES: "interviews/=WHISPER",
        }),
      ),
    ).toEqual(["interviews/bees.flac moonshine"]);
  });

  it("are not taken from a project file that was merely found", async () => {
    const { folder, run } = library("interviews/bees.flac");
    writeFileSync(
      join(folder, "mediasearch.config.json"),
      JSON.stringify({ engineRules: { "interviews/": "WHISPER" } }),
    );
    const { stdout } = await run(["index", ".", "--json"]);
    expect(stdout).toContain("moonshine-tiny");
  });

  it("that are wrong are told", async () => {
    const { run } = library();
    for (const rules of ["interviews/=SIRI", "WHISPER", "=local"])
      expect(await run(["config"], { ASR_ENGINE_RULES: rules })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining("ASR_ENGINE_RULES"),
      });
  });
});

describe("jobs retry --engine", () => {
  it("has a file that one recogniser refuses done by another", async () => {
    const { run } = library("bees.flac", "museum.avi");
    const ok = { startMs: 0, endMs: 900, text: "something" };
    // Refuses its second piece of audio.
    const script = `const fs = require("node:fs"); const seen = fs.existsSync("seen"); fs.writeFileSync("seen", ""); if (seen) process.exit(65); process.stdout.write(${JSON.stringify(JSON.stringify([ok]))})`;
    const byo = {
      ASR_ENGINE: "BYO",
      BYO_ASR_COMMAND: JSON.stringify([
        process.execPath,
        "-e",
        `process.chdir(${JSON.stringify(tempFolder())}); ${script}`,
      ]),
    };
    expect(await run(["index", "."], byo)).toMatchObject({ exitCode: 3 });
    expect((await run(["jobs"], byo)).stdout).toMatch(/NEEDS_ENGINE_TUNING.*exit code 65/);
    expect(await run(["jobs", "retry", "--all", "--engine", "local"], byo)).toMatchObject({
      exitCode: 0,
    });
    expect((await run(["list", "--json"])).stdout).toMatch(
      /moonshine-tiny[^]*BYO\.node|BYO\.node[^]*moonshine-tiny/,
    );
  });
});
