import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logMel } from "../../src/asr/local/whisper/mel.ts";
import { loadWhisper } from "../../src/asr/local/whisper/model.ts";
import { readVocabulary, textOf } from "../../src/asr/local/whisper/vocabulary.ts";
import { openTranscriber } from "../../src/asr/registry.ts";
import {
  TRANSCRIBER_CASES,
  type TranscriberSamples,
  wordErrors,
} from "../../src/asr/transcriber.contract.ts";
import { ensureModel } from "../../src/models/store.ts";
import { testModels } from "../helpers/models.ts";
import { ROOT } from "../helpers/run.ts";
import {
  decodeFixture,
  engineSettingsOf,
  once,
  transcriberSamples,
} from "../helpers/transcriber-samples.ts";

/** Recordings of speech, cut to what the encoder takes. */
const RECORDINGS = [
  "bees.flac",
  "bridge.mp3",
  "budget.wav",
  "dialogue.ogg",
  "garden.m4a",
  "german.mp3",
  "lecture.mp3",
  "news.mp3",
];
/** Two recordings are cut again, so that ten pieces are compared. */
const SECOND_PARTS = ["dialogue.ogg", "lecture.mp3"];
const SKIPPED = 7 * 16_000;
const PIECES = [...RECORDINGS, ...SECOND_PARTS];
const MAX_SAMPLES = 25 * 16_000;
const MAX_SECONDS = 30;
const FRAMES = 3000;
/**
 * int8 differs from float32 in punctuation, and now and then in a word: in 5 of the 32 of the
 * synthetic German, in none of the English ones.
 */
const MAX_WORD_ERRORS = 0.05;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * The published weights of Whisper base, made into ONNX by the program and decoded by it, against
 * CTranslate2 with the same weights in float32; then the whole contract with both recognisers.
 */
export async function runWhisper(python: string): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-whisper-"));
  try {
    const weights = join(folder, "weights");
    call(python, ["weights", weights]);
    const files = await ensureModel("whisper-base", {
      cacheDir: join(folder, "cache"),
      modelsDir: weights,
      env: { HF_HUB_OFFLINE: "1" },
      signal: new AbortController().signal,
      fetchesOptional: true,
    });
    say("whisper: the files made of model.bin have their digests");
    const isSame = await compare(python, { folder, weights, files });
    const isLawful = await checkContract(files);
    return (await checkSherpa(files, folder)) && isLawful && isSame;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function call(python: string, args: readonly string[], input?: string): string {
  const { status, stdout, error } = spawnSync(
    python,
    [join(ROOT, "test/interop/whisper.py"), ...args],
    {
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  if (status !== 0) throw new Error(`whisper.py ${args[0]} failed`, { cause: error });
  return stdout;
}

interface Places {
  readonly folder: string;
  readonly weights: string;
  readonly files: Readonly<Record<string, string>>;
}

async function compare(python: string, { folder, weights, files }: Places): Promise<boolean> {
  const { signal } = new AbortController();
  const model = await loadModel(files);
  const vocabulary = await readVocabulary(
    (await testModels("whisper-multilingual"))["vocabulary.txt"] ?? "",
  );
  mkdirSync(join(folder, "mel"));
  const ours: { readonly text: string; readonly language: string }[] = [];
  const asked: string[] = [];
  for (const [i, name] of PIECES.entries()) {
    const whole = await decodeFixture(name);
    const samples =
      i < RECORDINGS.length ? whole.subarray(0, MAX_SAMPLES) : whole.subarray(SKIPPED);
    const encoding = await model.encode(samples, MAX_SECONDS);
    const beginning = await model.begin(encoding);
    const [language = ""] = [...beginning.languages].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    const { tokens } = await model.decode(encoding, beginning, language, signal);
    ours.push({ text: textOf(tokens, vocabulary), language });
    const mel = join(folder, "mel", `${i}.f32`);
    writeFileSync(mel, Buffer.from(logMel(samples, FRAMES).buffer));
    asked.push(JSON.stringify({ mel, frames: FRAMES }));
  }
  await model.release();
  let hasSameLanguages = true;
  let allErrors = 0;
  let allWords = 0;
  const theirs = call(python, ["decode", weights], asked.join("\n")).trim().split("\n");
  for (const [i, line] of theirs.entries()) {
    const { tokens, language } = JSON.parse(line) as { tokens: number[]; language: string };
    const { errors, words } = wordErrors(textOf(tokens, vocabulary), ours[i]?.text ?? "");
    allErrors += errors;
    allWords += words;
    hasSameLanguages &&= language === ours[i]?.language;
    say(
      `whisper: ${PIECES[i]}: ${language}/${ours[i]?.language}, ${errors} of ${words} words differ`,
    );
  }
  return (
    hasSameLanguages && allErrors <= allWords * MAX_WORD_ERRORS && theirs.length === PIECES.length
  );
}

const loadModel = (files: Readonly<Record<string, string>>): ReturnType<typeof loadWhisper> =>
  loadWhisper(
    {
      encoder: files["base-encoder.int8.onnx"] ?? "",
      decoder: files["base-decoder.int8.onnx"] ?? "",
    },
    1,
  );

/** The laws of recognisers, and a recording that only Whisper can write down. */
async function checkContract(files: Record<string, string>): Promise<boolean> {
  const transcriber = await openTranscriber("local", {
    models: async (name) => (name === "whisper-base" ? files : testModels(name)),
  });
  const samples = await transcriberSamples();
  let good = true;
  try {
    for (const { law, run } of TRANSCRIBER_CASES)
      await run(transcriber, samples).catch((error: unknown) => {
        good = false;
        say(`whisper: ${law}: ${String(error)}`);
      });
    const german = await decodeFixture("german.mp3");
    const { language, warning, cues } = await transcriber.transcribe(once(german), {
      signal: new AbortController().signal,
    });
    const isGerman = language === "de" && warning === null && /Damen/.test(cues[0]?.text ?? "");
    say(`whisper: german.mp3 is ${language}: ${cues[0]?.text ?? "nothing"}`);
    return good && isGerman;
  } finally {
    await transcriber.close();
  }
}

/** The same files by sherpa-onnx: a Whisper with word times, in the layout of its archives. */
async function checkSherpa(
  files: Readonly<Record<string, string>>,
  folder: string,
): Promise<boolean> {
  const vocabulary = await readVocabulary(
    (await testModels("whisper-multilingual"))["vocabulary.txt"] ?? "",
  );
  const place = join(folder, "sherpa-onnx-whisper-base");
  mkdirSync(place);
  for (const [name, path] of Object.entries(files)) copyFileSync(path, join(place, name));
  writeFileSync(
    join(place, "base-tokens.txt"),
    vocabulary.map((bytes, token) => `${bytes.toString("base64") || "="} ${token}\n`).join(""),
  );
  const transcriber = await openTranscriber("SHERPA", {
    models: testModels,
    engines: engineSettingsOf({ SHERPA_MODEL: place }),
  });
  const samples: TranscriberSamples = { ...(await transcriberSamples()), lacks: ["confidence"] };
  let good = true;
  try {
    for (const { law, run } of TRANSCRIBER_CASES)
      await run(transcriber, samples).catch((error: unknown) => {
        good = false;
        say(`sherpa: ${law}: ${String(error)}`);
      });
    say(`sherpa: the contract ${good ? "holds" : "does not hold"}`);
    return good;
  } finally {
    await transcriber.close();
  }
}
