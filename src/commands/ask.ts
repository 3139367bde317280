import { askLibrary, type Asked } from "../app/ask/ask.ts";
import { openView } from "../app/search/read-view.ts";
import type { SearchView } from "../backends/search-access.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import { filterFlags } from "../cli/filter-flags.ts";
import { hasFlag, integerFlag } from "../cli/flags.ts";
import type { ASK_SPEC } from "../cli/specs/searching.ts";
import { MediasearchError } from "../errors.ts";
import { resultRecord } from "../results/records.ts";
import type { SearchResult } from "../results/search-result.ts";
import type { OpenEmbedder } from "../search/hybrid.ts";
import { styler, type Styler } from "../terminal/style.ts";
import { formatJson, formatTimestamp, pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";

const DEFAULT_MOMENTS = 8;
const MAX_MOMENTS = 30;

export const run: Command<typeof ASK_SPEC> = async (words, flags, context) => {
  const question = words.join(" ").trim();
  if (question === "")
    throw new MediasearchError("USAGE", "nothing is asked", {
      hint: 'mediasearch ask "what was said about the fee?"',
    });
  const limit = integerFlag(flags, "limit", 1, MAX_MOMENTS) ?? DEFAULT_MOMENTS;
  const filters = filterFlags(flags);
  const backend = await context.openBackend(false);
  let view: SearchView | undefined;
  try {
    view = await openView(backend, { fresh: false }, context.tell);
    const { library, queryVectors } = view;
    const openEmbedder: OpenEmbedder = (stored) => context.openQueryEmbedder(queryVectors, stored);
    const asked = await askLibrary(
      { library, openEmbedder, cwd: context.cwd },
      { ...filters, question, limit },
      hasFlag(flags, "brief") ? undefined : await writerOf(context),
    );
    if (hasFlag(flags, "json")) printRecord(question, asked, context);
    else printText(asked, context);
    return 0;
  } finally {
    await view?.close?.();
    await backend.close();
  }
};

/** What writes answers; undefined while ANSWER_ENDPOINT is not set. */
async function writerOf({ config, signal }: CommandContext) {
  const { answerEndpoint: endpoint, answerModel, answerApiKey, answerTimeoutMs } = config.settings;
  if (endpoint === undefined) return undefined;
  const { askServer } = await import("../app/ask/chat-server.ts");
  const server = {
    endpoint,
    model: answerModel,
    apiKey: answerApiKey,
    timeoutMs: answerTimeoutMs,
  };
  return (messages: Parameters<typeof askServer>[1]) => askServer(server, messages, signal);
}

function printRecord(question: string, { page, answer }: Asked, { io }: CommandContext): void {
  const record = {
    version: 1,
    question,
    answer: answer ?? null,
    note: page.note,
    moments: page.results.map(resultRecord),
  };
  io.stdout.write(`${formatJson(record)}\n`);
}

function printText({ page, answer }: Asked, { io }: CommandContext): void {
  const { results, note } = page;
  const paint = styler(io.stdout, io.env);
  if (note !== null) io.stderr.write(`${stripControls(note)}\n`);
  if (results.length === 0) {
    io.stderr.write("nothing found\n");
    return;
  }
  if (answer && answer.sentences.length > 0)
    io.stdout.write(
      `${answer.sentences.map(({ text, moments }) => `${stripControls(text)} ${moments.map((one) => `[${one}]`).join("")}`).join("\n")}\n\n`,
    );
  const cited = new Set(answer?.sentences.flatMap(({ moments }) => moments));
  // Of an answer those moments are shown that it rests on; else all of them are the answer.
  const shown = results.filter((_, index) => cited.size === 0 || cited.has(index + 1));
  io.stdout.write(shown.map((moment) => momentText(moment, paint)).join("\n"));
  for (const line of answerNotes(answer)) io.stderr.write(`${line}\n`);
}

function momentText(
  { number, file, startMs, speaker, before, text, after }: SearchResult,
  paint: Styler,
): string {
  const said = [...before.map((line) => line.text), text, ...after.map((line) => line.text)];
  const who = speaker === null ? "" : `  ${stripControls(speaker)}`;
  const place = paint("cyan", `${stripControls(file)}  ${formatTimestamp(startMs)}`);
  return `[${number}] ${place}${who}\n    "${stripControls(said.join(" "))}"\n`;
}

function answerNotes(answer: Asked["answer"]): string[] {
  if (!answer) return [];
  const { sentences, leftOut } = answer;
  if (sentences.length === 0 && leftOut === 0)
    return ["the answering server found no answer in these moments"];
  return leftOut === 0
    ? []
    : [
        `${pluralize(leftOut, "sentence")} of the answer did not name moments that exist and ${leftOut === 1 ? "was" : "were"} left out`,
      ];
}
