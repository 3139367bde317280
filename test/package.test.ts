import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BIN, environment, FIXTURES, type Result, ROOT } from "./helpers/run.ts";

interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly man: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
const MANIFEST = readManifest(ROOT);
const MAX_INSTALLED_BYTES = 300_000_000;

const npm = process.env["npm_execpath"];
const npmCommand = (...args: readonly string[]): readonly [string, readonly string[]] =>
  npm?.endsWith(".js") ? [process.execPath, [npm, ...args]] : ["npm", args];

const work = mkdtempSync(join(tmpdir(), "mediasearch-package-"));
const home = join(work, "home");
const cache = join(home, "cache");
const prefix = join(work, "prefix");
const temporary = join(work, "tmp");
const installed =
  process.platform === "win32"
    ? join(prefix, "node_modules/mediasearch")
    : join(prefix, "lib/node_modules/mediasearch");
const env = environment(join(home, "library"), {
  HOME: home,
  USERPROFILE: home,
  XDG_CACHE_HOME: cache,
  LOCALAPPDATA: cache,
  TMPDIR: temporary,
});

function run(command: string, args: readonly string[], options: { cwd: string }): Result {
  const { status, stdout, stderr } = spawnSync(command, [...args], {
    ...options,
    env,
    encoding: "utf8",
  });
  return { exitCode: status ?? -1, stdout, stderr };
}
const mediasearch = (...args: readonly string[]): Result =>
  run(process.execPath, [join(installed, "bin/mediasearch.js"), ...args], { cwd: work });

/** npm with its user's registry, and a cache that the tests keep. */
function runNpm(cwd: string, ...args: readonly string[]): Result {
  const [command, all] = npmCommand(...args);
  const { HOME, USERPROFILE } = process.env;
  const { status, stdout, stderr } = spawnSync(command, [...all], {
    cwd,
    env: {
      ...env,
      ...(HOME === undefined ? {} : { HOME }),
      ...(USERPROFILE === undefined ? {} : { USERPROFILE }),
      npm_config_update_notifier: "false",
    },
    encoding: "utf8",
  });
  return { exitCode: status ?? -1, stdout, stderr };
}

/**
 * The package as it is published: what `files` names, with the native parts that npm's prepack
 * adds.
 */
function stage(): string {
  const staged = join(work, "stage");
  const always = ["package.json", "README.md", "LICENSE"];
  for (const path of [...always, ...MANIFEST.files])
    cpSync(join(ROOT, path), join(staged, path), { recursive: true });
  for (const part of ["dist/sqlite", "dist/runtime"])
    rmSync(join(staged, part), { recursive: true, force: true });
  execFileSync(process.execPath, [
    join(ROOT, "scripts/pack-native-parts.js"),
    join(staged, "dist"),
  ]);
  return staged;
}

const filesIn = (folder: string): string[] =>
  globSync("**", { cwd: folder }).filter((path) => statSync(join(folder, path)).isFile());

