import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { certificate } from "../../../test/helpers/certificate.ts";
import { testModels } from "../../../test/helpers/models.ts";
import { tempFolder } from "../../../test/helpers/run.ts";
import { startServer, type TestServer } from "../../../test/helpers/server.ts";
import {
  decodeFixture,
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../../../test/helpers/transcriber-samples.ts";
import { openTranscriber, settingsOf } from "../registry.ts";
import { TRANSCRIBER_CASES, type TranscriberSamples } from "../transcriber.contract.ts";
import type { Transcriber, Transcript } from "../transcriber.ts";
import { parseNimAddress } from "./address.ts";
import { planFor } from "./plan.ts";

interface Logged {
  readonly method: string;
  readonly authorization: string | null;
  readonly functionId: string | null;
  readonly request: Readonly<Record<string, unknown>>;
}

let server: TestServer;
let samples: TranscriberSamples;
let short: Float32Array;
const opened: Transcriber[] = [];

async function open(env: Readonly<Record<string, string>> = {}): Promise<Transcriber> {
  const transcriber = await openTranscriber("NVIDIA_NIMS", {
    models: testModels,
    engines: engineSettingsOf({ NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${server.secondPort}`, ...env }),
  });
  opened.push(transcriber);
  return transcriber;
}
const profile = async (one: unknown): Promise<unknown> =>
  fetch(`${server.url}/profile`, { method: "POST", body: JSON.stringify(one) });
const faults = (...list: readonly unknown[]): Promise<unknown> =>
  fetch(`${server.url}/faults`, { method: "POST", body: JSON.stringify(list) });
const hear = (transcriber: Transcriber, audio = short, language?: string): Promise<Transcript> =>
  transcriber.transcribe(once(audio), { language, signal: new AbortController().signal });
const requests = async (method: string): Promise<Logged[]> =>
  (await server.log<Logged>()).filter((one) => one.method === method);
const failure = (
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; stack: string } | undefined> =>
  promise.then(
    () => undefined,
    (error: { code: string; message: string; stack: string }) => error,
  );

beforeAll(async () => {
  [server, samples, short] = await Promise.all([
    startServer("riva-server.ts"),
    transcriberSamples(),
    decodeFixture("bees.flac"),
  ]);
});
afterEach(async () => {
  await profile({});
  await faults();
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server.stop();
});

const STREAMING = {
  models: [
    { model_name: "nemotron-streaming", parameters: { type: "online", language_code: "en-US" } },
  ],
};
for (const [kind, can, isHttp, lacks] of [
  ["gRPC", {}, false, []],
  ["gRPC, with a model that only streams", STREAMING, false, []],
  [
    "gRPC, with a model that gives no word times",
    { hasWords: false },
    false,
    ["words", "confidence"],
  ],
  ["HTTP", {}, true, ["words", "confidence"]],
] as const)
  describe(`the NVIDIA_NIMS recogniser over ${kind}`, () => {
    for (const { law, run } of TRANSCRIBER_CASES)
      // Languages are the server's own: en-US.
      it(law, async () => {
        await profile(can);
        await run(await open(isHttp ? { NVIDIA_NIMS_ENDPOINT: server.url } : {}), {
          ...samples,
          lacks,
        });
      });
  });

describe("the NVIDIA_NIMS recogniser", () => {
  it("asks for word times, punctuation and speakers, with its key and function", async () => {
    await profile({ key: "right-key" });
    // A function id means TLS; without it the key goes over plain gRPC.
    await hear(await open({ NVIDIA_NIMS_API_KEY: "right-key", NVIDIA_NIMS_MAX_SPEAKERS: "3" }));
    const [{ request, authorization } = {} as Logged] = await requests("Recognize");
    expect(authorization).toBe("Bearer right-key");
    expect(request).toMatchObject({
      encoding: "LINEAR_PCM",
      sample_rate_hertz: 16_000,
      language_code: "en-US",
      audio_channel_count: 1,
      max_alternatives: 1,
      enable_word_time_offsets: true,
      enable_automatic_punctuation: true,
      verbatim_transcripts: false,
      diarization_config: { enable_speaker_diarization: true, max_speaker_count: 3 },
    });
  });

  it("gives words the punctuation of the transcript, and speakers their numbers", async () => {
    const { cues, language } = await hear(await open(), samples.speech);
    expect(cues.map(({ text }) => text).join(" ")).toMatch(/heater[.?] Yes, they will/);
    expect(new Set(cues.map(({ speaker }) => speaker))).toEqual(
      new Set(["Speaker 1", "Speaker 2"]),
    );
    expect(language).toBe("en-US");
  });

  it("asks for no speakers when none are wanted, and does without where the server has none", async () => {
    await hear(await open({ ASR_DIARIZATION: "false" }));
    expect((await requests("Recognize"))[0]?.request["diarization_config"]).toBeNull();
    await profile({ hasSpeakers: false, isStrict: true });
    expect(await hear(await open())).toMatchObject({ warning: null });
    expect(await hear(await open({ ASR_DIARIZATION: "true" }))).toMatchObject({
      warning: "the server does not tell speakers apart",
    });
  });

  it("streams to a model that knows nothing else, in tenths of a second", async () => {
    await profile(STREAMING);
    await hear(await open());
    const [{ request } = {} as Logged] = await requests("StreamingRecognize");
    expect(request["model"]).toBe("nemotron-streaming");
    expect(Number(request["parts"])).toBe(Math.ceil(Number(request["bytes"]) / 3200));
  });

  it("does without a list of models", async () => {
    await profile({ models: [] });
    expect((await hear(await open())).timing).toBe("word");
  });

  it("parts audio that is too large for the server", async () => {
    await profile({ mostBytes: 300_000 });
    const { cues } = await hear(await open(), samples.speech);
    expect(cues.map(({ text }) => text).join(" ")).toMatch(
      /broken heater.*Thursday afternoon.*neighbors/,
    );
  });

  it("sends text over HTTP with the language, or the model instead", async () => {
    await hear(
      await open({ NVIDIA_NIMS_ENDPOINT: server.url, NVIDIA_NIMS_API_KEY: "k" }),
      short,
      "de",
    );
    await hear(await open({ NVIDIA_NIMS_ENDPOINT: server.url, NVIDIA_NIMS_MODEL: "parakeet" }));
    expect(
      (await requests("http")).map(({ request, authorization }) => [request, authorization]),
    ).toEqual([
      [{ language: "de-DE", response_format: "json" }, "Bearer k"],
      [{ model: "parakeet", response_format: "json" }, null],
    ]);
  });

  it("speaks TLS, with certificates of one's own, and says when they are not trusted", async () => {
    const { key, cert, caFile } = await certificate(10);
    const folder = tempFolder();
    writeFileSync(join(folder, "key.pem"), key);
    writeFileSync(join(folder, "cert.pem"), cert);
    const secure = await startServer("riva-server.ts", [
      "--tls",
      join(folder, "key.pem"),
      join(folder, "cert.pem"),
    ]);
    try {
      const at = {
        NVIDIA_NIMS_ENDPOINT: `grpcs://localhost:${secure.secondPort}`,
        NVIDIA_NIMS_FUNCTION_ID: "f-1",
        NVIDIA_NIMS_API_KEY: "k",
      };
      expect(
        (await hear(await open({ ...at, NVIDIA_NIMS_TLS_CA: caFile }))).cues.length,
      ).toBeGreaterThan(0);
      expect((await secure.log<Logged>())[0]).toMatchObject({
        functionId: "f-1",
        authorization: "Bearer k",
      });
      expect(await failure(hear(await open(at)))).toMatchObject({
        code: "USAGE",
        message: expect.stringMatching(/certificate/),
      });
    } finally {
      await secure.stop();
    }
  });
});

