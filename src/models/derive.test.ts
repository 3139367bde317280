import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import type { Model } from "./catalogue.ts";
import type { EnsureOptions } from "./places.ts";
import { ensureModel, listModels, verifyModels } from "./store.ts";

const SOURCE = Buffer.from("weights, as they were published");
const reversed = (bytes: Uint8Array): Uint8Array => bytes.toReversed();
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let cacheDir: string;
let modelsDir: string;
let made: number;
let model: Model;

beforeEach(() => {
  cacheDir = join(tempFolder(), "cache");
  modelsDir = tempFolder();
  writeFileSync(join(modelsDir, "plain.onnx"), SOURCE);
  made = 0;
  model = {
    id: "tiny",
    licence: "MIT",
    source: "npm @models/tiny@1.2.3",
    npm: { name: "@models/tiny", version: "1.2.3", integrity: "sha512-AAAA" },
    files: [
      {
        name: "plain.onnx",
        inPackage: "plain.onnx",
        sizeBytes: SOURCE.length,
        digest: sha256(SOURCE),
      },
    ],
    derived: [
      {
        name: "fast.onnx",
        from: "plain.onnx",
        sizeBytes: SOURCE.length,
        digest: sha256(reversed(SOURCE)),
        load: async () => (bytes) => {
          made++;
          return reversed(bytes);
        },
      },
    ],
  };
});

const options = (more: Partial<EnsureOptions> = {}): EnsureOptions => ({
  cacheDir,
  modelsDir,
  env: {},
  signal: new AbortController().signal,
  ...more,
});
const cached = (): string[] =>
  existsSync(join(cacheDir, "tiny")) ? readdirSync(join(cacheDir, "tiny")) : [];
const fast = (): string => join(cacheDir, "tiny/fast.onnx");

describe("a derived file", () => {
  it("is made once out of the verified source, and kept in the cache even if the source is the user's own", async () => {
    const paths = await ensureModel("tiny", options(), [model]);
    expect(paths).toEqual({ "plain.onnx": join(modelsDir, "plain.onnx"), "fast.onnx": fast() });
    expect(readFileSync(fast()).equals(reversed(SOURCE))).toBe(true);
    expect(await ensureModel("tiny", options(), [model])).toEqual(paths);
    expect(made).toBe(1);
    expect(cached()).toEqual(["fast.onnx"]);
    expect(readdirSync(modelsDir)).toEqual(["plain.onnx"]);
  });

  it("is listed and verified like a fetched one", async () => {
    const states = async (): Promise<string[]> =>
      (await verifyModels({ cacheDir, modelsDir }, [model])).map(
        ({ file, state }) => `${file} ${state}`,
      );
    const here = async (): Promise<(string | null | undefined)[]> =>
      ((await listModels({ cacheDir, modelsDir }, [model]))[0]?.files ?? []).map(
        ({ path }) => path,
      );
    expect(await states()).toEqual(["plain.onnx ok", "fast.onnx missing"]);
    expect(await here()).toEqual([join(modelsDir, "plain.onnx"), null]);
    await ensureModel("tiny", options(), [model]);
    expect(await states()).toEqual(["plain.onnx ok", "fast.onnx ok"]);
    expect(await here()).toEqual([join(modelsDir, "plain.onnx"), fast()]);
  });

  it.each([
    ["the same length", Buffer.alloc(SOURCE.length, "bad")],
    ["another length", Buffer.from("short")],
  ])("that is damaged at %s is made anew", async (_, bad) => {
    await ensureModel("tiny", options(), [model]);
    writeFileSync(fast(), bad);
    expect((await verifyModels({ cacheDir, modelsDir }, [model]))[1]?.state).toBe("damaged");
    await ensureModel("tiny", options(), [model]);
    expect(readFileSync(fast()).equals(reversed(SOURCE))).toBe(true);
    expect(made).toBe(2);
  });

  it("that does not come out as pinned is a defect, and is not kept", async () => {
    const wrong: Model = {
      ...model,
      derived: (model.derived ?? []).map((file) => ({
        ...file,
        load: async () => (bytes) => bytes,
      })),
    };
    await expect(ensureModel("tiny", options(), [wrong])).rejects.toMatchObject({
      code: "BUG",
      subject: "tiny/fast.onnx",
      message: expect.stringContaining(sha256(SOURCE)) as string,
    });
    expect(cached()).toEqual([]);
  });

  it("made twice at once is there whole for both", async () => {
    const [a, b] = await Promise.all([
      ensureModel("tiny", options(), [model]),
      ensureModel("tiny", options(), [model]),
    ]);
    expect(a).toEqual(b);
    expect(readFileSync(fast()).equals(reversed(SOURCE))).toBe(true);
    expect(cached()).toEqual(["fast.onnx"]);
  });

  it("of the user's own is taken as it is, and a damaged one is an error, never made over", async () => {
    mkdirSync(join(modelsDir, "tiny"));
    const own = join(modelsDir, "tiny/fast.onnx");
    writeFileSync(own, reversed(SOURCE));
    expect((await ensureModel("tiny", options(), [model]))["fast.onnx"]).toBe(own);
    writeFileSync(own, "another");
    await expect(ensureModel("tiny", options(), [model])).rejects.toMatchObject({
      code: "MISSING_MODEL",
      subject: own,
    });
    expect(readFileSync(own, "utf8")).toBe("another");
    expect(made).toBe(0);
  });

  it("is not written once the work was told to stop", async () => {
    const stop = new AbortController();
    const stopping: Model = {
      ...model,
      derived: (model.derived ?? []).map((file) => ({
        ...file,
        load: async () => (bytes) => {
          stop.abort(new Error("enough"));
          return reversed(bytes);
        },
      })),
    };
    await expect(ensureModel("tiny", options({ signal: stop.signal }), [stopping])).rejects.toThrow(
      "enough",
    );
    expect(cached()).toEqual([]);
  });

  it("that can't be written says where and what to set", async () => {
    const file = join(tempFolder(), "a-file");
    writeFileSync(file, "");
    await expect(ensureModel("tiny", options({ cacheDir: file }), [model])).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining(`${file}/tiny can't be written`) as string,
      hint: "MEDIASEARCH_CACHE=FOLDER mediasearch models pull tiny",
    });
  });
});
