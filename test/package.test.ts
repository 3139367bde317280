import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, environment, FIXTURES, ROOT, tempFolder } from "./helpers/run.ts";

const npm = process.env["npm_execpath"];
const npmCommand = (...args: readonly string[]): readonly [string, readonly string[]] =>
  npm?.endsWith(".js") ? [process.execPath, [npm, ...args]] : ["npm", args];

describe("the package", () => {
  it("installs from its tarball into an empty folder, without any script, and indexes and searches there", () => {
    const folder = tempFolder();
    const env = environment(join(folder, "home"));
    const run = (cwd: string, ...args: readonly string[]): string => {
      const [command, all] = npmCommand(...args);
      return execFileSync(command, [...all], {
        cwd,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    };
    run(ROOT, "pack", "--ignore-scripts", "--pack-destination", folder);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    const app = join(folder, "app");
    mkdirSync(app);
    writeFileSync(join(app, "package.json"), '{"private":true}');
    run(
      app,
      "install",
      join(folder, tarball),
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
    );
    const bin = join(app, "node_modules/mediasearch/bin/mediasearch.js");
    const mediasearch = (...args: readonly string[]): string =>
      execFileSync(process.execPath, [bin, ...args], {
        cwd: app,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    for (const name of ["bees.flac", "minutes.vtt"])
      copyFileSync(join(FIXTURES, name), join(app, name));
    mediasearch("index", "bees.flac", "minutes.vtt");
    expect(mediasearch("search", "honey")).toContain("bees.flac");
    expect(mediasearch("search", "membership fee", "--mode", "keyword", "--json")).toContain(
      '"file":"minutes.vtt"',
    );
    expect(mediasearch("doctor")).toMatch(/^ok +library/m);
    // What is optional is not there, and says what to do.
    let told = { status: 0, stderr: "" };
    try {
      execFileSync(
        process.execPath,
        [bin, "index", "bees.flac", "--captions", "ignore", "--store", "other.sqlite"],
        {
          cwd: app,
          env: { ...env, ASR_ENGINE: "SHERPA", SHERPA_MODEL: join(ROOT, "fixtures") },
          encoding: "utf8",
          stdio: "pipe",
        },
      );
    } catch (error) {
      told = error as typeof told;
    }
    expect(
      [told.status, told.stderr.includes("npm install sherpa-onnx-node")],
      told.stderr,
    ).toEqual([14, true]);
  });
});

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