describe("the NVIDIA_NIMS recogniser under faults", () => {
  const status = (code: number, details = "a fault") => ({ code, details });
  for (const [fault, list] of [
    ["a server that is starting", [status(14), status(14)]],
    ["an inner error, once", [status(13)]],
    ["a full queue", [status(8, "queue is full")]],
    ["a slow answer", [{ delayMs: 1200 }]],
  ] as const)
    it(`gets over ${fault}`, async () => {
      await faults(...list);
      expect((await hear(await open())).cues.length).toBeGreaterThan(0);
    });

  const ten = <T>(one: T): T[] => Array.from({ length: 10 }, () => one);
  for (const [fault, env, list, code, told, asked] of [
    [
      "a server that stays away, after five attempts",
      {},
      ten(status(14)),
      "UNREACHABLE",
      /UNAVAILABLE: a fault/,
      5,
    ],
    ["inner errors that repeat", {}, ten(status(13)), "ENGINE_FAILED", /INTERNAL/, 2],
    [
      "a model that is not there",
      { NVIDIA_NIMS_MODEL: "huge" },
      [],
      "USAGE",
      /Unavailable model.*model=huge/,
      1,
    ],
    [
      "no answer in time",
      { NVIDIA_NIMS_TIMEOUT: "1" },
      ten({ hang: true }),
      "TIMED_OUT",
      /DEADLINE_EXCEEDED/,
      2,
    ],
    [
      "a refused function",
      {},
      ten(status(7, "no rights")),
      "CREDENTIALS",
      /PERMISSION_DENIED: no rights/,
      1,
    ],
  ] as const)
    it(`gives up at ${fault}`, async () => {
      await faults(...list);
      expect(await failure(hear(await open(env)))).toMatchObject({
        code,
        message: expect.stringMatching(told),
      });
      expect(await requests("Recognize")).toHaveLength(asked);
    });

  it("gives up at a wrong key at once, and does not show it though the server does", async () => {
    await profile({ key: "right-key" });
    const error = await failure(hear(await open({ NVIDIA_NIMS_API_KEY: "nvapi-secret" })));
    expect(error).toMatchObject({
      code: "CREDENTIALS",
      message: expect.stringContaining("invalid token Bearer …"),
    });
    expect(`${error?.message}${error?.stack}`).not.toContain("nvapi-secret");
  });

  it("says when nothing listens at the address, and what no address is", async () => {
    expect(await failure(hear(await open({ NVIDIA_NIMS_ENDPOINT: "127.0.0.1:9" })))).toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringMatching(/^NVIDIA_NIMS at 127\.0\.0\.1:9: /),
    });
    await expect(
      openTranscriber("NVIDIA_NIMS", { models: testModels, engines: engineSettingsOf({}) }),
    ).rejects.toMatchObject({ code: "USAGE", subject: "NVIDIA_NIMS_ENDPOINT" });
  });

  it("stops a stream that fails in the middle like any other call", async () => {
    await profile(STREAMING);
    await faults(status(14), status(13));
    expect((await hear(await open())).cues.length).toBeGreaterThan(0);
  });
});

