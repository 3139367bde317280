import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, tempFolder } from "../../test/helpers/run.ts";

type Files = Readonly<Record<string, string>>;

/**
 * A copy of the sources with a part added as its guide says: files of one folder, and a line in a
 * registry.
 */
function withPart(files: Files, registry: string, after: string, line: string): string {
  const folder = tempFolder();
  cpSync(join(ROOT, "src"), join(folder, "src"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), readFileSync(join(ROOT, "package.json")));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const path = join(folder, registry);
  const text = readFileSync(path, "utf8");
  expect(text).toContain(after);
  writeFileSync(
    path,
    `import { TINY } from "./tiny/settings.ts";\n${text.replace(after, `${after}\n${line}`)}`,
  );
  return folder;
}

/** What a program in that copy prints, as JSON. */
const evaluate = (folder: string, program: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );

const SETTING = `{ env: "TINY_SIZE", help: "its size", parse: Number, fallback: () => 3, fallbackText: "3" }`;

describe("the guides", () => {
  it("make an embedder out of one folder and one line", () => {
    const folder = withPart(
      {
        "src/embed/tiny/settings.ts": `
          import type { OwnEmbedderSettings } from "../settings.ts";
          export const TINY: OwnEmbedderSettings<{ tinySize: number }, never> = {
            rows: { tinySize: ${SETTING} },
            own: ({ tinySize }) => ({ size: tinySize }),
            isFor: ({ model }) => model === "tiny",
          };`,
        "src/embed/tiny/open.ts": `
          export const identify = async ({ size }) => ({ embedder: "tiny@1", dimensions: size });
          export const open = async ({ size }) => ({ id: "tiny@1", dimensions: size });`,
      },
      "src/embed/registry.ts",
      "const EMBEDDERS = [",
      `{ settings: TINY, identify: async (s) => (await import("./tiny/open.ts")).identify(s), open: async (s) => (await import("./tiny/open.ts")).open(s) },`,
    );
    expect(
      evaluate(
        folder,
        `import { resolveConfig } from "./src/config/resolve.ts";
         import { embedderSettings, identifyEmbedder, openEmbedder } from "./src/embed/registry.ts";
         const { settings } = resolveConfig({}, { env: { EMBEDDING_MODEL: "tiny", TINY_SIZE: "5" }, cwd: "/" });
         const own = embedderSettings(settings);
         console.log(JSON.stringify([await identifyEmbedder(own), await openEmbedder(own)]));`,
      ),
    ).toEqual([
      { embedder: "tiny@1", dimensions: 5 },
      { id: "tiny@1", dimensions: 5 },
    ]);
  });

  it("make a recogniser out of one folder and one line", () => {
    const folder = withPart(
      {
        "src/asr/tiny/settings.ts": `
          import type { RecogniserSettings } from "../settings.ts";
          export const TINY: RecogniserSettings<{ tinySize: number }, { size: number }> = {
            rows: { tinySize: ${SETTING} },
            own: ({ tinySize }) => ({ size: tinySize }),
            isSetUp: ({ size }) => size !== 3,
          };`,
        "src/asr/tiny/open.ts": `export const open = async ({ settings }) => ({ id: "tiny@" + settings.size });`,
        "src/asr/tiny/check.ts": `export const check = async ({ size }) => ({ found: String(size) });`,
      },
      "src/asr/registry.ts",
      "const RECOGNISERS = {",
      `TINY: { settings: TINY, open: async (o) => (await import("./tiny/open.ts")).open(o), check: async (own) => (await import("./tiny/check.ts")).check(own) },`,
    );
    expect(
      evaluate(
        folder,
        `import { resolveConfig } from "./src/config/resolve.ts";
         import { checkTranscriber, engineSettings, enginesSetUp, openTranscriber } from "./src/asr/registry.ts";
         const env = { ASR_ENGINE: "tiny", TINY_SIZE: "5" };
         const { settings } = resolveConfig({}, { env, cwd: "/" });
         const engines = engineSettings(settings, env);
         const { id } = await openTranscriber(settings.engine, { models: async () => ({}), engines });
         console.log(JSON.stringify([settings.engine, id, enginesSetUp(engines), await checkTranscriber("TINY", engines)]));`,
      ),
    ).toEqual(["TINY", "tiny@5", ["TINY"], { found: "5" }]);
  });
});
