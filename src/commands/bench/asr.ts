import { expandHome } from "../../location.ts";
import { parseEngineChain } from "../../engine-chain.ts";
import { resolve } from "node:path";
import type { Transcriber } from "../../asr/transcriber.ts";
import { engineSettings, enginesSetUp } from "../../asr/registry.ts";
import { ruleEngines } from "../../config/engine-rules.ts";
import { ERRORS, toMediasearchError } from "../../errors.ts";
import { formatJson, formatDuration, formatNumber } from "../../text/format.ts";
import { styler } from "../../terminal/style.ts";
import { stripControls } from "../../text/strip-controls.ts";
import { measureSample, type SampleResult } from "../../evaluation/measure-recogniser.ts";
import { findSamples, type ReferenceSample } from "../../evaluation/references.ts";
import { errorRate, sumErrors } from "../../evaluation/word-errors.ts";
import { describeBeyondWords, totalBeyondWords } from "./beyond-words.ts";
import type { CommandContext } from "../../cli/command.ts";

interface EngineResult {
  readonly engine: string;
  /** With its model; null when it could not be opened. */
  readonly id: string | null;
  readonly openMs: number;
  readonly files: readonly SampleResult[];
  readonly failure: string | null;
}

/**
 * Word errors and speed of every recogniser that is set up, on one's own recordings. Writes
 * nothing.
 */
export async function benchRecognisers(
  folder: string,
  isJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io, config } = context;
  const engines = enginesOf(context);
  const samples = await findSamples(resolve(io.cwd, expandHome(folder)));
  const results: EngineResult[] = [];
  for (const engine of engines) results.push(await measureEngine(engine, samples, context));
  if (isJson)
    io.stdout.write(
      `${formatJson({ version: 1, folder, language: config.settings.language ?? null, engines: results.map(asJson) })}\n`,
    );
  else printResults(results, samples, context);
  return results.some(
    ({ failure, files }) => failure !== null || files.some(({ type }) => type === "failed"),
  )
    ? ERRORS.PARTIAL.exit
    : 0;
}

/**
 * Those that are named on the command line; else all that are chosen or have an address, and the
 * one on this machine.
 */
function enginesOf({ config, io }: CommandContext): readonly string[] {
  const { settings, sources } = config;
  const chosen = parseEngineChain(settings.engine);
  if (sources.engine.kind === "flag") return chosen;
  const rules = ruleEngines(settings.engineRules);
  const setUp = enginesSetUp(engineSettings(settings, io.env));
  return [...new Set(["local", ...chosen, ...rules, ...setUp])].filter((name) => name !== "STUB");
}

async function measureEngine(
  engine: string,
  samples: readonly ReferenceSample[],
  context: CommandContext,
): Promise<EngineResult> {
  const { io, config, status } = context;
  const startedAt = performance.now();
  let transcriber: Transcriber | undefined;
  try {
    transcriber = await context.openTranscriber(engine);
    const openMs = Math.round(performance.now() - startedAt);
    const files: SampleResult[] = [];
    for (const [i, sample] of samples.entries()) {
      io.signal.throwIfAborted();
      status.update(stripControls(`${engine}: ${i + 1}/${samples.length} ${sample.name}`));
      files.push(await measureSample(sample, transcriber, config.settings.language, io.signal));
    }
    return { engine, id: transcriber.id, openMs, files, failure: null };
  } catch (error) {
    io.signal.throwIfAborted();
    return { engine, id: null, openMs: 0, files: [], failure: toMediasearchError(error).message };
  } finally {
    status.end();
    await transcriber?.close();
  }
}

type Heard = Extract<SampleResult, { type: "heard" }>;
const heardFiles = ({ files }: EngineResult): readonly Heard[] =>
  files.filter((one): one is Heard => one.type === "heard");
const sum = (files: readonly Heard[], what: "audioMs" | "wallMs" | "cpuMs"): number =>
  files.reduce((all, one) => all + one[what], 0);

function asJson(result: EngineResult) {
  const heard = heardFiles(result);
  const errors = sumErrors(heard.map((one) => one.errors));
  const [audioMs, wallMs, cpuMs] = [
    sum(heard, "audioMs"),
    sum(heard, "wallMs"),
    sum(heard, "cpuMs"),
  ];
  return {
    ...result,
    wordErrorRate: heard.length > 0 ? errorRate(errors) : null,
    errors,
    ...totalBeyondWords(heard.map((one) => one.beyondWords)),
    audioMs,
    wallMs,
    cpuMs,
    realTimeFactor: audioMs > 0 ? wallMs / audioMs : null,
  };
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;

function printResults(
  results: readonly EngineResult[],
  samples: readonly ReferenceSample[],
  { io }: CommandContext,
): void {
  const paint = styler(io.stdout, io.env);
  const nameWidth = Math.max(...samples.map(({ name }) => name.length), 8);
  const column = (text: string): string => text.padStart(13);
  io.stdout.write(
    `${"".padEnd(nameWidth)}${results.map(({ engine }) => column(engine)).join("")}\n`,
  );
  for (const { name } of samples) {
    const cells = results.map(({ files }) => {
      const measured = files.find((file) => file.name === name);
      if (measured?.type === "heard") return column(percent(errorRate(measured.errors)));
      return column(measured ? "failed" : "-");
    });
    io.stdout.write(`${stripControls(name).padEnd(nameWidth)}${cells.join("")}\n`);
  }
  for (const result of results) {
    const heard = heardFiles(result);
    const { substituted, deleted, inserted, words } = sumErrors(heard.map(({ errors }) => errors));
    const [audioMs, wallMs, cpuMs] = [
      sum(heard, "audioMs"),
      sum(heard, "wallMs"),
      sum(heard, "cpuMs"),
    ];
    io.stdout.write(`\n${paint("cyan", result.engine)} ${stripControls(result.id ?? "")}\n`);
    if (result.failure !== null)
      io.stdout.write(`  ${paint("red", "not measured:")} ${stripControls(result.failure)}\n`);
    if (heard.length > 0) {
      const rate = percent((substituted + deleted + inserted) / Math.max(1, words));
      io.stdout.write(
        `  word errors ${paint("bold", rate)}: ${substituted} wrong, ${deleted} missed, ${inserted} made up, of ${formatNumber(words)} words in ${heard.length} of ${samples.length} files\n`,
      );
      io.stdout.write(
        `  ${(audioMs / Math.max(1, wallMs)).toFixed(1)}× real time: ${formatDuration(audioMs)} of audio in ${formatDuration(wallMs)}, ${formatDuration(cpuMs)} of this machine's processors in this process; opened in ${formatDuration(result.openMs)}\n`,
      );
    }
    const beyond = totalBeyondWords(heard.map((one) => one.beyondWords));
    for (const line of describeBeyondWords(beyond)) io.stdout.write(`  ${line}\n`);
    for (const one of result.files)
      if (one.type === "failed")
        io.stdout.write(
          `  ${paint("red", "failed:")} ${stripControls(one.name)}: ${stripControls(one.reason)}\n`,
        );
  }
}
