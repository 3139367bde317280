import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../../../test/helpers/server.ts";
import type { Fault } from "../../../test/servers/http-faults.ts";
import { EMBEDDER_CASES } from "../embedder.contract.ts";
import { identifyEmbedder, openEmbedder } from "../registry.ts";
import type { RemoteSettings } from "./settings.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer("embedding-server.ts");
});
afterAll(() => server.stop());

const KEY = "sk-a-secret-key-of-mine";
const quick = { baseDelayMs: 10, maxDelayMs: 50, attempts: 3 };
const KINDS: Readonly<Record<string, () => RemoteSettings>> = {
  "OpenAI's API": () => ({
    ...quick,
    model: "text-embedding-test",
    endpoint: `${server.url}/openai/v1`,
  }),
  "an NVIDIA NIM": () => ({
    ...quick,
    model: "nvidia/test-embed",
    endpoint: `${server.url}/nim/v1`,
  }),
  "text-embeddings-inference": () => ({
    ...quick,
    model: "anything",
    endpoint: `${server.url}/embed`,
  }),
  Ollama: () => ({ ...quick, model: "all-minilm", endpoint: `${server.url}/api/embed` }),
};

for (const [kind, settings] of Object.entries(KINDS))
  describe(`${kind} as embedder`, () => {
    for (const { law, run } of EMBEDDER_CASES)
      it(law, async () => {
        await server.faults();
        const embedder = await openEmbedder(settings());
        await run(embedder);
      });
  });

