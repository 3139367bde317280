import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  FIXTURES,
  found,
  mediasearch,
  spawnMediasearch,
  environment,
  BIN,
  tempFolder,
} from "../helpers/run.ts";
import { spawn } from "node:child_process";
import { until } from "../helpers/until.ts";

const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

/** Speech without end, nearly: the PCM of a fixture again and again. */
function longWav(path: string, times: number): void {
  const wav = fixture("budget.wav");
  const at = wav.indexOf("data") + 8;
  const data = wav.subarray(at);
  const header = Buffer.from(wav.subarray(0, at));
  header.writeUInt32LE(at - 8 + data.length * times, 4);
  header.writeUInt32LE(data.length * times, at - 4);
  writeFileSync(path, Buffer.concat([header, ...Array.from({ length: times }, () => data)]));
}

describe("bad files among good ones", () => {
  it("are told in one line each with the reason, the rest goes on, exit 3, and the library stays sound", async () => {
    const folder = tempFolder();
    const home = tempFolder();
    const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
    writeFileSync(join(folder, "empty.mp3"), "");
    writeFileSync(
      join(folder, "letter.mp3"),
      "Dear Ada,\n\nthis is a letter and no music.\n".repeat(100),
    );
    writeFileSync(join(folder, "zeros.mp4"), Buffer.alloc(100_000));
    writeFileSync(join(folder, "headless.mov"), fixture("kitchen.mov").subarray(0, 20_000));
    writeFileSync(join(folder, "silent-picture.mp4"), gif);
    const garbled = Buffer.from(fixture("bees.flac"));
    garbled.fill(0xa5, 100);
    writeFileSync(join(folder, "garbled.flac"), garbled);
    writeFileSync(join(folder, "bad.vtt"), "these are no captions\n");
    symlinkSync(join(folder, "nowhere"), join(folder, "vanished.mp3"));
    writeFileSync(join(folder, "truncated.mp3"), fixture("bridge.mp3").subarray(0, 20_000));
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "good.flac"));
    const { exitCode, stderr } = await mediasearch(["index", folder], { home, cwd: folder });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/indexed 2 \(0 from captions, 2 recognised\), 0 unchanged, 8 failed/);
    for (const [file, reason] of [
      ["empty.mp3", "empty file"],
      ["letter.mp3", "not a media file"],
      ["zeros.mp4", "not a media file"],
      ["headless.mov", "damaged|not a media file"],
      ["silent-picture.mp4", "no sound|not a media file"],
      ["garbled.flac", "damaged|not a media file|track is empty"],
      ["bad.vtt", "no captions could be read"],
      ["vanished.mp3", "does not exist"],
    ] as const)
      expect(stderr, file).toMatch(
        new RegExp(`^failed: ${file.replace(".", "\\.")}: .*(?:${reason})`, "m"),
      );
    expect(
      found(await mediasearch(["search", "honey", "--json"], { home, cwd: folder })).hits[0]
        ?.displayFile,
    ).toBe("good.flac");
    const listed = await mediasearch(["list", "--state", "failed", "--format", "csv"], {
      home,
      cwd: folder,
    });
    expect(listed.stdout.trim().split("\r\n")).toHaveLength(8);
    expect((await mediasearch(["doctor"], { home })).exitCode).toBe(0);
  });

  it("that are mended are indexed the next time", async () => {
    const folder = tempFolder();
    const home = tempFolder();
    writeFileSync(join(folder, "a.flac"), "");
    expect((await mediasearch(["index", folder], { home })).exitCode).toBe(3);
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "a.flac"));
    expect(await mediasearch(["index", folder], { home })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/indexed 1 /) as string,
    });
  });

  it("without the right to read are told as such", async () => {
    // Root may read everything; then a folder that links to itself is what can't be read.
    const folder = tempFolder();
    const isRoot = process.getuid?.() === 0;
    if (isRoot) symlinkSync(join(folder, "loop.mp3"), join(folder, "loop.mp3"));
    else {
      copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "secret.flac"));
      chmodSync(join(folder, "secret.flac"), 0);
    }
    const { exitCode, stderr } = await mediasearch(["index", folder], { home: tempFolder() });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(isRoot ? /links go in a circle/ : /no permission/);
  });

  it("named on the command line that do not exist are failures, not silence", async () => {
    const { exitCode, stderr } = await mediasearch(["index", "/nowhere/at/all.mp3"], {
      home: tempFolder(),
    });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/failed: \/nowhere\/at\/all\.mp3: does not exist/);
  });

  it("that need a model which can't be had wait for it, while captions go on, and the run ends with 14 and what to do", async () => {
    const folder = tempFolder();
    const home = tempFolder();
    for (const name of ["bees.flac", "garden.m4a", "minutes.vtt"])
      copyFileSync(join(FIXTURES, name), join(folder, name));
    const nowhere = {
      MEDIASEARCH_CACHE: join(home, "cache"),
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: join(home, "npm"),
    };
    const { exitCode, stderr } = await mediasearch(["index", folder], {
      home,
      cwd: folder,
      env: nowhere,
    });
    expect(stderr).toMatch(/^waiting: bees\.flac: .*not on this machine/m);
    expect(stderr).toMatch(
      /indexed 1 \(1 from captions, 0 recognised\)[\s\S]*2 files not done: the recogniser is not on this machine/,
    );
    expect(stderr).toMatch(/next: +mediasearch models pull/);
    expect(exitCode).toBe(14);
    expect((await mediasearch(["jobs"], { home })).stderr).toBe("no failed files\n");
    expect((await mediasearch(["index", folder], { home })).stderr).toMatch(
      /indexed 2 .*, 1 unchanged, 0 failed/,
    );
  });

  it("with odd names are read, and names can't paint the terminal", async () => {
    const folder = tempFolder();
    for (const name of [
      "12:30 talk.flac",
      "-v.flac",
      "a\u001b[31mb.flac",
      "ünïcode 🌉.flac",
      'per%cent\'s "quote".flac',
    ])
      copyFileSync(join(FIXTURES, "bees.flac"), join(folder, name));
    const home = tempFolder();
    const { exitCode, stderr } = await mediasearch(["index", folder], { home });
    // They are copies of one recording, which is recognised once.
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/indexed 1 .*4 reused/)]);
    const { stdout } = await mediasearch(["search", "honey"], { home, cwd: folder });
    expect(stdout).not.toContain("\u001b");
    expect(stdout).toContain("12:30 talk.flac");
  });

  it("of media by content, whatever they are called", async () => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "recording"));
    copyFileSync(join(FIXTURES, "garden.m4a"), join(folder, "garden.bin"));
    writeFileSync(join(folder, "README"), "not media");
    expect(
      (await mediasearch(["index", folder, "--dry-run"], { home: tempFolder(), cwd: folder }))
        .stdout,
    ).toBe("garden.bin\nrecording\n");
  });
});

