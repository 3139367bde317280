import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { toWav } from "../../src/asr/audio/wav.ts";
import { openTranscriber } from "../../src/asr/registry.ts";
import { TRANSCRIBER_CASES } from "../../src/asr/transcriber.contract.ts";
import { testModels } from "../helpers/models.ts";
import { ROOT } from "../helpers/run.ts";
import { startServer } from "../helpers/server.ts";
import {
  decodeFixture,
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../helpers/transcriber-samples.ts";

interface Seen {
  readonly method: string;
  readonly authorization: string | null;
  readonly bytes: number;
  readonly unknown: readonly number[];
  readonly config: Readonly<Record<string, unknown>> | null;
}

/**
 * `enable_word_time_offsets` and the others as NVIDIA's stubs read what we sent: a field of another
 * name or number would be missing.
 */
const WANTED = {
  encoding: "LINEAR_PCM",
  sample_rate_hertz: 16_000,
  language_code: "en-US",
  max_alternatives: 1,
  audio_channel_count: 1,
  enable_word_time_offsets: true,
  enable_automatic_punctuation: true,
  diarization_config: { enable_speaker_diarization: true, max_speaker_count: 8 },
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * Our client against a server of NVIDIA's stubs, with the whole contract; NVIDIA's client against
 * the server of our tests.
 */
export async function runRiva(python: string): Promise<boolean> {
  const [ears, ours, samples] = await Promise.all([
    startServer("byo-server.ts"),
    startServer("riva-server.ts"),
    transcriberSamples(),
  ]);
  let good = true;
  try {
    for (const mode of ["offline", "online", "quiet"] as const) {
      const child = spawn(python, [join(ROOT, "test/interop/riva_server.py"), ears.url, mode], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const port = Number((await lines.next()).value);
      const seen: Seen[] = [];
      const reading = (async () => {
        for (let line = await lines.next(); !line.done; line = await lines.next())
          seen.push(JSON.parse(line.value) as Seen);
      })();
      const transcriber = await openTranscriber("NVIDIA_NIMS", {
        models: testModels,
        engines: engineSettingsOf({
          NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${port}`,
          NVIDIA_NIMS_API_KEY: "right-key",
        }),
      });
      try {
        for (const { law, run } of TRANSCRIBER_CASES) {
          const failed = await run(transcriber, {
            ...samples,
            lacks: mode === "quiet" ? ["words", "confidence"] : [],
          }).then(
            () => undefined,
            (error: unknown) => error as Error,
          );
          if (failed)
            [good] = [false, say(`NVIDIA's stubs, ${mode}: not so: ${law}: ${failed.message}`)];
        }
        const wrong = await openTranscriber("NVIDIA_NIMS", {
          models: testModels,
          engines: engineSettingsOf({
            NVIDIA_NIMS_ENDPOINT: `127.0.0.1:${port}`,
            NVIDIA_NIMS_API_KEY: "wrong",
          }),
        });
        const refused = await wrong
          .transcribe(once(samples.speech), { signal: new AbortController().signal })
          .then(
            () => "taken",
            (error: { code: string }) => error.code,
          );
        await wrong.close();
        if (refused !== "CREDENTIALS")
          [good] = [false, say(`NVIDIA's stubs, ${mode}: a wrong key was ${refused}`)];
      } finally {
        await transcriber.close();
        child.kill();
        await reading;
      }
      const asked = seen.filter(({ config }) => config !== null);
      const odd = asked.filter(
        ({ config, unknown }) =>
          unknown.length > 0 ||
          JSON.stringify(
            Object.entries(config ?? {})
              .filter(([name]) => name !== "model")
              .toSorted(),
          ) !== JSON.stringify(Object.entries(WANTED).toSorted()),
      );
      if (asked.length === 0 || odd.length > 0)
        [good] = [
          false,
          say(
            `NVIDIA's stubs, ${mode}: read ${JSON.stringify(odd[0])}, not ${JSON.stringify(WANTED)}`,
          ),
        ];
      say(
        `NVIDIA's stubs, ${mode}: ${TRANSCRIBER_CASES.length} laws, ${asked.length} requests, the largest of ${Math.max(...asked.map(({ bytes }) => bytes))} bytes`,
      );
    }
    return (
      (await withWav(
        (path) =>
          spawnSync(
            python,
            [join(ROOT, "test/interop/riva_client.py"), `127.0.0.1:${ours.secondPort}`, path],
            { stdio: "inherit" },
          ).status === 0,
      )) && good
    );
  } finally {
    await Promise.all([ears.stop(), ours.stop()]);
  }
}

/** OpenAI's client against the server that our WHISPER recogniser is tested with. */
export async function runOpenAi(python: string): Promise<boolean> {
  const server = await startServer("whisper-server.ts");
  try {
    return await withWav(
      (path) =>
        spawnSync(python, [join(ROOT, "test/interop/openai_client.py"), server.url, path], {
          stdio: "inherit",
        }).status === 0,
    );
  } finally {
    await server.stop();
  }
}

async function withWav(act: (path: string) => boolean): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-interop-"));
  try {
    writeFileSync(join(folder, "bees.wav"), toWav(await decodeFixture("bees.flac")));
    return act(join(folder, "bees.wav"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
