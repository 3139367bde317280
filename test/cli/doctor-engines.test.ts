import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer, type TestServer } from "../helpers/server.ts";
import { mediasearch, tempFolder } from "../helpers/run.ts";

let whisper: TestServer;
let riva: TestServer;
let byo: TestServer;
beforeAll(async () => {
  [whisper, riva, byo] = await Promise.all([
    startServer("whisper-server.ts"),
    startServer("riva-server.ts"),
    startServer("byo-server.ts"),
  ]);
});
afterAll(() => Promise.all([whisper, riva, byo].map((one) => one.stop())));

interface Check {
  readonly check: string;
  readonly status: string;
  readonly found: string;
  readonly hint?: string | null;
}
async function check(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<Check & { exitCode: number }> {
  const { stdout, exitCode } = await mediasearch(["doctor", "--json"], { home: tempFolder(), env });
  const found = (JSON.parse(stdout) as { checks: Check[] }).checks.find(
    (one) => one.check === name,
  );
  return { ...(found ?? { check: "", status: "", found: "" }), exitCode };
}

describe("doctor", () => {
  it("asks every recogniser that is chosen or set, and no other", async () => {
    const { stdout } = await mediasearch(["doctor", "--json"], {
      home: tempFolder(),
      env: {
        ASR_ENGINE: "local",
        ASR_ENGINE_RULES: "de=BYO",
        BYO_ASR_COMMAND: "node x",
        WHISPER_ENDPOINT: `${whisper.url}/openai`,
        WHISPER_MODEL: "whisper-1",
      },
    });
    const names = (JSON.parse(stdout) as { checks: Check[] }).checks.map(({ check: name }) => name);
    expect(names).toEqual(expect.arrayContaining(["WHISPER", "BYO"]));
    expect(names).not.toContain("NVIDIA_NIMS");
    expect(await whisper.log()).toEqual([]);
  });

  it("tells which server answers, with which model", async () => {
    for (const [path, found] of [
      ["/openai/v1", /^OpenAI's API at .*, model whisper-1$/],
      ["/cpp", /^whisper\.cpp at/],
      ["/speaches", /^speaches at .*, model whisper-1$/],
    ] as const)
      expect(
        await check("WHISPER", {
          WHISPER_ENDPOINT: `${whisper.url}${path}`,
          WHISPER_MODEL: "whisper-1",
        }),
      ).toMatchObject({ status: "ok", found: expect.stringMatching(found), exitCode: 0 });
    expect(
      await check("NVIDIA_NIMS", { NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${riva.secondPort}` }),
    ).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/^Riva at .*parakeet-ctc-offline \(offline, en-US\)$/),
    });
    expect(await check("BYO", { BYO_ASR_ENDPOINT: `${byo.url}/asr` })).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/is ready$/),
    });
    expect(await check("BYO", { BYO_ASR_COMMAND: "node {input}" })).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/\/node$/),
    });
  });

  it("tells what is amiss, and what mends it", async () => {
    for (const [name, env, status, found] of [
      [
        "WHISPER",
        { WHISPER_ENDPOINT: `${whisper.url}/openai/v1` },
        "warning",
        /does not list the model base, but whisper-1, gpt-4o-transcribe/,
      ],
      [
        "WHISPER",
        { WHISPER_ENDPOINT: `${whisper.url}/locked/v1`, WHISPER_API_KEY: "sk-secret" },
        "failed",
        /HTTP 401: Incorrect API key provided: …/,
      ],
      ["WHISPER", { WHISPER_ENDPOINT: "127.0.0.1:9" }, "failed", /nothing listens there/],
      ["WHISPER", { ASR_ENGINE: "WHISPER" }, "failed", /no server is set/],
      [
        "NVIDIA_NIMS",
        { NVIDIA_NIMS_ENDPOINT: riva.url },
        "warning",
        /over HTTP it gives text only/,
      ],
      [
        "NVIDIA_NIMS",
        { NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${riva.secondPort}`, NVIDIA_NIMS_MODEL: "huge" },
        "warning",
        /has no model huge, but parakeet-ctc-offline/,
      ],
      [
        "NVIDIA_NIMS",
        { NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${riva.secondPort}`, NVIDIA_NIMS_LANGUAGE: "de-DE" },
        "warning",
        /none of its models lists the language de-DE/,
      ],
      ["NVIDIA_NIMS", { NVIDIA_NIMS_ENDPOINT: "127.0.0.1:9" }, "failed", /UNAVAILABLE/],
      [
        "BYO",
        { BYO_ASR_COMMAND: "no-such-program {input}" },
        "failed",
        /no program no-such-program/,
      ],
      ["STUB", { ASR_ENGINE: "stub" }, "warning", /invents text/],
    ] as const) {
      const result = await check(name, env);
      expect(result, `${name} ${JSON.stringify(env)}`).toMatchObject({
        status,
        found: expect.stringMatching(found),
        hint: expect.stringMatching(/./),
      });
      expect(result.found).not.toContain("sk-secret");
    }
    expect(
      (
        await check("WHISPER", {
          WHISPER_ENDPOINT: `${whisper.url}/locked/v1`,
          WHISPER_API_KEY: "x-wrong",
        })
      ).exitCode,
    ).toBe(12);
  });
});