let installing: Result;
beforeAll(() => {
  mkdirSync(temporary);
  mkdirSync(home);
  const staged = stage();
  const packing = runNpm(staged, "pack", "--ignore-scripts", "--pack-destination", work);
  if (packing.exitCode !== 0) throw new Error(packing.stderr);
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz")) ?? "";
  installing = runNpm(work, "install", "--global", "--prefix", prefix, join(work, tarball));
  for (const name of ["bees.flac", "minutes.vtt"])
    copyFileSync(join(FIXTURES, name), join(work, name));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the package", () => {
  it("installs from its tarball through the registry alone, without a script or a warning", () => {
    expect(installing.stderr).toBe("");
    expect(installing.exitCode).toBe(0);
    expect(existsSync(join(prefix, "bin/mediasearch")) || process.platform === "win32").toBe(true);
    const size = filesIn(prefix).reduce((sum, path) => sum + statSync(join(prefix, path)).size, 0);
    expect(size).toBeLessThan(MAX_INSTALLED_BYTES);
  });

  it("depends on native parts only, which run no script", () => {
    expect(MANIFEST.dependencies).toBeUndefined();
    expect(Object.keys(MANIFEST.optionalDependencies).join(" ")).toMatch(
      /^@seydx\/node-av-[^ ]+( @seydx\/node-av-[^ ]+)*$/,
    );
    const modules = join(installed, "node_modules");
    for (const path of globSync("{*,@*/*}/package.json", { cwd: modules })) {
      const { scripts = {} } = readManifest(join(modules, dirname(path)));
      expect(Object.keys(scripts).filter((name) => /install|prepare/.test(name))).toEqual([]);
      expect(existsSync(join(modules, dirname(path), "binding.gyp"))).toBe(false);
    }
  });

  it.skipIf(process.platform === "win32")("brings its man page", () => {
    const page = readFileSync(join(prefix, "share/man/man1/mediasearch.1"), "utf8");
    expect(page).toMatch(/^\.TH/m);
  });

  it("brings its completions and what its own links lead to", () => {
    expect(readManifest(installed).man).toEqual(["./man/mediasearch.1"]);
    expect(readdirSync(join(installed, "completions"))).not.toEqual([]);
    const pages = filesIn(installed).filter((path) => /^[^\\/]+\.md$|^docs.*\.md$/.test(path));
    const dead = pages.flatMap((page) =>
      [...readFileSync(join(installed, page), "utf8").matchAll(/\]\(([^)#\s]+)/g)]
        .map(([, link]) => link ?? "")
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => normalize(join(dirname(page), link)))
        .filter((path) => !existsSync(join(installed, path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(pages.length).toBeGreaterThan(10);
    expect(dead).toEqual([]);
  });

  it("indexes, recognises and searches, and writes nothing into its own folder", () => {
    const before = filesIn(installed);
    const indexed = mediasearch("index", "bees.flac", "minutes.vtt");
    expect(indexed.stderr).toContain("indexed 2 (1 from captions, 1 recognised)");
    expect(mediasearch("search", "honey").stdout).toContain("bees.flac");
    const { stdout } = mediasearch("search", "membership fee", "--mode", "keyword", "--json");
    expect(stdout).toContain('minutes.vtt"');
    expect(mediasearch("search", "insects", "--mode", "semantic").stdout).toContain("bees.flac");
    expect(mediasearch("doctor").stdout).toMatch(/^ok +library/m);
    expect(filesIn(installed)).toEqual(before);
    const runtimes = globSync("**/runtime/onnxruntime-*", { cwd: cache });
    expect(runtimes).toHaveLength(1);
    // npm keeps its own compiled code there.
    expect(readdirSync(temporary).filter((name) => name.startsWith("mediasearch"))).toEqual([]);
  });

  it("says what to do where an optional part is not there", () => {
    const { exitCode, stderr } = spawnOptional();
    expect([exitCode, stderr.includes("npm install sherpa-onnx-node")], stderr).toEqual([14, true]);
  });
});

function spawnOptional(): Result {
  const args = ["index", "bees.flac", "--captions", "ignore", "--store", "other.sqlite"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(installed, "bin/mediasearch.js"), ...args],
    {
      cwd: work,
      env: { ...env, ASR_ENGINE: "SHERPA", SHERPA_MODEL: join(ROOT, "fixtures") },
      encoding: "utf8",
    },
  );
  return { exitCode: status ?? -1, stdout, stderr };
}

describe("an old Node", () => {
  it("is told in one line what is needed", () => {
    for (const versions of [{ node: "20.20.2" }, { node: "22.13.1", napi: "9" }]) {
      const old = `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, ...${JSON.stringify(versions)} } })`;
      let told = { status: 0, stderr: "" };
      try {
        execFileSync(process.execPath, ["--import", old, BIN, "--version"], {
          encoding: "utf8",
          stdio: "pipe",
        });
      } catch (error) {
        told = error as typeof told;
      }
      expect([told.status, told.stderr]).toEqual([
        2,
        `mediasearch needs Node 22.14 or newer; this is Node ${versions.node}.\n`,
      ]);
    }
  });
});
