import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import type { Model } from "./catalogue.ts";
import { hubCachePath } from "./hub.ts";
import type { EnsureOptions } from "./places.ts";
import { ensureModel, listModels, verifyModels } from "./store.ts";

const WEIGHTS = Buffer.alloc(200_000, "weights of a model ");
const reversed = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes).reverse();
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const SOURCE = {
  name: "model.bin",
  inPackage: "model.bin",
  sizeBytes: WEIGHTS.length,
  digest: sha256(WEIGHTS),
};
const MODEL = {
  id: "tiny",
  licence: "MIT",
  source: "https://huggingface.co/org/tiny",
  npm: null,
  hub: { name: "org/tiny", revision: "main" },
  isOptional: true,
  files: [],
  sources: [SOURCE],
  derived: [
    {
      name: "made.onnx",
      from: "model.bin",
      sizeBytes: WEIGHTS.length,
      digest: sha256(reversed(WEIGHTS)),
      load: async () => reversed,
    },
  ],
} satisfies Model;

let servers: Server[] = [];
let cacheDir: string;
let requests: { readonly url: string; readonly range?: string; readonly token?: string }[];

beforeEach(() => {
  cacheDir = join(tempFolder(), "cache");
  requests = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { range, authorization } = request.headers;
    requests.push({
      url: request.url ?? "",
      ...(range === undefined ? {} : { range }),
      ...(authorization === undefined ? {} : { token: authorization }),
    });
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As the hub does: from where it is asked for. */
const send: Answer = (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(
    from > 0 ? 206 : 200,
    from > 0 ? { "content-range": `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}` } : {},
  );
  response.end(WEIGHTS.subarray(from));
};

const options = (env: EnsureOptions["env"], more: Partial<EnsureOptions> = {}): EnsureOptions => ({
  cacheDir,
  env: { HF_HOME: join(cacheDir, "no-hub"), ...env },
  signal: new AbortController().signal,
  fetchesOptional: true,
  ...more,
});
const ensure = (
  env: EnsureOptions["env"],
  more?: Partial<EnsureOptions>,
): Promise<Record<string, string>> => ensureModel("tiny", options(env, more), [MODEL]);
const kept = (): string[] =>
  existsSync(join(cacheDir, "tiny")) ? readdirSync(join(cacheDir, "tiny")).toSorted() : [];
const made = join("tiny", "made.onnx");

describe("a model of the hub", () => {
  it("is fetched from the mirror that HF_ENDPOINT names, made into files, and its source removed", async () => {
    const url = await serve(send);
    const paths = await ensure({ HF_ENDPOINT: `${url}/mirror/` });
    expect(paths).toEqual({ "made.onnx": join(cacheDir, made) });
    expect(readFileSync(join(cacheDir, made)).equals(reversed(WEIGHTS))).toBe(true);
    expect(requests).toEqual([{ url: "/mirror/org/tiny/resolve/main/model.bin" }]);
    expect(kept()).toEqual(["made.onnx"]);
    expect(await ensure({ HF_HUB_OFFLINE: "1" })).toEqual(paths);
  });

  it("whose files nobody could make before is kept with a record of what was made", async () => {
    const url = await serve(send);
    const model: Model = {
      ...MODEL,
      derived: ["a.onnx", "b.onnx"].map((name) => ({
        name,
        from: "model.bin",
        sizeBytes: 0,
        digest: "",
        isRecorded: true,
        load: async () => reversed,
      })),
    };
    const get = (env: EnsureOptions["env"]): Promise<Record<string, string>> =>
      ensureModel("tiny", options(env), [model]);
    const paths = await get({ HF_ENDPOINT: url });
    expect(Object.keys(paths)).toEqual(["a.onnx", "b.onnx"]);
    expect(kept()).toEqual(["a.onnx", "b.onnx", "made.json"]);
    expect(await get({ HF_HUB_OFFLINE: "1" })).toEqual(paths);
    expect(await listModels({ cacheDir }, [model])).toMatchObject([
      { files: [{ sizeBytes: WEIGHTS.length, path: paths["a.onnx"] }, {}] },
    ]);
    const states = async (): Promise<string[]> =>
      (await verifyModels({ cacheDir }, [model])).map(({ state }) => state);
    expect(await states()).toEqual(["ok", "ok"]);
    writeFileSync(paths["a.onnx"] ?? "", Buffer.alloc(WEIGHTS.length, "x"));
    expect(await states()).toEqual(["damaged", "ok"]);
    await expect(get({ HF_HUB_OFFLINE: "1" })).rejects.toMatchObject({ code: "MISSING_MODEL" });
    await get({ HF_ENDPOINT: url });
    expect(await states()).toEqual(["ok", "ok"]);
    // A record that is damaged, or of other weights, counts for nothing.
    for (const record of ["{", JSON.stringify({ version: 1, sources: "x", files: {} })]) {
      writeFileSync(join(cacheDir, "tiny/made.json"), record);
      expect(await ensureModel("tiny", options({}, { fetchesOptional: false }), [model])).toEqual(
        {},
      );
    }
  });

  it("does not take the weights of another model for its own, side by side", async () => {
    const modelsDir = tempFolder();
    writeFileSync(join(modelsDir, "model.bin"), "weights of a larger one");
    const unasked = { modelsDir, fetchesOptional: false };
    expect(await ensure({}, unasked)).toEqual({});
    writeFileSync(join(modelsDir, "model.bin"), WEIGHTS);
    expect(Object.keys(await ensure({ HF_HUB_OFFLINE: "1" }, unasked))).toEqual(["made.onnx"]);
  });

  it("that nobody asked for has no files, is listed as optional and needs no check", async () => {
    expect(await ensure({}, { fetchesOptional: false })).toEqual({});
    expect(await listModels({ cacheDir }, [MODEL])).toMatchObject([{ isOptional: true }]);
    expect(await verifyModels({ cacheDir }, [MODEL])).toEqual([]);
  });

  it("goes on where it was cut, in the same process and in the next", async () => {
    let cuts = 0;
    const url = await serve((request, response) => {
      if (cuts++ > 0) return send(request, response);
      response.writeHead(200, { "content-length": WEIGHTS.length });
      // What was sent has to arrive before the connection breaks.
      response.write(WEIGHTS.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 300));
    });
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    mkdirSync(join(cacheDir, "tiny"), { recursive: true });
    writeFileSync(join(cacheDir, `tiny/model.bin.${dead}-00000000.part`), WEIGHTS.subarray(0, 9));
    await ensure({ HF_ENDPOINT: url });
    expect(requests.map(({ range }) => range)).toEqual(["bytes=9-", "bytes=50000-"]);
    expect(kept()).toEqual(["made.onnx"]);
  });

  it("begins anew where a server can't send a part", async () => {
    const url = await serve((_, response) => response.end(WEIGHTS));
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    mkdirSync(join(cacheDir, "tiny"), { recursive: true });
    writeFileSync(join(cacheDir, `tiny/model.bin.${dead}-00000000.part`), "rubbish");
    await ensure({ HF_ENDPOINT: url });
    expect(kept()).toEqual(["made.onnx"]);
  });

  it("with another digest, or too long, is refused and not kept", async () => {
    const others = [Buffer.alloc(WEIGHTS.length, "x"), Buffer.alloc(WEIGHTS.length + 1, "y")];
    for (const bytes of others) {
      const url = await serve((_, response) => response.end(bytes));
      await expect(ensure({ HF_ENDPOINT: url })).rejects.toMatchObject({ code: "MISSING_MODEL" });
      expect(kept()).toEqual([]);
    }
  });

  it("is not waited for where a mirror refuses or redirects, and never ends to say so", async () => {
    let open = 0;
    const endless =
      (status: number): Answer =>
      (_request, response) => {
        open++;
        response.on("close", () => open--);
        response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {});
        const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 5);
        response.on("close", () => clearInterval(timer));
      };
    await expect(ensure({ HF_ENDPOINT: await serve(endless(404)) })).rejects.toThrow("404");
    const circle = serve(endless(302));
    const stop = new AbortController();
    const asked = ensure({ HF_ENDPOINT: await circle }, { signal: stop.signal });
    await vi.waitUntil(() => requests.length > 12, { timeout: 60_000 });
    stop.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    await vi.waitUntil(() => open === 0, { timeout: 60_000 });
  });

  it("gets the token on its own host only, also when that sends to another", async () => {
    const elsewhere = await serve(send);
    const url = await serve((_, response) => {
      response.writeHead(302, { location: elsewhere }).end();
    });
    await ensure({ HF_ENDPOINT: url, HF_TOKEN: "hf_secret" });
    expect(requests.map(({ token }) => token)).toEqual(["Bearer hf_secret", undefined]);
  });

  it("says what to do when it is refused or offline, without the token", async () => {
    const url = await serve((_, response) => response.writeHead(401).end());
    const refused = ensure({ HF_ENDPOINT: url, HF_TOKEN: "hf_secret" });
    await expect(refused).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringMatching(/answers 401; does HF_TOKEN allow it/) as string,
      hint: expect.stringMatching(/^mediasearch models pull tiny .*HF_ENDPOINT/) as string,
    });
    await expect(refused).rejects.not.toMatchObject({
      message: expect.stringContaining("hf_secret") as string,
    });
    await expect(ensure({ HF_ENDPOINT: url, HF_HUB_OFFLINE: "1" })).rejects.toThrow(
      /HF_HUB_OFFLINE/,
    );
    await expect(ensure({ HF_ENDPOINT: "ftp://x" })).rejects.toMatchObject({ code: "USAGE" });
    expect(requests).toHaveLength(1);
  });

  it("is not asked for again, nor the network blamed, when the disk is in the way", async () => {
    const url = await serve(send);
    const onProgress = (): void => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    await expect(ensure({ HF_ENDPOINT: url }, { onProgress })).rejects.toMatchObject({
      code: "NO_SPACE",
    });
    expect(requests).toHaveLength(1);
    mkdirSync(join(cacheDir, "tiny/model.bin"), { recursive: true });
    await expect(ensure({ HF_ENDPOINT: url })).rejects.toMatchObject({
      code: "MISSING_MODEL",
      message: expect.stringMatching(/can't be written \(E/) as string,
      hint: expect.stringMatching(/^MEDIASEARCH_CACHE=FOLDER /) as string,
    });
  });

  it("counts HF_HUB_OFFLINE by what it says", async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    const hintOf = async (HF_HUB_OFFLINE: string): Promise<string> =>
      ensure({ HF_ENDPOINT: url, HF_HUB_OFFLINE }).then(
        () => "",
        ({ hint }: { hint: string }) => hint,
      );
    expect(await hintOf("0")).not.toMatch(/HF_HUB_OFFLINE/);
    expect(await hintOf("1")).toMatch(/HF_HUB_OFFLINE is set/);
  });

  it("comes by a proxy, but for the hosts and ports that NO_PROXY has in any case", async () => {
    const proxy = await serve(send);
    const { port } = new URL(await serve(send));
    for (const [no, isDirect] of [
      ["LOCALHOST", true],
      [`LocalHost:${port}`, true],
      ["localhost:1", false],
    ] as const) {
      requests = [];
      cacheDir = join(tempFolder(), "cache");
      await ensure({
        HF_ENDPOINT: `http://localhost:${port}`,
        HTTP_PROXY: proxy,
        NO_PROXY: no,
      });
      const path = "/org/tiny/resolve/main/model.bin";
      expect(requests, no).toEqual([{ url: isDirect ? path : `http://localhost:${port}${path}` }]);
    }
  });

  it("is taken from the hub's own cache and from a folder of the user's, which are left as they are", async () => {
    const hub = { HF_HOME: tempFolder(), HF_HUB_OFFLINE: "1" };
    const blob = hubCachePath(MODEL.hub, SOURCE, hub);
    mkdirSync(dirname(blob), { recursive: true });
    writeFileSync(blob, WEIGHTS);
    await ensure(hub);
    expect(existsSync(blob)).toBe(true);

    cacheDir = join(tempFolder(), "cache");
    const modelsDir = tempFolder();
    writeFileSync(join(modelsDir, "model.bin"), WEIGHTS);
    await ensure({ HF_HUB_OFFLINE: "1" }, { modelsDir, fetchesOptional: false });
    expect(readdirSync(modelsDir)).toEqual(["model.bin"]);
    expect(kept()).toEqual(["made.onnx"]);
  });
});
