import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { BIN, environment, FIXTURES, type Result, ROOT, tempFolder } from "./helpers/run.ts";

const EXAMPLES = join(ROOT, "examples");
let folder = "";
let env: Readonly<Record<string, string>> = {};

/** A folder as in the examples, and a command "mediasearch" as npm would install it. */
beforeEach(() => {
  folder = tempFolder();
  const programs = join(folder, "bin");
  mkdirSync(programs);
  writeFileSync(
    join(programs, "mediasearch"),
    `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`,
  );
  chmodSync(join(programs, "mediasearch"), 0o755);
  env = {
    ...environment(join(folder, "home")),
    PATH: `${programs}:${join(process.execPath, "..")}:${process.env["PATH"]}`,
  };
  mkdirSync(join(folder, "recordings"));
  for (const name of ["boiler.mp4", "lecture.mp3", "lecture.vtt", "minutes.vtt"])
    copyFileSync(join(FIXTURES, name), join(folder, "recordings", name));
});

function sh(command: string, args: readonly string[], more: Record<string, string> = {}): Result {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: { ...env, ...more },
    encoding: "utf8",
  });
  return { exitCode: status ?? -1, stdout, stderr };
}
const example = (name: string, ...args: string[]): Result => sh(join(EXAMPLES, name), args);
const mediasearch = (...args: string[]): Result => sh("mediasearch", args);

describe.skipIf(process.platform === "win32")("the examples", () => {
  it("nightly.sh says nothing of a good run, and names what failed", () => {
    const log = join(folder, "log.ndjson");
    expect(example("nightly.sh", "recordings", log)).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(log, "utf8")).toContain('"type":"summary"');
    writeFileSync(join(folder, "recordings/broken.mp3"), "");
    const failed = example("nightly.sh", "recordings", log);
    expect(failed.exitCode).toBe(3);
    expect(failed.stdout).toMatch(/^Some files could not be indexed:\n[^]*broken\.mp3/);
    expect(example("files-that-wait.sh").stdout).toMatch(
      /^NEEDS_MEDIA_FIX\t[^\t]*broken\.mp3\t.+\n$/,
    );
    const wrong = sh(join(EXAMPLES, "nightly.sh"), ["recordings", log], {
      JOB_CONCURRENCY: "many",
    });
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stdout).toMatch(/^mediasearch index recordings ended with 2:\n.*JOB_CONCURRENCY/);
  });

  it("crontab names a script that is there", () => {
    const [line = ""] = readFileSync(join(EXAMPLES, "crontab"), "utf8").match(/^\d.*$/m) ?? [];
    expect(line).toMatch(/^30 2 \* \* \* \S+\/nightly\.sh \S+ \S+$/);
  });

  it("clip-every-hit.sh and who-said.sh work on every hit", () => {
    expect(mediasearch("index", "recordings").exitCode).toBe(0);
    expect(example("who-said.sh", "the").stdout).toMatch(/^ *\d+ .+\n/);
    expect(example("who-said.sh", "membership").stdout.trim()).toMatch(/^1 Treasurer$/);
    const { exitCode, stderr } = example("clip-every-hit.sh", "river", "clips");
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    expect(readdirSync(join(folder, "clips"))).toEqual(["001.mp4", "002.mp4"]);
  });

  it("container/entrypoint.sh indexes the mounted folder, or runs the command it is given", () => {
    const indexed = sh(join(EXAMPLES, "container/entrypoint.sh"), [], {
      MEDIA: join(folder, "recordings"),
    });
    expect(indexed.exitCode).toBe(0);
    expect(indexed.stdout).toContain('"type":"summary"');
    const found = sh(join(EXAMPLES, "container/entrypoint.sh"), ["search", "membership"]);
    expect(found.stdout).toContain("Treasurer");
  });

  it.each([
    ["github-actions.yml", stepsOfGithub],
    ["gitlab-ci.yml", (job: GitlabFile) => job.captions.script],
  ] as const)("%s writes the captions", (name, commandsOf) => {
    const file = parse(readFileSync(join(EXAMPLES, name), "utf8")) as never;
    const commands = commandsOf(file);
    expect(commands[0]).toBe("npm install --global mediasearch");
    for (const command of commands.slice(1))
      execFileSync("/bin/sh", ["-ec", command], { cwd: folder, env, stdio: "pipe" });
    expect(readdirSync(join(folder, "captions"), { recursive: true })).toEqual(
      expect.arrayContaining([expect.stringMatching(/boiler.*\.vtt$/)]),
    );
  });
});

interface GitlabFile {
  readonly captions: { readonly script: readonly string[] };
}
interface GithubFile {
  readonly jobs: { readonly captions: { readonly steps: readonly { readonly run?: string }[] } };
}
function stepsOfGithub({ jobs }: GithubFile): readonly string[] {
  return jobs.captions.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
}
