import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captionFormatsDoc, cliDoc, configDoc, errorsDoc } from "../scripts/docs-text.ts";
import { COMMANDS } from "../src/cli/command-table.ts";
import { SETTINGS } from "../src/config/settings.ts";
import { ERRORS } from "../src/errors.ts";
import { findModel } from "../src/models/catalogue.ts";
import { ROOT } from "./helpers/run.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const tracked = (): string[] =>
  execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" })
    .split("\0")
    .filter((path) => path !== "");

describe("the documentation", () => {
  it("that is made out of the program is as the program is", async () => {
    expect(read("docs/cli.md")).toBe(await cliDoc());
    expect(read("docs/config.md")).toBe(configDoc());
    expect(read("docs/errors.md")).toBe(errorsDoc());
    expect(read("docs/caption-formats.md")).toBe(captionFormatsDoc());
  });

  it("names every setting on its page, every exit code in the README, and every command", () => {
    const [readme, settings] = [read("README.md"), read("docs/config.md")];
    for (const { env } of Object.values(SETTINGS).filter(({ env }) => env !== "EMBEDDING_MODEL"))
      expect(settings, env).toContain(env);
    for (const { exit } of Object.values(ERRORS).filter(({ exit }) => ![1, 143].includes(exit)))
      expect(readme, String(exit)).toMatch(new RegExp(`\\b${exit} `));
    for (const { name, examples, summary } of COMMANDS) {
      expect(read("docs/cli.md")).toContain(`## ${name}`);
      expect(examples.length, name).toBeGreaterThan(0);
      expect(summary).not.toBe("");
    }
  });

  it("has no dead links to files", () => {
    for (const page of tracked().filter((path) => path.endsWith(".md")))
      for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
        expect(
          () => readFileSync(join(ROOT, page, "..", target)),
          `${page} → ${target}`,
        ).not.toThrow();
  });

  it("names in its guides only files and scripts that are there", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const guides = tracked().filter((path) =>
      /^(?:[A-Z]+|docs\/(?:adding-.*|security))\.md$/.test(path),
    );
    for (const page of guides.filter((path) => !/CHANGELOG|README/.test(path))) {
      const paths = read(page).matchAll(/`((?:src|test|docs|scripts|emulator)\/[^`\s]*)`/g);
      for (const [, path = ""] of [...paths].filter(([text]) => !/NAME|\*/.test(text)))
        expect(existsSync(join(ROOT, path)), `${page} names ${path}`).toBe(true);
      for (const [, name = ""] of read(page).matchAll(/npm run ([\w:-]+)/g))
        expect(Object.keys(scripts), `${page}: npm run ${name}`).toContain(name);
    }
  });

  it("says how much the first recognition downloads", () => {
    const bytes = ["moonshine-tiny", "silero-vad"]
      .flatMap((id) => findModel(id).files)
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const size = `${Math.round(bytes / 1e6)} MB`;
    for (const page of ["README.md", "docs/indexing.md", "scripts/quickstart.js"])
      expect(read(page), page).toContain(size);
  });

  it("names every dependency and why it is here", () => {
    const { optionalDependencies, devDependencies } = JSON.parse(read("package.json")) as {
      optionalDependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const page = read("docs/dependencies.md");
    const names = [...Object.keys(optionalDependencies), ...Object.keys(devDependencies)]
      .filter((name) => !name.startsWith("@types/"))
      .map((name) => name.replace(/^(@seydx\/node-av-).*/, "$1"));
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe("the repository", () => {
  it("names no registry's host", () => {
    const hosts = [
      ["registry", "npmjs", "org"],
      ["registry", "yarnpkg", "com"],
      ["npm", "pkg", "github", "com"],
    ].map((parts) => parts.join("."));
    for (const path of tracked()) {
      const text = readFileSync(join(ROOT, path), "latin1");
      for (const host of hosts) expect(text.includes(host), `${path} names ${host}`).toBe(false);
    }
    expect(read("package-lock.json")).not.toContain('"resolved": "http');
  });

  it("carries fixtures of less than 2 MB in all, and three models", () => {
    const size = (path: string): number => readFileSync(join(ROOT, path)).length;
    const fixtures = tracked().filter((path) => path.startsWith("fixtures/media/"));
    expect(fixtures.reduce((sum, path) => sum + size(path), 0)).toBeLessThan(2_000_000);
    expect(tracked().filter((path) => size(path) > 1_000_000)).toEqual([
      "models/all-MiniLM-L6-v2/model_quantized.onnx",
      "models/e5-small-v2/model_quantized.onnx.br",
      "models/ge2e/ge2e.int8.onnx",
    ]);
  });
});
