import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testModels } from "../../../test/helpers/models.ts";
import { ROOT, tempFolder } from "../../../test/helpers/run.ts";
import { startServer, type TestServer } from "../../../test/helpers/server.ts";
import {
  decodeFixture,
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../../../test/helpers/transcriber-samples.ts";
import { commandWords } from "../../config/command-words.ts";
import { openTranscriber } from "../registry.ts";
import { TRANSCRIBER_CASES, type TranscriberSamples } from "../transcriber.contract.ts";
import type { Transcriber, Transcript } from "../transcriber.ts";
import { PATIENCE_MS } from "../../../test/helpers/until.ts";

let server: TestServer;
let samples: TranscriberSamples;
let short: Float32Array;
const opened: Transcriber[] = [];

async function open(env: Readonly<Record<string, string>>): Promise<Transcriber> {
  const transcriber = await openTranscriber("BYO", {
    models: testModels,
    engines: engineSettingsOf(env),
  });
  opened.push(transcriber);
  return transcriber;
}

const command = (...more: readonly string[]): Record<string, string> => ({
  BYO_ASR_COMMAND: JSON.stringify([
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    join(ROOT, "test/servers/byo-command.ts"),
    server.url,
    ...more,
  ]),
});
const hear = (
  transcriber: Transcriber,
  audio = short,
  signal = new AbortController().signal,
): Promise<Transcript> => transcriber.transcribe(once(audio), { language: "en", signal });
const failure = (
  promise: Promise<unknown>,
): Promise<{ code: string; message: string } | undefined> =>
  promise.then(
    () => undefined,
    (error: { code: string; message: string }) => error,
  );

beforeAll(async () => {
  [server, samples, short] = await Promise.all([
    startServer("byo-server.ts"),
    transcriberSamples(),
    decodeFixture("bees.flac"),
  ]);
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await server.stop();
});

describe("a recogniser of one's own, as a command", () => {
  for (const { law, run } of TRANSCRIBER_CASES)
    it(law, async () => {
      await run(await open(command("json", "{input}")), samples);
    });

  for (const [what, args, lacks] of [
    ["SubRip on stdout, audio on stdin", ["srt"], "segment"],
    ["WebVTT", ["vtt", "{input}"], "segment"],
    ["JSON in a folder", ["json", "{input}", "{output}"], "word"],
  ] as const)
    it(`may answer ${what}`, async () => {
      const { cues, timing } = await hear(await open(command(...args)));
      expect(cues.map(({ text }) => text).join(" ")).toMatch(/bees visit millions of flowers/i);
      expect(timing).toBe(lacks);
      const speakers: Readonly<Record<string, string>> = { vtt: "Ada", json: "Speaker 1" };
      expect(cues[0]?.speaker ?? null).toBe(speakers[args[0]] ?? null);
    });

  it("may answer plain text when that is said", async () => {
    expect((await hear(await open({ ...command("txt"), BYO_ASR_FORMAT: "text" }))).timing).toBe(
      "window",
    );
    await expect(hear(await open(command("txt")))).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("neither JSON, WebVTT nor SubRip"),
    });
  });

  it("gets what it is told and the variables that programs need, and no keys", async () => {
    const env = {
      ...command(),
      MODE: "environment",
      BYO_ASR_ENV: "MODE,HF_TOKEN",
      HF_TOKEN: "hf_1",
      WHISPER_API_KEY: "secret",
      AWS_SECRET_ACCESS_KEY: "secret",
      PATH: process.env["PATH"] ?? "",
      ASR_MAX_SPEAKERS: "3",
    };
    const { cues } = await hear(await open(env));
    const got = JSON.parse(cues[0]?.text ?? "") as Record<string, string>;
    expect(got).toMatchObject({
      ASR_CONTRACT: "1",
      ASR_LANGUAGE: "en",
      ASR_DIARIZATION: "true",
      ASR_MAX_SPEAKERS: "3",
      HF_TOKEN: "hf_1",
      PATH: env.PATH,
    });
    expect(Object.values(got)).not.toContain("secret");
  });

  for (const [what, mode, code, told] of [
    ["a usage error", "exit 64", "USAGE", /exit code 64: something went wrong, the token is …/],
    ["audio that it can't read", "exit 65", "ENGINE_REFUSED", /exit code 65/],
    ["a refused key", "exit 77", "CREDENTIALS", /exit code 77/],
    ["a failure that may pass", "exit 75", "ENGINE_FAILED", /exit code 75/],
    ["any other", "exit 3", "ENGINE_FAILED", /exit code 3/],
    ["nothing on stdout", "print ", "USAGE", /it gave nothing/],
    ["broken JSON", 'print {"segments": [', "USAGE", /not valid JSON/],
    ["another JSON", 'print {"a":1}', "USAGE", /neither segments nor text/],
    [
      "milliseconds as seconds",
      'print [{"start":90000,"end":91000,"text":"x"}]',
      "USAGE",
      /times outside the audio/,
    ],
    [
      "an end before its start",
      'print [{"start":2,"end":1,"text":"x"}]',
      "USAGE",
      /times outside the audio/,
    ],
    ["a flood", "flood", "USAGE", /64 MiB/],
  ] as const)
    it(`that ends with ${what} fails as that`, async () => {
      const env = {
        ...command("json"),
        MODE: mode,
        MY_TOKEN: "hf_secret_token",
        BYO_ASR_ENV: "MODE MY_TOKEN",
      };
      expect(await failure(hear(await open(env)))).toMatchObject({
        code,
        message: expect.stringMatching(told),
      });
    });

  it("may hear nothing", async () => {
    for (const nothing of ['{"segments":[]}', "WEBVTT\\n", '{"text":""}'])
      expect(
        (await hear(await open({ ...command(), MODE: `print ${nothing}`, BYO_ASR_ENV: "MODE" })))
          .cues,
      ).toEqual([]);
  });

  it("that is not there is told in words", async () => {
    expect(
      await failure(hear(await open({ BYO_ASR_COMMAND: "no-such-recogniser {input}" }))),
    ).toMatchObject({
      code: "USAGE",
      message: "BYO at no-such-recogniser: there is no such program",
    });
  });

  it("takes nobody for a shell", async () => {
    const env = {
      BYO_ASR_COMMAND: `${process.execPath} -p 'JSON.stringify([{start:0,end:1,text:process.argv.slice(1).join("|")}])' -- "$(date)" ; echo {input}x`,
    };
    expect((await hear(await open(env))).cues[0]?.text).toBe("$(date)|;|echo|{input}x");
  });

  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return !/^\d+ \(.*\) Z/.test(
        existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "",
      );
    } catch {
      return false;
    }
  };
  // SIGKILL takes effect some time after it was sent.
  const allEnd = (pids: readonly number[]): Promise<void> =>
    expect.poll(() => pids.map(isAlive), { timeout: PATIENCE_MS }).toEqual([false, false]);
  const pidsIn = async (path: string): Promise<number[]> => {
    while (!existsSync(path) || readFileSync(path, "utf8") === "")
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    return readFileSync(path, "utf8").split(" ").map(Number);
  };

  it("that hangs is ended with all that it started, and leaves no file behind", async () => {
    const pids = join(tempFolder(), "pids");
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("mediasearch-asr-"));
    const env = {
      ...command("json", "{input}"),
      MODE: "hang",
      PIDS: pids,
      BYO_ASR_ENV: "MODE,PIDS",
      BYO_ASR_TIMEOUT: "2",
      MAX_RETRY_ATTEMPTS: "1",
    };
    expect(await failure(hear(await open(env)))).toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringContaining("not done after 2 s"),
    });
    await allEnd(await pidsIn(pids));
    expect(
      readdirSync(tmpdir()).filter(
        (name) => name.startsWith("mediasearch-asr-") && !before.includes(name),
      ),
    ).toEqual([]);
  });

  it("is ended at once when the user stops, and when its worker is to end", async () => {
    for (const how of ["abort", "stop"] as const) {
      const pids = join(tempFolder(), "pids");
      const stop = new AbortController();
      const transcriber = await open({
        ...command("json", "{input}"),
        MODE: "hang",
        PIDS: pids,
        BYO_ASR_ENV: "MODE,PIDS",
        MAX_RETRY_ATTEMPTS: "1",
      });
      const heard = failure(hear(transcriber, short, stop.signal));
      const running = await pidsIn(pids);
      if (how === "abort") stop.abort(new Error("enough"));
      else await transcriber.stop?.();
      expect((await heard)?.message).toMatch(how === "abort" ? /enough/ : /SIGKILL/);
      await allEnd(running);
    }
  });
});

