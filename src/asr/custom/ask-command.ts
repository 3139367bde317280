import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toWav } from "../audio/wav.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import type { EngineAnswer, AskOptions } from "../remote/engine.ts";
import { audioLengthMs } from "../remote/engine.ts";
import { refusal, type RemoteServer, type RequestFailure } from "../../remote/refusals.ts";
import type { RequestSettings } from "../settings.ts";
import type { CustomSettings } from "./settings.ts";
import type { ErrorCode } from "../../errors.ts";
import { readAnswer } from "./read-answer.ts";
import type { CommandEnd, Commands } from "./run-command.ts";

const MIN_COMMAND_AUDIO_MS = 500;
const MIN_TIMEOUT_MS = 120_000;

export const timeoutOf = (chunk: AudioChunk, { timeoutMs }: CustomSettings): number =>
  timeoutMs ?? Math.max(MIN_TIMEOUT_MS, 4 * audioLengthMs(chunk));

/**
 * Runs the user's command once, for one audio chunk. A placeholder is a whole word. The command
 * gets the audio as a file where it names `{input}`, else on stdin.
 */
export async function askCommand(
  chunk: AudioChunk,
  options: AskOptions,
  settings: CustomSettings,
  requests: RequestSettings,
  server: RemoteServer,
  commands: Commands,
): Promise<EngineAnswer> {
  const folder = await mkdtemp(join(tmpdir(), "mediasearch-asr-"));
  try {
    const places = {
      "{input}": join(folder, "audio.wav"),
      "{output}": join(folder, "out"),
      "{language}": options.language ?? "auto",
      "{model}": settings.model ?? "",
    };
    const words = settings.command.map((word) => places[word as keyof typeof places] ?? word);
    const wav = toWav(chunk.samples, MIN_COMMAND_AUDIO_MS);
    const isFile = settings.command.includes("{input}");
    if (isFile) await writeFile(places["{input}"], wav, { mode: 0o600 });
    const hasFolder = settings.command.includes("{output}");
    if (hasFolder) await mkdir(places["{output}"]);
    const env = {
      ...settings.environment,
      ASR_CONTRACT: "1",
      ASR_LANGUAGE: options.language ?? "",
      ASR_DIARIZATION: String(requests.diarization ?? true),
      ASR_MAX_SPEAKERS: settings.maxSpeakers === undefined ? "" : String(settings.maxSpeakers),
    };
    const end = await commands.run({
      words,
      env,
      input: isFile ? undefined : wav,
      timeoutMs: timeoutOf(chunk, settings),
      signal: options.signal,
    });
    const failed = fromEnd(end, server, timeoutOf(chunk, settings));
    if (failed || end.type !== "exit")
      return failed ?? refusal(server, "once", "ENGINE_FAILED", end.type);
    const written = hasFolder ? await outputOf(places["{output}"]) : end.stdout;
    const heard =
      typeof written === "string" ? written : readAnswer(written, chunk, settings.format);
    return typeof heard === "string"
      ? refusal(
          server,
          "rejected",
          "USAGE",
          `it gave ${heard}`,
          "docs/engines.md says what it may give",
        )
      : { heard };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the one transcript that the command wrote into the folder. */
async function outputOf(folder: string): Promise<Buffer | string> {
  const names = (await readdir(folder)).filter((name) => /\.(?:json|srt|vtt|txt)$/i.test(name));
  if (names.length > 1)
    return `${names.length} transcripts in {output} instead of one: ${names.join(", ")}`;
  return names[0] === undefined
    ? "no .json, .srt or .vtt in {output}"
    : readFile(join(folder, names[0]));
}

/**
 * Classifies exit codes as sysexits.h does. A failure with any other code may pass, so it is tried
 * again once.
 */
const ENDS: Readonly<Record<number, readonly [RequestFailure["kind"], ErrorCode]>> = {
  64: ["fatal", "USAGE"],
  78: ["fatal", "USAGE"],
  65: ["fatal", "ENGINE_REFUSED"],
  66: ["fatal", "ENGINE_REFUSED"],
  69: ["retry", "ENGINE_FAILED"],
  70: ["retry", "ENGINE_FAILED"],
  75: ["retry", "ENGINE_FAILED"],
  77: ["fatal", "CREDENTIALS"],
  126: ["fatal", "USAGE"],
  127: ["fatal", "USAGE"],
};

function fromEnd(
  end: CommandEnd,
  server: RemoteServer,
  timeoutMs: number,
): EngineAnswer | undefined {
  if (end.type === "not started")
    return refusal(
      server,
      "fatal",
      "USAGE",
      end.code === "ENOENT" ? "there is no such program" : `can't be run (${end.code})`,
      "is BYO_ASR_COMMAND right? It is run without a shell",
    );
  const said = end.stderr.trim().split("\n").slice(-3).join(" ");
  const tail = said === "" ? "" : `: ${said}`;
  if (end.type === "late")
    return refusal(
      server,
      "once",
      "TIMED_OUT",
      `not done after ${timeoutMs / 1000} s${tail}`,
      "raise BYO_ASR_TIMEOUT",
    );
  if (end.type === "too much")
    return refusal(
      server,
      "rejected",
      "USAGE",
      "more than 64 MiB on stdout",
      "only the transcript belongs on stdout",
    );
  if (end.type === "signal")
    return refusal(server, "once", "ENGINE_FAILED", `ended by ${end.signal}${tail}`);
  if (end.code === 0) return undefined;
  const [kind, code] = ENDS[end.code] ?? ["once", "ENGINE_FAILED"];
  return refusal(
    server,
    kind,
    code,
    `exit code ${end.code}${tail}`,
    code === "USAGE" ? "see BYO_ASR_COMMAND" : undefined,
  );
}
