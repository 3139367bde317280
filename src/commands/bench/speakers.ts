import type { CommandContext } from "../../cli/command.ts";
import { ERRORS } from "../../errors.ts";
import {
  COLLAR_MS,
  findAnnotated,
  measureSpeakers,
  type SpeakerResult,
  type SpeakerScore,
} from "../../evaluation/measure-speakers.ts";
import {
  speakerErrorRate,
  type SpeakerErrors,
  sumSpeakerErrors,
} from "../../evaluation/speaker-errors.ts";
import { styler } from "../../terminal/style.ts";
import { formatDuration, formatJson, pluralize } from "../../text/format.ts";
import { stripControls } from "../../text/strip-controls.ts";

type Heard = Extract<SpeakerResult, { type: "heard" }>;

/** How well it is told who speaks when, on one's own annotated recordings. Writes nothing. */
export async function benchSpeakers(
  folder: string,
  isJson: boolean,
  context: CommandContext,
): Promise<number> {
  const { io, status } = context;
  const recordings = await findAnnotated(folder);
  const listener = await context.openSpeakerListener();
  const results: SpeakerResult[] = [];
  try {
    for (const [i, recording] of recordings.entries()) {
      io.signal.throwIfAborted();
      status.update(stripControls(`${i + 1}/${recordings.length} ${recording.name}`));
      results.push(await measureSpeakers(recording, listener, io.signal));
    }
  } finally {
    status.end();
    await listener.release();
  }
  if (isJson) io.stdout.write(`${formatJson(asJson(folder, listener.id, results))}\n`);
  else printResults(results, context);
  return results.some(({ type }) => type === "failed") ? ERRORS.PARTIAL.exit : 0;
}

const heardOf = (results: readonly SpeakerResult[]): readonly Heard[] =>
  results.filter((one): one is Heard => one.type === "heard");
const rateOf = (scores: readonly SpeakerScore[]): number =>
  speakerErrorRate(sumSpeakerErrors(scores.map(({ errors }) => errors)));
const strictRateOf = (scores: readonly SpeakerScore[]): number =>
  speakerErrorRate(sumSpeakerErrors(scores.map(({ strictErrors }) => strictErrors)));

function asJson(folder: string, id: string, results: readonly SpeakerResult[]) {
  const heard = heardOf(results);
  const total = (scores: readonly SpeakerScore[]) => ({
    errorRate: heard.length > 0 ? rateOf(scores) : null,
    strictErrorRate: heard.length > 0 ? strictRateOf(scores) : null,
    ...sumSpeakerErrors(scores.map(({ errors }) => errors)),
  });
  return {
    version: 1,
    folder,
    id,
    collarMs: COLLAR_MS,
    foundOut: {
      ...total(heard.map(({ foundOut }) => foundOut)),
      rightNumbers: heard.filter(({ speakers, foundOut }) => speakers === foundOut.speakers).length,
    },
    numberGiven: total(heard.map(({ numberGiven }) => numberGiven)),
    audioMs: heard.reduce((sum, { audioMs }) => sum + audioMs, 0),
    wallMs: heard.reduce((sum, { wallMs }) => sum + wallMs, 0),
    cpuMs: heard.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    files: results,
  };
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;

function printResults(results: readonly SpeakerResult[], { io }: CommandContext): void {
  const paint = styler(io.stdout, io.env);
  const width = Math.max(...results.map(({ name }) => name.length), 8);
  const line = (name: string, ...cells: readonly string[]): void =>
    void io.stdout.write(
      `${stripControls(name).padEnd(width)}${cells.map((cell) => cell.padStart(14)).join("")}\n`,
    );
  line("", "error rate", "number given", "speakers");
  for (const one of results) {
    if (one.type === "failed") line(one.name, "failed", "", "");
    else
      line(
        one.name,
        percent(rateOf([one.foundOut])),
        percent(rateOf([one.numberGiven])),
        `${one.foundOut.speakers} of ${one.speakers}`,
      );
  }
  const heard = heardOf(results);
  if (heard.length > 0) printTotals(heard, io, paint);
  for (const one of results)
    if (one.type === "failed")
      io.stdout.write(
        `  ${paint("red", "failed:")} ${stripControls(one.name)}: ${stripControls(one.reason)}\n`,
      );
}

function printTotals(
  heard: readonly Heard[],
  io: CommandContext["io"],
  paint: ReturnType<typeof styler>,
): void {
  const [foundOut, numberGiven] = [
    heard.map((one) => one.foundOut),
    heard.map((one) => one.numberGiven),
  ];
  const right = heard.filter((one) => one.speakers === one.foundOut.speakers).length;
  const sum = sumSpeakerErrors(foundOut.map(({ errors }) => errors));
  const share = (part: keyof SpeakerErrors): string =>
    percent(sum[part] / Math.max(1, sum.speechMs));
  const seconds = (part: "audioMs" | "cpuMs"): number =>
    heard.reduce((all, one) => all + one[part], 0);
  io.stdout.write(
    `\nerror rate ${paint("bold", percent(rateOf(foundOut)))}: ${share("missedMs")} missed, ${share("madeUpMs")} made up, ${share("confusedMs")} given to another; ${percent(rateOf(numberGiven))} with the number given\n`,
  );
  io.stdout.write(
    `  with ${COLLAR_MS / 1000} s around the ends of turns left out, overlaps counted; ${percent(strictRateOf(foundOut))} without leaving anything out\n`,
  );
  io.stdout.write(
    `  number of speakers right in ${right} of ${pluralize(heard.length, "file")}; ${formatDuration(seconds("audioMs"))} of audio, ${formatDuration(seconds("cpuMs"))} of one processor\n`,
  );
}
