import { chmodSync, cpSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeOutcome, spaceOutcome } from "../../src/doctor/machine.ts";
import { allFiles, findModel } from "../../src/models/catalogue.ts";
import { captionLibrary } from "../helpers/caption-library.ts";
import { type Check, doctor } from "../helpers/doctor.ts";
import { MODEL_CACHE } from "../helpers/places.ts";
import { mediasearch, spawnMediasearch, tempFolder } from "../helpers/run.ts";
import { startServer } from "../helpers/server.ts";

describe("doctor on models", () => {
  it("tells a recogniser's file that is cut off", async () => {
    const cache = tempFolder();
    cpSync(MODEL_CACHE, cache, { recursive: true });
    truncateSync(join(cache, "moonshine-tiny/encoder_model.onnx"), 1000);
    const { exitCode, checks } = await doctor({ MEDIASEARCH_CACHE: cache });
    const told = checks.find(({ found }) => found.includes("encoder_model.onnx"));
    expect(told, JSON.stringify(checks)).toMatchObject({
      hint: expect.stringContaining("mediasearch models pull") as string,
    });
    expect(exitCode).toBe(told?.status === "failed" ? 14 : 0);
  });

  it("names the model to pull, also one that is pulled by name only", async () => {
    const cache = tempFolder();
    const [file] = allFiles(findModel("whisper-base"));
    const path = join(cache, "whisper-base", file?.name ?? "");
    mkdirSync(join(cache, "whisper-base"));
    writeFileSync(path, "");
    truncateSync(path, file?.sizeBytes);
    const env = { MEDIASEARCH_CACHE: cache };
    const { checks } = await doctor(env);
    const { stderr } = await mediasearch(["models", "verify"], { home: tempFolder(), env });
    for (const hint of [checks.find(({ found }) => found.includes("whisper-base"))?.hint, stderr])
      expect(hint).toMatch(/mediasearch models pull .*\bwhisper-base$/m);
  });

  it("tells an embedding server whose vectors are of another length", async () => {
    const server = await startServer("embedding-server.ts");
    try {
      await server.faults();
      const home = await captionLibrary(1);
      const env = {
        EMBEDDING_ENDPOINT: `${server.url}/embed`,
        EMBEDDING_MODEL: "x",
        EMBEDDING_DIMENSION: "1024",
      };
      const { exitCode, stdout } = await mediasearch(["doctor", "--json"], { home, env });
      const failed = (JSON.parse(stdout) as { checks: readonly Check[] }).checks.filter(
        ({ status }) => status === "failed",
      );
      expect(
        [
          exitCode,
          failed[0]?.found.includes("384 dimensions, not of 1024"),
          failed[0]?.hint?.includes("EMBEDDING_DIMENSION=384"),
        ],
        stdout,
      ).toEqual([13, true, true]);
    } finally {
      await server.stop();
    }
  });

  it("tells a disk with little room, and one with hardly any", () => {
    expect(spaceOutcome("/data", 50_000_000, "elsewhere")).toMatchObject({
      status: "failed",
      hint: expect.stringContaining("larger disk") as string,
    });
    expect(spaceOutcome("/data", 1_000_000_000, "elsewhere").status).toBe("warning");
    expect(nodeOutcome("20.20.2")).toMatchObject({ status: "failed", code: "MISSING_TOOL" });
  });
});

describe("doctor on what is written", () => {
  const checksOf = async (home: string, cache: string): Promise<readonly Check[]> => {
    const env = { XDG_CACHE_HOME: cache, TMPDIR: home };
    const { stdout } = await spawnMediasearch(["doctor", "--json"], { home, env });
    return (JSON.parse(stdout) as { checks: readonly Check[] }).checks;
  };

  it("names the library, the models and the cache, and what an earlier version left", async () => {
    const home = await captionLibrary(1);
    const cache = tempFolder();
    const before = (await checksOf(home, cache)).filter(({ check }) => check === "leftovers");
    expect(before).toEqual([]);
    mkdirSync(join(cache, "Microsoft/DeveloperTools/.onnxruntime"), { recursive: true });
    const checks = await checksOf(home, cache);
    const found = checks.find(({ check }) => check === "written")?.found;
    expect(found).toMatch(/library \d+(\.\d)? kB in .*library\.sqlite; models \d+(\.\d)? MB in /);
    expect(checks.find(({ check }) => check === "leftovers")).toMatchObject({
      status: "ok",
      found: expect.stringContaining("Microsoft/DeveloperTools/.onnxruntime") as string,
    });
  });

  it.skipIf(process.platform === "win32")("warns of a cache that others can write", async () => {
    const cache = tempFolder();
    chmodSync(cache, 0o777);
    expect(
      (await checksOf(tempFolder(), cache)).find(({ check }) => check === "cache"),
    ).toMatchObject({
      status: "warning",
      hint: expect.stringContaining("XDG_CACHE_HOME") as string,
    });
  });
});
