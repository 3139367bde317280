import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { FIXTURES, found, mediasearch, ROOT, tempFolder } from "../helpers/run.ts";

const captionsFolder = (): string => {
  const folder = tempFolder();
  copyFileSync(join(FIXTURES, "minutes.vtt"), join(folder, "minutes.vtt"));
  return folder;
};

describe("help", () => {
  it("has examples and exit codes for every command", async () => {
    for (const { name } of COMMANDS) {
      const { exitCode, stdout } = await mediasearch([name, "--help"], { home: tempFolder() });
      expect(exitCode).toBe(0);
      expect(stdout, name).toMatch(/Examples:\n {2}\$ .*mediasearch/);
      expect(stdout, name).toMatch(/Exit status:\n {2}0 {3}done/);
    }
  });

  it("is what the bare command shows", async () => {
    const { exitCode, stdout } = await mediasearch([], { home: tempFolder() });
    expect(exitCode).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name}`);
  });
});

describe("help of a command", () => {
  it("fits into 80 columns: the lines of its tables stand as they are", async () => {
    for (const { name, details = "" } of COMMANDS) {
      const { stdout } = await mediasearch([name, "--help"], { home: tempFolder() });
      for (const line of details.split("\n").filter((one) => one.startsWith("  ")))
        expect(stdout.split("\n"), name).toContain(line);
    }
  });
});

describe("a wrong command line", () => {
  it("suggests what was meant, and ends with 2", async () => {
    const typo = await mediasearch(["serch", "x"], { home: tempFolder() });
    expect(typo).toMatchObject({ exitCode: 2, stdout: "" });
    expect(typo.stderr).toContain("Did you mean search?");
    const option = await mediasearch(["search", "x", "--limt", "3"], { home: tempFolder() });
    expect(option.exitCode).toBe(2);
    expect(option.stderr).toContain("Did you mean --limit?");
  });

  it("says what a value may be", async () => {
    for (const [argv, told] of [
      [["search", "x", "--mode", "magic"], /keyword, semantic, hybrid/],
      [["search", "x", "--limit", "0"], /1 to 1000/],
      [["search", "x", "--limit", "1001"], /1 to 1000/],
      [["search", "x", "--limit", "ten"], /1 to 1000/],
      [["index", ".", "--jobs", "none"], /whole number/],
      [["index", ".", "--language", "not a language"], /language tag/],
      [["search"], /nothing to search for/],
      [["index", ".", "--captions", "maybe"], /prefer, only, ignore/],
    ] as const) {
      const { exitCode, stderr } = await mediasearch(argv, { home: tempFolder() });
      expect(exitCode, argv.join(" ")).toBe(2);
      expect(stderr).toMatch(told);
    }
  });

  it("also when a variable is wrong, by the variable's name", async () => {
    const { exitCode, stderr } = await mediasearch(["list"], {
      home: tempFolder(),
      env: { JOB_CONCURRENCY: "many" },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/JOB_CONCURRENCY: must be a whole number/);
  });

  it("tells a program in JSON, on the last line of stderr", async () => {
    const { exitCode, stderr } = await mediasearch(["search", "x", "--json"], {
      home: tempFolder(),
    });
    expect(exitCode).toBe(10);
    expect(JSON.parse(stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({
      error: { code: "NO_STORE", exitCode: 10, hint: "mediasearch index FOLDER" },
    });
  });
});

describe("BACKEND=vast", () => {
  it("wants the address of the cluster", async () => {
    const { exitCode, stderr } = await mediasearch(["search", "x"], {
      home: tempFolder(),
      env: { BACKEND: "vast" },
    });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/BACKEND=vast needs the address of the cluster/);
  });
});

describe("a library", () => {
  it("that is not there is no empty answer but 10, with the next step, and none is made", async () => {
    const home = join(tempFolder(), "home");
    for (const argv of [["search", "x"], ["list"], ["transcript", "a.mp3"], ["migrate"]]) {
      const { exitCode, stderr } = await mediasearch(argv, { home });
      expect(exitCode, argv[0]).toBe(10);
      expect(stderr).toContain("mediasearch index FOLDER");
    }
    expect(existsSync(home)).toBe(false);
  });

  it("may be anywhere with --store", async () => {
    const folder = captionsFolder();
    const store = join(folder, "sub", "my.library");
    expect(
      (await mediasearch(["index", folder, "--store", store], { home: tempFolder() })).exitCode,
    ).toBe(0);
    expect(existsSync(store)).toBe(true);
    expect(
      found(
        await mediasearch(["search", "membership", "--json", "--store", store], {
          home: tempFolder(),
        }),
      ).total,
    ).toBeGreaterThan(0);
  });

  it("of another embedding model is never misread: 13 with the way out, words still work, and migrate mends it", async () => {
    const folder = captionsFolder();
    const home = tempFolder();
    await mediasearch(["index", folder], { home });
    const { default: Sqlite } = await import("better-sqlite3");
    const db = new Sqlite(join(home, "library.sqlite"));
    db.prepare("UPDATE meta SET value = ? WHERE key = 'embedder'").run(
      JSON.stringify({ embedder: "other-model@123", dimensions: 384 }),
    );
    db.close();
    for (const argv of [
      ["search", "fee"],
      ["search", "fee", "--mode", "semantic"],
      ["index", folder],
    ]) {
      const { exitCode, stderr } = await mediasearch(argv, { home });
      expect(exitCode).toBe(13);
      expect(stderr).toContain("mediasearch migrate --reembed");
    }
    expect((await mediasearch(["search", "fee", "--mode", "keyword"], { home })).exitCode).toBe(0);
    expect((await mediasearch(["doctor"], { home })).exitCode).toBe(13);
    expect((await mediasearch(["migrate", "--reembed"], { home })).exitCode).toBe(0);
    expect((await mediasearch(["search", "fee"], { home })).exitCode).toBe(0);
  });
});

describe("ingest", () => {
  it("registers without processing, once, and index works it off", async () => {
    const folder = captionsFolder();
    const home = tempFolder();
    expect((await mediasearch(["ingest", folder], { home })).stderr).toMatch(/registered 1 /);
    expect((await mediasearch(["ingest", folder], { home })).stderr).toMatch(/registered 0 /);
    const listed = JSON.parse((await mediasearch(["list", "--json"], { home })).stdout) as {
      files: { state: string }[];
    };
    expect(listed.files.map(({ state }) => state)).toEqual(["registered"]);
    expect(found(await mediasearch(["search", "membership", "--json"], { home })).total).toBe(0);
    expect((await mediasearch(["index"], { home })).stderr).toMatch(/indexed 1 /);
    expect(
      found(await mediasearch(["search", "membership", "--json"], { home })).total,
    ).toBeGreaterThan(0);
  });

  it("and index do nothing in a dry run but say what they would", async () => {
    const folder = captionsFolder();
    const home = join(tempFolder(), "home");
    for (const command of ["ingest", "index"]) {
      const { exitCode, stdout } = await mediasearch([command, folder, "--dry-run"], { home });
      expect(exitCode).toBe(0);
      expect(stdout).toContain("minutes.vtt");
    }
    expect(existsSync(join(home, "library.sqlite"))).toBe(false);
  });
});

describe("include and exclude", () => {
  it("choose files below the folder, hidden ones never", async () => {
    const folder = tempFolder();
    for (const name of [
      "a/one.vtt",
      "a/two.vtt",
      "drafts/three.vtt",
      ".hidden/four.vtt",
      "five.vtt",
    ]) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      copyFileSync(join(FIXTURES, "minutes.vtt"), join(folder, name));
    }
    const would = async (...options: string[]): Promise<string[]> =>
      (
        await mediasearch(["index", folder, "--dry-run", ...options], {
          home: tempFolder(),
          cwd: folder,
        })
      ).stdout
        .trim()
        .split("\n")
        .toSorted();
    expect(await would()).toEqual(["a/one.vtt", "a/two.vtt", "drafts/three.vtt", "five.vtt"]);
    expect(await would("--exclude", "drafts/**", "--exclude", "two.*")).toEqual([
      "a/one.vtt",
      "five.vtt",
    ]);
    expect(await would("--exclude", "drafts")).toEqual(["a/one.vtt", "a/two.vtt", "five.vtt"]);
    expect(await would("--include", "a/*")).toEqual(["a/one.vtt", "a/two.vtt"]);
    expect(await would("--include", "*e.vtt")).toEqual([
      "a/one.vtt",
      "drafts/three.vtt",
      "five.vtt",
    ]);
  });
});

describe("captions", () => {
  it("only: files without any are skipped, not failed", async () => {
    const folder = captionsFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "bees.flac"));
    const { exitCode, stderr } = await mediasearch(["index", folder, "--captions", "only"], {
      home: tempFolder(),
    });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /indexed 1 \(1 from captions, 0 recognised\), 0 unchanged, 1 skipped, 0 failed/,
    );
  });

  it("in the wished language are taken, and those in another are not", async () => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "bees.flac"));
    writeFileSync(
      join(folder, "bees.de.srt"),
      "1\n00:00:00,500 --> 00:00:04,500\nBienen besuchen Millionen Blumen.\n",
    );
    writeFileSync(
      join(folder, "bees.fr.srt"),
      "1\n00:00:00,500 --> 00:00:04,500\nLes abeilles visitent des fleurs.\n",
    );
    const home = tempFolder();
    await mediasearch(["index", folder, "--language", "fr"], { home });
    expect((await mediasearch(["transcript", "bees.flac"], { home })).stdout).toContain(
      "Les abeilles",
    );
    await mediasearch(["index", folder], { home });
    expect((await mediasearch(["transcript", "bees.flac"], { home })).stdout).toContain("Bienen");
    await mediasearch(["index", folder, "--language", "en"], { home });
    expect((await mediasearch(["transcript", "bees.flac"], { home })).stdout).toContain(
      "jar of honey",
    );
  });

  it("that are broken give way to recognition, with a warning", async () => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "bees.flac"));
    writeFileSync(join(folder, "bees.srt"), "this is no subtitle file\n");
    const { exitCode, stderr } = await mediasearch(["index", folder], { home: tempFolder() });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/warning: .*captions not used: .*bees\.srt: no captions could be read/);
    expect(stderr).toMatch(/1 recognised/);
  });
});

describe("the STUB engine", () => {
  it("marks its rows", async () => {
    const folder = tempFolder();
    copyFileSync(join(FIXTURES, "bees.flac"), join(folder, "bees.flac"));
    const home = tempFolder();
    const { stderr } = await mediasearch(["index", folder], { home, env: { ASR_ENGINE: "STUB" } });
    expect(stderr).toMatch(/warning: .*made up/);
    const { stdout } = await mediasearch(["transcript", "bees.flac", "--json"], { home });
    const { engine, segments } = JSON.parse(stdout) as {
      engine: string;
      segments: { text: string }[];
    };
    expect(engine).toBe("STUB");
    for (const { text } of segments) expect(text).toMatch(/^\[STUB\]/);
    // Another engine is another transcript: the real one replaces it.
    await mediasearch(["index", folder], { home });
    expect((await mediasearch(["transcript", "bees.flac"], { home })).stdout).toContain("honey");
  });
});

describe("doctor", () => {
  it("says in about ten lines whether this machine can index and search", async () => {
    const { exitCode, stdout } = await mediasearch(["doctor"], { home: tempFolder() });
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.length).toBeLessThanOrEqual(12);
    for (const group of [
      "machine",
      "settings",
      "modules",
      "models",
      "folders",
      "written",
      "library",
    ])
      expect(stdout).toMatch(new RegExp(`^ok +${group} `, "m"));
    for (const part of [
      "Node ",
      "SQLite ",
      "onnxruntime ",
      "FFmpeg ",
      "all-MiniLM-L6-v2",
      "free",
      "none yet",
    ])
      expect(stdout).toContain(part);
  });

  it("gives each failing check the command that mends it, and the exit code of the failure", async () => {
    const home = tempFolder();
    writeFileSync(
      join(home, "library.sqlite"),
      "not a database at all, but long enough to be looked at",
    );
    const { exitCode, stdout } = await mediasearch(["doctor", "--json"], { home });
    expect(exitCode).toBe(13);
    const report = JSON.parse(stdout) as {
      ok: boolean;
      exitCode: number;
      checks: { check: string; status: string; hint: string | null }[];
    };
    expect(report).toMatchObject({ ok: false, exitCode: 13 });
    expect(report.checks.find(({ status }) => status === "failed")).toMatchObject({
      check: "library",
      hint: expect.stringContaining("--store") as string,
    });
  });

  it("warns before the first recording when the models are not here", async () => {
    const { exitCode, stdout } = await mediasearch(["doctor"], {
      home: tempFolder(),
      env: { MEDIASEARCH_CACHE: tempFolder() },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/warning +recogniser .*\n.*mediasearch models pull/);
  });
});

describe("models", () => {
  it("lists, finds and verifies them", async () => {
    const { stdout } = await mediasearch(["models", "list"], { home: tempFolder() });
    expect(stdout).toMatch(/here +moonshine-tiny .*MIT/);
    expect((await mediasearch(["models", "verify"], { home: tempFolder() })).exitCode).toBe(0);
    const empty = await mediasearch(["models", "verify"], {
      home: tempFolder(),
      env: { MEDIASEARCH_CACHE: tempFolder() },
    });
    expect(empty.exitCode).toBe(14);
    expect(empty.stderr).toContain("mediasearch models pull");
    const place = tempFolder();
    expect(
      (
        await mediasearch(["models", "path"], {
          home: tempFolder(),
          env: { MEDIASEARCH_CACHE: place },
        })
      ).stdout,
    ).toBe(`${place}\n`);
  });

  it("that can't be had are told with the next step, and no file is blamed for it", async () => {
    const home = tempFolder();
    const { exitCode, stderr } = await mediasearch(["index", join(FIXTURES, "bees.flac")], {
      home,
      env: {
        MEDIASEARCH_CACHE: tempFolder(),
        npm_config_registry: "http://127.0.0.1:9/",
        npm_config_cache: tempFolder(),
      },
    });
    expect(exitCode).toBe(14);
    expect(stderr).toMatch(/(moonshine-tiny|silero-vad): not on this machine/);
    expect(stderr).toMatch(/mediasearch models pull .*MEDIASEARCH_MODELS/);
    expect((await mediasearch(["list", "--json"], { home })).stdout).not.toContain('"failed"');
  });
});

describe("the program", () => {
  it("has one version", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      version: string;
    };
    expect((await mediasearch(["--version"], { home: tempFolder() })).stdout).toBe(`${version}\n`);
    expect(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")).toContain(version);
  });
});
