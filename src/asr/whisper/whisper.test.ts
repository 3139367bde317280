import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testModels } from "../../../test/helpers/models.ts";
import { startServer, type TestServer } from "../../../test/helpers/server.ts";
import {
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../../../test/helpers/transcriber-samples.ts";
import { openTranscriber } from "../registry.ts";
import { TRANSCRIBER_CASES, type TranscriberSamples } from "../transcriber.contract.ts";
import type { Transcriber, Transcript } from "../transcriber.ts";

interface Logged {
  readonly atMs: number;
  readonly path: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly fileBytes: number;
  readonly authorization: string | null;
}

let server: TestServer;
let samples: TranscriberSamples;
const opened: Transcriber[] = [];

/** A fresh recogniser: what it learns about the server is not carried from test to test. */
async function open(
  path: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Transcriber> {
  const engines = engineSettingsOf({
    WHISPER_ENDPOINT: `${server.url}${path}`,
    WHISPER_MODEL: "whisper-1",
    ...env,
  });
  const transcriber = await openTranscriber("WHISPER", { models: testModels, engines });
  opened.push(transcriber);
  return transcriber;
}

const hear = (
  transcriber: Transcriber,
  audio = samples.speech,
  language?: string,
): Promise<Transcript> =>
  transcriber.transcribe(once(audio), { language, signal: new AbortController().signal });

beforeAll(async () => {
  [server, samples] = await Promise.all([startServer("whisper-server.ts"), transcriberSamples()]);
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server.stop();
});

for (const [kind, path, env, lacks] of [
  ["OpenAI's API", "/openai/v1", {}, []],
  ["whisper.cpp's server", "/cpp", {}, []],
  [
    "a server that gives text only",
    "/openai/v1",
    { WHISPER_MODEL: "gpt-4o-transcribe" },
    ["words", "confidence", "language"],
  ],
] as const)
  describe(`the WHISPER recogniser with ${kind}`, () => {
    for (const { law, run } of TRANSCRIBER_CASES)
      it(law, async () => {
        await server.faults();
        await run(await open(path, env), { ...samples, lacks });
      });
  });

describe("the WHISPER recogniser", () => {
  it("asks OpenAI for segments and words, in the language's short code, with its key", async () => {
    await server.faults();
    await hear(await open("/locked/v1", { WHISPER_API_KEY: "right-key" }), samples.speech, "en-US");
    const [{ fields, authorization } = {} as Logged] = await server.log<Logged>();
    expect(fields).toEqual({
      model: ["whisper-1"],
      language: ["en"],
      response_format: ["verbose_json"],
      "timestamp_granularities[]": ["segment", "word"],
    });
    expect(authorization).toBe("Bearer right-key");
  });

  it("asks whisper.cpp to find out the language, which it would take for English", async () => {
    await server.faults();
    expect((await hear(await open("/cpp"))).language).toBe("en");
    const [{ fields, path } = {} as Logged] = await server.log<Logged>();
    expect([path, fields["language"], fields["response_format"]]).toEqual([
      "/cpp/inference",
      ["auto"],
      ["verbose_json"],
    ]);
  });

  it("asks speaches for fine segments", async () => {
    await server.faults();
    expect((await hear(await open("/speaches"))).timing).toBe("word");
  });

  it("keeps the segments' times where no words are given, and says so", async () => {
    await server.faults();
    const { timing, warning, cues } = await hear(await open("/wordless"));
    expect([timing, warning]).toEqual([
      "segment",
      "no word times were given; those of the segments are kept",
    ]);
    expect(cues.length).toBeGreaterThan(1);
    expect(cues.every(({ words }) => words === null)).toBe(true);
  });

  it("tells speakers apart with a model that does", async () => {
    await server.faults();
    const { cues } = await hear(
      await open("/openai", { WHISPER_MODEL: "gpt-4o-transcribe-diarize" }),
    );
    expect(new Set(cues.map(({ speaker }) => speaker))).toEqual(
      new Set(["Speaker 1", "Speaker 2"]),
    );
  });

  it("does without what a server does not know, and asks for it once only", async () => {
    await server.faults({
      status: 400,
      body: '{"error":{"message":"response_format verbose_json is not supported"}}',
    });
    const transcriber = await open("/openai/v1");
    expect((await hear(transcriber)).timing).toBe("window");
    expect((await hear(transcriber)).timing).toBe("window");
    expect(
      (await server.log<Logged>()).map(({ fields }) => fields["response_format"]?.[0]),
    ).toEqual(["verbose_json", "json", "json"]);
  });

  it("parts audio that is too large for the server where it is quiet, and loses nothing", async () => {
    await server.faults();
    const { cues } = await hear(await open("/tiny/v1"));
    expect(cues.map(({ text }) => text).join(" ")).toMatch(
      /broken heater.*Thursday afternoon.*neighbors/,
    );
    expect((await server.log<Logged>()).some(({ fileBytes }) => fileBytes < 300_000)).toBe(true);
    expect(Math.abs((cues.at(-1)?.endMs ?? 0) - samples.spoken[1])).toBeLessThan(500);
  });
});

describe("the WHISPER recogniser under faults", () => {
  const starting = { status: 503, body: "loading" };
  for (const [fault, faults] of [
    ["a server that is starting", [starting, starting]],
    ["a connection that is cut at once", [{ cut: "at once" }]],
    ["a connection that is cut in the answer", [{ cut: "in the answer" }]],
    ["an answer that is no JSON", [{ status: 200, body: "<html>" }]],
    ["an answer of another shape", [{ status: 200, body: '{"result":"fine"}' }]],
    ["one server error", [{ status: 500, body: '{"error":{"message":"CUDA out of memory"}}' }]],
    ["a slow answer", [{ delayMs: 1500 }]],
  ] as const)
    it(`gets over ${fault}`, async () => {
      const transcriber = await open("/openai/v1");
      await server.faults(...faults);
      expect((await hear(transcriber)).cues.length).toBeGreaterThan(1);
    });

  it("waits as long as the server asks it to", async () => {
    const transcriber = await open("/openai/v1");
    await server.faults({
      status: 429,
      headers: { "retry-after": "2" },
      body: '{"error":{"message":"Rate limit reached"}}',
    });
    await hear(transcriber);
    const [first, second] = await server.log<Logged>();
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(1900);
  });

  it("takes whisper.cpp's 404 for a start while its health fails as well", async () => {
    const loading = { status: 404, body: "loading" };
    await server.faults(loading, loading);
    const transcriber = await open("", { WHISPER_ENDPOINT: `${server.url}/cpp/inference` });
    expect((await hear(transcriber)).cues.length).toBeGreaterThan(1);
  });

  const busy = { status: 503, body: "busy" };
  const ten = <T>(one: T): T[] => Array.from({ length: 10 }, () => one);
  for (const [fault, path, env, faults, code, told, asked] of [
    [
      "a server that stays busy, after five attempts",
      "/openai/v1",
      {},
      ten(busy),
      "UNREACHABLE",
      /HTTP 503: busy/,
      5,
    ],
    [
      "server errors that repeat",
      "/openai/v1",
      {},
      ten({ status: 500, body: "boom" }),
      "ENGINE_FAILED",
      /HTTP 500: boom/,
      2,
    ],
    [
      "a used-up account, at once",
      "/openai/v1",
      {},
      ten({
        status: 429,
        body: '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}',
      }),
      "CREDENTIALS",
      /quota/,
      1,
    ],
    [
      "a wrong key",
      "/locked/v1",
      { WHISPER_API_KEY: "sk-secret-key-of-mine" },
      [],
      "CREDENTIALS",
      /HTTP 401/,
      0,
    ],
    [
      "a model that is not there",
      "/openai/v1",
      { WHISPER_MODEL: "huge" },
      [],
      "USAGE",
      /does not exist/,
      1,
    ],
    ["a path that is not there", "/nowhere/v1/x", {}, [], "USAGE", /HTTP 404/, 0],
    [
      "whisper.cpp's 404 when its health is fine",
      "/cpp",
      {},
      [{ status: 404, body: "File Not Found (/inference)" }],
      "USAGE",
      /File Not Found/,
      1,
    ],
    [
      "no answer in time",
      "/openai/v1",
      { WHISPER_TIMEOUT: "1" },
      ten({ hang: true }),
      "TIMED_OUT",
      /no answer in time/,
      2,
    ],
    [
      "a wait that is too long to be waited",
      "/openai/v1",
      {},
      ten({ status: 429, headers: { "retry-after": "86400" } }),
      "UNREACHABLE",
      /HTTP 429/,
      1,
    ],
  ] as const)
    it(`gives up at ${fault}`, async () => {
      const transcriber = await open(path, env);
      await server.faults(...faults);
      const error = await hear(transcriber).then(
        () => undefined,
        (reason: unknown) =>
          reason as { code: string; message: string; hint: string; stack: string },
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(told) });
      expect(error?.hint).not.toBe("");
      expect(`${error?.message}${error?.hint}${error?.stack}`).not.toContain("sk-secret");
      expect(await server.log()).toHaveLength(asked);
    });

  it("says when nothing listens at the address", async () => {
    await expect(hear(await open("", { WHISPER_ENDPOINT: "127.0.0.1:9" }))).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: "WHISPER at http://127.0.0.1:9: nothing listens there",
    });
  });

  it("blames the settings for a refusal at first, the audio once the server has taken some", async () => {
    const refused = { status: 400, body: '{"error":{"message":"could not decode"}}' };
    const transcriber = await open("/openai/v1");
    await server.faults(refused);
    await expect(hear(transcriber)).rejects.toMatchObject({ code: "USAGE" });
    await hear(transcriber);
    await server.faults(refused);
    await expect(hear(transcriber)).rejects.toMatchObject({ code: "ENGINE_REFUSED" });
  });

  it("needs an address", async () => {
    await expect(
      openTranscriber("WHISPER", { models: testModels, engines: engineSettingsOf({}) }),
    ).rejects.toMatchObject({ code: "USAGE", subject: "WHISPER_ENDPOINT" });
  });
});