describe("the ways to a NIM", () => {
  const at = (endpoint: string, more: Partial<Parameters<typeof parseNimAddress>[0]> = {}) =>
    parseNimAddress({ ...settingsOf(engineSettingsOf({}), "NVIDIA_NIMS"), endpoint, ...more });

  it("are told from its address", () => {
    expect(at("nim:50051")).toEqual({ type: "grpc", target: "nim:50051", isTls: false });
    expect(at("nim")).toEqual({ type: "grpc", target: "nim:50051", isTls: false });
    expect(at("grpcs://nim:443")).toEqual({ type: "grpc", target: "nim:443", isTls: true });
    expect(at("nim:443", { functionId: "f" })).toMatchObject({ isTls: true });
    expect(at("http://nim:9000")).toMatchObject({ type: "http" });
    expect(() => at("ftp://nim")).toThrow(/no address/);
  });

  it("depend on its models: offline before streams, by language", () => {
    const model = (model_name: string, type: string, language_code: string) => ({
      model_name,
      parameters: { type, language_code },
    });
    const models = [
      model("s-en", "online", "en-US"),
      model("o-en", "offline", "en-US"),
      model("s-de", "online", "de-DE"),
      model("multi", "offline", "multi"),
    ];
    const nim = settingsOf(engineSettingsOf({}), "NVIDIA_NIMS");
    expect(planFor(models, nim, "en")).toEqual({ isStream: false, model: "", language: "en-US" });
    expect(planFor(models.slice(0, 3), nim, "de-AT")).toEqual({
      isStream: true,
      model: "s-de",
      language: "de-DE",
    });
    expect(planFor(models.slice(3), nim, "fr")).toEqual({
      isStream: false,
      model: "",
      language: "multi",
    });
    expect(planFor([], nim, "pt")).toEqual({ isStream: false, model: "", language: "pt-BR" });
    expect(planFor([], nim, undefined).language).toBe("en-US");
    expect(planFor(models, { ...nim, model: "s-en", language: "en" }, undefined)).toEqual({
      isStream: true,
      model: "s-en",
      language: "en",
    });
  });
});
