import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeEach, describe, expect, it } from "vitest";
import {
  BIN,
  environment,
  FIXTURES,
  found,
  mediasearch,
  type Result,
  tempFolder,
} from "../helpers/run.ts";

let folder: string;
let home: string;
beforeEach(() => {
  folder = tempFolder();
  home = tempFolder();
});
const put = (name: string, source = "bees.flac"): void =>
  copyFileSync(join(FIXTURES, source), join(folder, name));
const index = (...more: string[]): Promise<Result> =>
  mediasearch(["index", folder, ...more], { home, cwd: folder });

describe("names", () => {
  it("with line breaks and emoji are read, and told on one line", async () => {
    put("two\nlines 🐝.flac");
    expect((await index()).exitCode).toBe(0);
    const { stdout } = await mediasearch(["search", "honey", "--mode", "keyword"], {
      home,
      cwd: folder,
    });
    expect(stdout.split("\n")[0]).toMatch(/^ *1 +two lines 🐝\.flac/);
    expect(
      found(await mediasearch(["search", "honey", "--json"], { home, cwd: folder })).hits[0]
        ?.displayFile,
    ).toBe("two\nlines 🐝.flac");
  });

  it("that are not valid UTF-8 are told, not lost", async () => {
    closeSync(
      openSync(
        Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".flac")]),
        "w",
      ),
    );
    const { exitCode, stderr } = await index();
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/its name is not valid UTF-8/);
  });
});

describe("what is no file", () => {
  it("is told when it is named, and passed over in a folder", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.mp3")]);
    const named = await mediasearch(["index", join(folder, "pipe.mp3")], { home, cwd: folder });
    expect([named.exitCode, named.stderr]).toEqual([
      3,
      expect.stringMatching(/failed: pipe\.mp3: a pipe, socket or device, not a file/),
    ]);
    expect((await index()).stderr).toMatch(/indexed 0 .*, 0 failed/);
  });
});

describe("folders", () => {
  it("that link to themselves are gone through once", async () => {
    mkdirSync(join(folder, "a"));
    put("a/one.flac");
    symlinkSync(folder, join(folder, "a/up"));
    symlinkSync(join(folder, "a"), join(folder, "z-again"));
    expect((await index()).stderr).toMatch(
      /indexed 1 \(0 from captions, 1 recognised\), 0 unchanged, 0 failed/,
    );
  });
});

describe("files", () => {
  it("of more than 4 GB are read like others", async () => {
    put("huge.mp3", "bridge.mp3");
    truncateSync(join(folder, "huge.mp3"), 4_400_000_000);
    expect(statSync(join(folder, "huge.mp3")).size).toBeGreaterThan(2 ** 32);
    const { stdout } = await index("--json");
    const outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string })
      .filter(({ type }) => type === "indexed" || type === "failed");
    expect(outcomes).toHaveLength(1);
  });

  it("that grow or go while others are read have one outcome each, and the next run sees what they became", async () => {
    put("a-growing.mp3", "bridge.mp3");
    put("b-going.ogg", "dialogue.ogg");
    const child = spawn(process.execPath, [BIN, "index", folder, "--json", "--jobs", "1"], {
      env: environment(home),
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    const growth = setInterval(
      () => appendFileSync(join(folder, "a-growing.mp3"), Buffer.alloc(1000)),
      5,
    );
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      if (/"progress","file":"[^"]*a-growing\.mp3"/.test(stdout))
        rmSync(join(folder, "b-going.ogg"), { force: true });
    });
    const exitCode = await new Promise((ended) => child.on("close", ended));
    clearInterval(growth);
    const told = stdout
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as { type: string; file?: string; warnings?: string[]; reason?: string },
      )
      .filter(({ type }) => ["indexed", "failed", "reused"].includes(type));
    expect(told).toMatchObject([
      {
        type: "indexed",
        displayFile: "a-growing.mp3",
        warnings: expect.arrayContaining([
          expect.stringContaining("changed while it was read"),
        ]) as string[],
      },
      { type: "failed", displayFile: "b-going.ogg", reason: "does not exist" },
    ]);
    expect(exitCode).toBe(3);
    expect((await mediasearch(["jobs"], { home })).stderr).toBe("no failed files\n");
    const again = await index();
    expect(again.stderr).toMatch(/indexed 1 .*, 0 unchanged, 0 failed/);
    expect(again.exitCode).toBe(0);
    expect((await index()).stderr).toMatch(/indexed 0 .*, 1 unchanged/);
  });
});

/**
 * `index` with a limit on the size of files, which is a full disk to SQLite and needs no rights.
 */
const limited = (
  kilobytes: number,
  path: string,
): Promise<{ code: number | null; stderr: string }> =>
  new Promise((resolve) => {
    const child = spawn(
      "sh",
      [
        "-c",
        `trap '' XFSZ; ulimit -f ${kilobytes * 2}; exec "$0" "$@"`,
        process.execPath,
        BIN,
        "index",
        path,
        "--jobs",
        "1",
      ],
      {
        env: environment(home, { NODE_DISABLE_COMPILE_CACHE: "1" }),
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("close", (code) => resolve({ code, stderr }));
  });

describe("a disk that is full", () => {
  it("in the middle of a long recording ends the run with 18 and one clear line", async () => {
    await index();
    const wav = readFileSync(join(FIXTURES, "budget.wav"));
    const at = wav.indexOf("data") + 8;
    const header = Buffer.from(wav.subarray(0, at));
    header.writeUInt32LE((wav.length - at) * 16, at - 4);
    writeFileSync(
      join(folder, "long.wav"),
      Buffer.concat([header, ...Array.from({ length: 16 }, () => wav.subarray(at))]),
    );
    const { code, stderr } = await limited(72, folder);
    expect(stderr).toMatch(/error: .*library\.sqlite: /);
    expect(stderr).not.toMatch(/ at .*\.js:/);
    expect(code).toBe(18);
    const db = new Sqlite(join(home, "library.sqlite"));
    const checkpoints = db.prepare("SELECT count(*) FROM checkpoints").pluck().get() as number;
    db.close();
    expect(checkpoints).toBeGreaterThan(0);
  });

  it("ends the run with 18 and leaves a sound library, with which the next run goes on", async () => {
    const { code, stderr } = await limited(200, FIXTURES);
    expect([code, stderr]).toEqual([18, expect.stringMatching(/library\.sqlite: .*\n.*next:/)]);
    expect((await mediasearch(["doctor"], { home })).exitCode).toBe(0);
    expect((await mediasearch(["index", FIXTURES], { home })).exitCode).toBe(0);
    expect(
      found(await mediasearch(["search", "membership fee", "--json"], { home })).total,
    ).toBeGreaterThan(0);
  });
});

describe("a library", () => {
  it("that another process is writing to is waited for, then the run ends with 11", async () => {
    put("a.flac");
    await index();
    writeFileSync(join(folder, "b.srt"), "1\n00:00:01,000 --> 00:00:03,000\nSomething else.\n");
    const other = new Sqlite(join(home, "library.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    const { exitCode, stderr } = await index();
    other.exec("ROLLBACK");
    other.close();
    expect(exitCode).toBe(11);
    expect(stderr).toMatch(/another process is writing/);
    expect((await index()).exitCode).toBe(0);
  });
});