const children = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8")
        .trim()
        .split(" ")
        .filter((one) => one !== "")
        .map(Number),
    );
  } catch {
    return [];
  }
};

describe("a run that is hit", () => {
  const start = (
    argv: readonly string[],
    home: string,
    env: Readonly<Record<string, string>> = {},
  ) => {
    const child = spawn(process.execPath, [BIN, ...argv], {
      env: environment(home, env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const seen = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      seen.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      seen.stderr += text;
    });
    const ended = new Promise<number | null>((resolve) =>
      child.on("close", (code) => resolve(code)),
    );
    return { child, seen, ended };
  };
  const folderWithLong = (): string => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "a.flac"));
    longWav(join(folder, "b-long.wav"), 60);
    copyFileSync(join(FIXTURES, "garden.m4a"), join(folder, "c.m4a"));
    return folder;
  };
  const busy = (seen: { stdout: string }): boolean =>
    seen.stdout.includes('"progress","file":"b-long') ||
    /"progress","file":"[^"]*b-long/.test(seen.stdout);

  it("by a crash in a worker loses that file only", async () => {
    const home = tempFolder();
    const { child, seen, ended } = start(
      ["index", folderWithLong(), "--json", "--jobs", "1"],
      home,
      { MAX_RETRY_ATTEMPTS: "1" },
    );
    await until(() => busy(seen));
    for (const pid of children(child.pid ?? 0)) process.kill(pid, "SIGSEGV");
    expect(await ended).toBe(3);
    const events = seen.stdout
      .trim()
      .split("\n")
      .map(
        (line) =>
          JSON.parse(line) as {
            type: string;
            file?: string;
            reason?: string;
            indexed?: number;
            failed?: number;
          },
      );
    expect(events.find(({ type }) => type === "failed")).toMatchObject({
      file: expect.stringContaining("b-long.wav") as string,
      reason: expect.stringContaining("SIGSEGV") as string,
    });
    expect(events.at(-1)).toMatchObject({ type: "summary", indexed: 2, failed: 1 });
  });

  it("by a crash in a worker tries that file again, and goes on where it was", async () => {
    const home = tempFolder();
    const { child, seen, ended } = start(
      ["index", folderWithLong(), "--json", "--jobs", "1"],
      home,
      { BASE_RETRY_DELAY_MS: "1" },
    );
    await until(() => busy(seen));
    for (const pid of children(child.pid ?? 0)) process.kill(pid, "SIGSEGV");
    expect(await ended).toBe(0);
    expect(seen.stdout).toMatch(
      /"type":"retrying","file":"[^"]*b-long\.wav","displayFile":"[^"]*","code":"WORKER_CRASHED"/,
    );
    expect(seen.stdout).toContain('{"type":"total","files":3}\n');
    expect(JSON.parse(seen.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      type: "summary",
      indexed: 3,
      retried: 1,
      failed: 0,
    });
  });

  it("by Ctrl-C stops soon with 130, keeps what was done, and goes on the next time", async () => {
    const home = tempFolder();
    const folder = folderWithLong();
    const { child, seen, ended } = start(["index", folder, "--json", "--jobs", "1"], home);
    await until(() => busy(seen));
    const workers = children(child.pid ?? 0);
    // A run of more than two seconds notes all that it found.
    const isNoted = async (): Promise<boolean> =>
      (await mediasearch(["list"], { home, cwd: folder })).stdout.includes("c.m4a");
    while (!(await isNoted()) && child.exitCode === null) await sleep(100);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(JSON.parse(seen.stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({
      error: { code: "INTERRUPTED", exitCode: 130 },
    });
    await until(() =>
      workers.every((pid) => children(process.pid).includes(pid) || !isRunning(pid)),
    );
    const listed = await mediasearch(["list", "--json"], { home, cwd: folder });
    expect(
      (JSON.parse(listed.stdout) as { files: { displayFile: string; state: string }[] }).files,
    ).toMatchObject([
      { displayFile: "a.flac", state: "indexed" },
      // What the run did not come to is there to be done.
      { displayFile: "b-long.wav", state: "registered" },
      { displayFile: "c.m4a", state: "registered" },
    ]);
    expect(
      (await mediasearch(["index", folder, "--exclude", "b-long.wav"], { home })).stderr,
    ).toMatch(/indexed 1 .*, 1 unchanged/);
  });

  it("by kill -9 leaves a sound library and no worker behind", async () => {
    const home = tempFolder();
    const folder = folderWithLong();
    const { child, seen, ended } = start(["index", folder, "--json", "--jobs", "1"], home);
    await until(() => busy(seen));
    const workers = children(child.pid ?? 0);
    expect(workers.length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await ended;
    await until(() => workers.every((pid) => !isRunning(pid)));
    expect((await mediasearch(["doctor"], { home })).exitCode).toBe(0);
    expect(
      (await mediasearch(["index", folder, "--exclude", "b-long.wav"], { home })).stderr,
    ).toMatch(/indexed 1 .*, 1 unchanged/);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("a pipe that closes early", () => {
  it("ends quietly", async () => {
    const home = tempFolder();
    const folder = tempFolder();
    mkdirSync(join(folder, "m"));
    copyFileSync(join(FIXTURES, "minutes.vtt"), join(folder, "m/minutes.vtt"));
    await mediasearch(["index", folder], { home });
    const child = spawn(
      "sh",
      ["-c", `"${process.execPath}" "${BIN}" search the --mode keyword --limit 1000 | true`],
      { env: environment(home), stdio: ["ignore", "pipe", "pipe"] },
    );
    let stderr = "";
    child.stderr.on("data", (part: Buffer) => {
      stderr += part.toString();
    });
    await new Promise((done) => child.on("close", done));
    expect(stderr).not.toMatch(/EPIPE|Error/);
    expect((await spawnMediasearch(["search", "fee"], { home })).exitCode).toBe(0);
  });
});