describe("an embedding server", () => {
  it("is told by its address, or asked what it is", async () => {
    await server.faults();
    const embedder = await openEmbedder({ ...quick, model: "x", endpoint: server.url });
    expect(embedder.dimensions).toBe(384);
    const log = await server.log<{ path: string }>();
    expect(log[0]?.path).toBe("/info");
    expect(log.at(-1)?.path).toBe("/embed");
  });

  it("gets the kind of each text where the API has one, and prefixes where the model wants them", async () => {
    await server.faults();
    const nim = await openEmbedder(KINDS["an NVIDIA NIM"]?.() as RemoteSettings);
    await nim.embed(["what"], { as: "query" });
    expect(
      (await server.log<{ body: { input_type: string } }>()).map(({ body }) => body.input_type),
    ).toEqual(["passage", "query"]);
    await server.faults();
    const e5 = await openEmbedder({
      ...quick,
      model: "intfloat/e5-base-v2",
      endpoint: `${server.url}/embed`,
    });
    await e5.embed(["what"], { as: "query" });
    const said = (await server.log<{ body: { inputs?: string[] } }>()).flatMap(
      ({ body }) => body.inputs ?? [],
    );
    expect(said).toEqual(["passage: mediasearch", "query: what"]);
  });

  it("never gets a text that is too long for it, whatever the script", async () => {
    await server.faults();
    const embedder = await openEmbedder(KINDS["text-embeddings-inference"]?.() as RemoteSettings);
    const vectors = await embedder.embed(
      ["图书馆".repeat(2000), "é".repeat(4000), `${"word ".repeat(4000)}`, "x".repeat(9000)],
      { as: "passage" },
    );
    expect(vectors.map(({ length }) => length)).toEqual([384, 384, 384, 384]);
  });

  it("is given fewer texts when it says that there were too many", async () => {
    await server.faults();
    const embedder = await openEmbedder({ ...quick, model: "x", endpoint: `${server.url}/embed` });
    await server.faults({
      status: 422,
      body: '{"error":"batch size 6 > maximum allowed batch size 4"}',
    });
    const texts = Array.from({ length: 6 }, (_, i) => `text number ${i}`);
    expect(await embedder.embed(texts, { as: "passage" })).toEqual(
      await (
        await openEmbedder({ ...quick, model: "x", endpoint: `${server.url}/embed` })
      ).embed(texts, { as: "passage" }),
    );
  });

  it("that is busy or cut off is asked again, and Retry-After is obeyed", async () => {
    const embedder = await openEmbedder(KINDS["OpenAI's API"]?.() as RemoteSettings);
    await server.faults({ status: 429, headers: { "retry-after": "0.2" } }, { cut: "at once" });
    const startedAt = performance.now();
    expect((await embedder.embed(["again"], { as: "passage" })).length).toBe(1);
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect((await server.log()).length).toBe(3);
  });

  const failures: Readonly<
    Record<
      string,
      readonly [
        settings: () => RemoteSettings,
        faults: readonly Fault[],
        code: string,
        message: RegExp,
      ]
    >
  > = {
    "a wrong key": [
      () => ({
        ...quick,
        model: "text-embedding-test",
        endpoint: `${server.url}/locked/v1`,
        apiKey: KEY,
      }),
      [],
      "CREDENTIALS",
      /401/,
    ],
    "an unknown model": [
      () => ({ ...quick, model: "nobody", endpoint: `${server.url}/openai/v1` }),
      [],
      "USAGE",
      /does not exist/,
    ],
    "a model that Ollama has not pulled": [
      () => ({ ...quick, model: "nobody", endpoint: `${server.url}/api/embed` }),
      [],
      "USAGE",
      /try pulling it first/,
    ],
    "nobody there": [
      () => ({ ...quick, model: "x", endpoint: "http://127.0.0.1:9/v1" }),
      [],
      "UNREACHABLE",
      /nothing listens/,
    ],
    "an answer of another shape": [
      () => ({ ...quick, model: "text-embedding-test", endpoint: `${server.url}/openai/v1` }),
      [{ status: 200, body: '{"result":[]}' }],
      "ENGINE_FAILED",
      /no vectors/,
    ],
    "an answer that is no JSON": [
      () => ({ ...quick, model: "text-embedding-test", endpoint: `${server.url}/openai/v1` }),
      [{ status: 200, body: "<html>" }],
      "ENGINE_FAILED",
      /no vectors/,
    ],
    "another length than is wanted": [
      () => ({
        ...quick,
        model: "text-embedding-test",
        endpoint: `${server.url}/openai/v1`,
        dimensions: 768,
      }),
      [],
      "MODEL_MISMATCH",
      /384 dimensions, not of 768/,
    ],
    "a server that stays busy": [
      () => ({ ...quick, model: "text-embedding-test", endpoint: `${server.url}/openai/v1` }),
      [{ status: 503 }, { status: 503 }, { status: 503 }],
      "UNREACHABLE",
      /503/,
    ],
    "a vector of zeros": [
      () => ({ ...quick, model: "text-embedding-test", endpoint: `${server.url}/openai/v1` }),
      [],
      "ENGINE_FAILED",
      /zero or not numbers/,
    ],
    "a slow server": [
      () => ({
        ...quick,
        model: "text-embedding-test",
        endpoint: `${server.url}/openai/v1`,
        timeoutMs: 200,
      }),
      [{ hang: true }, { hang: true }],
      "TIMED_OUT",
      /no answer in time/,
    ],
  };
  for (const [what, [settings, faults, code, message]] of Object.entries(failures))
    it(`with ${what} fails with ${code}, and shows no key`, async () => {
      await server.faults(...faults);
      const act = async (): Promise<unknown> => {
        const embedder = await openEmbedder(settings());
        await server.faults({
          status: 200,
          body: JSON.stringify({
            data: [{ index: 0, embedding: Array.from({ length: 384 }, () => 0) }],
          }),
        });
        return embedder.embed(["zero"], { as: "passage" });
      };
      const error = await act().then(
        () => undefined,
        (reason: Error & { code: string; hint?: string }) => reason,
      );
      expect(error).toMatchObject({ name: "MediasearchError", code });
      expect(error?.message).toMatch(message);
      expect(`${error?.message} ${error?.hint}`).not.toContain(KEY);
    });

  it("need not be asked what it is once its length is known", async () => {
    await server.faults();
    const settings = KINDS["OpenAI's API"]?.() as RemoteSettings;
    const { id, dimensions } = await openEmbedder(settings);
    await server.faults();
    expect(await identifyEmbedder({ ...settings, dimensions: 384 })).toEqual({
      embedder: id,
      dimensions,
    });
    expect((await server.log()).length).toBe(0);
    expect(
      (await identifyEmbedder({ ...settings, model: "text-embedding-other", dimensions: 384 }))
        .embedder,
    ).not.toBe(id);
  });
});
