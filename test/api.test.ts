import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environment, FIXTURES, ROOT } from "./helpers/run.ts";

let app: string;
const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, {
    cwd: app,
    env: environment(join(app, "home")),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** An application with mediasearch among its packages. */
beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "mediasearch-api-"));
  mkdirSync(join(app, "node_modules"));
  symlinkSync(ROOT, join(app, "node_modules/mediasearch"), "junction");
  mkdirSync(join(app, "talks"));
  copyFileSync(join(FIXTURES, "minutes.vtt"), join(app, "talks/minutes.vtt"));
  writeFileSync(join(app, "talks/broken.mp3"), "no sound in this");
  writeFileSync(join(app, "package.json"), '{ "private": true, "type": "module" }');
  for (const name of ["api-search.mjs", "api-index.ts"])
    copyFileSync(join(ROOT, "examples", name), join(app, name));
});

afterAll(() => rmSync(app, { recursive: true, force: true }));

describe("the library API", () => {
  it("indexes a folder in the example, and tells each file", () => {
    const lines = node("api-index.ts", "talks").trimEnd().split("\n");
    expect(lines).toContain(`${join(app, "talks/minutes.vtt")}: 3 segments`);
    expect(lines).toContain("1 indexed, 1 failed");
    expect(lines).toContain(`${join("talks", "minutes.vtt")}: indexed, 13 s`);
    expect(lines.at(-1)).toBe(`first failure: ${join("talks", "broken.mp3")}: NEEDS_MEDIA_FIX`);
  });

  it("searches in the example, and tells what is missing by a code and a next step", () => {
    let refused = { status: 0, stderr: "" };
    try {
      node("api-search.mjs", "fee");
    } catch (error) {
      refused = error as typeof refused;
    }
    expect(refused.status).toBe(10);
    expect(refused.stderr).toMatch(/^NO_STORE: .*\nnext: mediasearch index/);
    writeFileSync(join(app, "mediasearch.config.json"), '{ "store": "talks.sqlite" }');
    const lines = node("api-search.mjs", "fee").trimEnd().split("\n");
    expect(lines[0]).toBe(
      `${join("talks", "minutes.vtt")} 4.2 s Treasurer: The membership [fee] stays the same, but the mooring will cost more.`,
    );
  });

  it("has types that a strict application accepts, and that refuse what is not there", () => {
    const config = {
      compilerOptions: {
        module: "nodenext",
        moduleResolution: "nodenext",
        target: "es2023",
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
        types: ["node"],
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      files: ["api-index.ts", "wrong.ts"],
    };
    writeFileSync(join(app, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(
      join(app, "wrong.ts"),
      [
        'import { type Library, openLibrary } from "mediasearch";',
        "const library: Library = await openLibrary();",
        "// @ts-expect-error A misspelt filter.",
        'await library.search({ query: "fee", speeker: "ann" });',
        "// @ts-expect-error A line may have no speaker.",
        'const name: string = (await library.search({ query: "fee" })).hits[0]!.speaker;',
        "export { name };",
      ].join("\n"),
    );
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    expect(node(tsc, "-p", ".", "--preserveSymlinks")).toBe("");
  });

  it("is documented with each of its members, options and exports", () => {
    const page = readFileSync(join(ROOT, "docs/api.md"), "utf8");
    const types = readFileSync(join(ROOT, "dist/library-types.d.ts"), "utf8");
    const [, members = ""] = /interface Library \{([\s\S]*?)\n\}/.exec(types) ?? [];
    const names = [...members.matchAll(/^\t(\w+)\(/gm)].map(([, name]) => name);
    expect(names).toEqual(["search", "index", "list", "transcript", "jobs", "status", "close"]);
    for (const name of names) expect(page).toContain(`\`${name}(`);
  });
});