describe("a recogniser of one's own, as a server", () => {
  const at = (
    path: string,
    more: Readonly<Record<string, string>> = {},
  ): Record<string, string> => ({
    BYO_ASR_ENDPOINT: `${server.url}${path}`,
    BYO_ASR_API_KEY: "byo-key",
    ...more,
  });
  for (const path of ["/asr", "/later"])
    for (const { law, run } of TRANSCRIBER_CASES.slice(0, path === "/asr" ? undefined : 3))
      it(`${law} (${path})`, async () => {
        await server.faults();
        await run(await open(at(path)), samples);
      });

  it("is told what is wanted, with a mark by which it knows the same question again", async () => {
    await server.faults({ status: 503, body: "" });
    await hear(await open(at("/asr", { BYO_ASR_MODEL: "large", ASR_DIARIZATION: "false" })));
    const log = await server.log<{ asked: unknown; mark: string; authorization: string }>();
    expect(log[0]).toMatchObject({
      asked: { contract: 1, language: "en", diarization: false, words: true, model: "large" },
      authorization: "Bearer byo-key",
      mark: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(log[1]?.mark).toBe(log[0]?.mark);
  });

  it("says itself what may be tried again", async () => {
    const error = (retryable: boolean, status: number) => ({
      status,
      body: JSON.stringify({ error: { code: "x", message: "why", retryable } }),
    });
    await server.faults(error(true, 400));
    expect((await hear(await open(at("/asr")))).cues.length).toBeGreaterThan(0);
    await server.faults(error(false, 503));
    expect(await failure(hear(await open(at("/asr"))))).toMatchObject({
      message: expect.stringContaining("HTTP 503: why"),
    });
    expect(await server.log()).toHaveLength(1);
  });

  it("gets its key, and no other server does", async () => {
    await server.faults({
      status: 202,
      headers: { location: server.url.replace("127.0.0.1", "localhost") + "/jobs/x" },
    });
    await failure(hear(await open(at("/asr"))));
    expect(
      (await server.log<{ path: string; authorization: string | null }>()).map(
        ({ path, authorization }) => [path, authorization],
      ),
    ).toEqual([
      ["/asr", "Bearer byo-key"],
      ["/jobs/x", null],
    ]);
  });

  it("that promises an answer and says not where is told so", async () => {
    await server.faults({ status: 202 });
    expect(await failure(hear(await open(at("/asr"))))).toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("without a Location"),
    });
  });

  it("is one or the other: a command and an address are too much, neither is too little", async () => {
    await expect(open({ ...at("/asr"), ...command() })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("both"),
    });
    await expect(open({})).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("neither"),
    });
  });
});

describe("the words of a command", () => {
  it("are parted as in a shell, or come as JSON", () => {
    for (const [text, words] of [
      ["a  b", ["a", "b"]],
      ["a 'b c' \"d \\\"e\\\"\" f\\ g ''", ["a", "b c", 'd "e"', "f g", ""]],
      ['["a", "b c"]', ["a", "b c"]],
      ["C\\\\x 'it'\"'\"'s'", ["C\\x", "it's"]],
      ["a|b $HOME *", ["a|b", "$HOME", "*"]],
    ] as const)
      expect(commandWords(text), text).toEqual(words);
    for (const text of ["", "a 'b", '["a", 1]', "[a"])
      expect(() => commandWords(text), text).toThrow(/must|has a/);
  });
});
