import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Store } from "../backends/backend.ts";
import type { Embedder } from "../embed/embedder.ts";
import { ERRORS, MediasearchError, toMediasearchError } from "../errors.ts";
import { pluralize } from "../text/format.ts";
import { stripControls } from "../text/strip-controls.ts";
import { embedInContext } from "../embed/passages.ts";
import type { Segment } from "../types.ts";
import { importTranscript, type ImportPlace } from "../transfer/import-transcript.ts";
import {
  parseTranscript,
  type TranscriptContent,
  type TranscriptFormat,
} from "../transfer/transcript-file.ts";
import { hasFlag } from "../cli/flags.ts";
import type { Command, CommandContext } from "../cli/command.ts";
import type { IMPORT } from "../cli/specs/library.ts";
import { displayPath } from "../app/display-path.ts";

interface Result {
  readonly transcript: string;
  readonly file: string | null;
  readonly outcome: "imported" | "unchanged" | "failed";
  readonly reason: string | null;
}

const ENDINGS: readonly (readonly [string, TranscriptFormat])[] = [
  [".transcript.json", "json"],
  [".json", "json"],
  [".srt", "srt"],
  [".vtt", "vtt"],
  [".txt", "txt"],
  [".md", "md"],
];

export const run: Command<typeof IMPORT> = async (paths, flags, context) => {
  const { io, status } = context;
  const transcripts = await filesOf(paths.map((path) => resolve(io.cwd, path)));
  const forMedia = flags.for;
  if (forMedia !== undefined && transcripts.length !== 1)
    throw new MediasearchError(
      "USAGE",
      `--for goes with one transcript, not ${transcripts.length}`,
      { subject: "--for", hint: "mediasearch import talk.srt --for talk.mp3" },
    );
  const backend = await context.openBackend(true);
  const results: Result[] = [];
  let embedder: Promise<Embedder> | undefined;
  try {
    const embedTexts = async (texts: readonly string[]): Promise<Float32Array[]> =>
      (await (embedder ??= context.openEmbedder())).embed(texts, {
        as: "passage",
        signal: io.signal,
      });
    const tools = {
      store: backend.store,
      identity: await context.identifyEmbedder(),
      embed: (segments: readonly Segment[]) => embedInContext(segments, embedTexts),
    };
    for (const path of transcripts) {
      io.signal.throwIfAborted();
      status.update(`${results.length}/${transcripts.length} transcripts`);
      results.push(
        await importOne(
          path,
          forMedia === undefined ? undefined : resolve(io.cwd, forMedia),
          tools,
          io.cwd,
        ),
      );
    }
  } finally {
    status.end();
    await (await embedder)?.close();
    await backend.close();
  }
  return report(results, hasFlag(flags, "json"), context);
};

/** Folders stand for the transcripts below them: what `export` named, not every text that lies about. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) files.push(path);
    else
      for (const found of await readdir(path, { recursive: true }))
        if (found.endsWith(".transcript.json")) files.push(join(path, found));
  }
  if (files.length === 0)
    throw new MediasearchError(
      "NOT_FOUND",
      "no *.transcript.json there; name other transcripts one by one",
      { hint: "mediasearch import talk.srt" },
    );
  return files.toSorted();
}

async function importOne(
  path: string,
  forMedia: string | undefined,
  tools: Parameters<typeof importTranscript>[2],
  cwd: string,
): Promise<Result> {
  const transcript = displayPath(path, cwd);
  try {
    const ending = ENDINGS.find(([one]) => path.toLowerCase().endsWith(one));
    if (!ending)
      throw new MediasearchError(
        "USAGE",
        `${transcript}: not a transcript by its name (${ENDINGS.map(([one]) => one).join(", ")})`,
        { subject: transcript },
      );
    const content = parseTranscript(ending[1], await readFile(path));
    const place = await placeOf(
      path,
      basename(path).slice(0, -ending[0].length),
      content,
      forMedia,
      tools.store,
    );
    return {
      transcript,
      file: displayPath(place.id, cwd),
      outcome: await importTranscript(content, place, tools),
      reason: null,
    };
  } catch (error) {
    const ours = toMediasearchError(error, transcript);
    if (["NO_SPACE", "STORE_BUSY", "MODEL_MISMATCH", "MISSING_MODEL", "BUG"].includes(ours.code))
      throw ours;
    return {
      transcript,
      file: null,
      outcome: "failed",
      reason: ours.message.startsWith(transcript) ? ours.message : `${transcript}: ${ours.message}`,
    };
  }
}

/** The recording that is meant: as said, else of the same name beside the transcript, else where the transcript says, else the one file of that name in the library. */
async function placeOf(
  path: string,
  stem: string,
  { facts }: TranscriptContent,
  forMedia: string | undefined,
  store: Store,
): Promise<ImportPlace> {
  const statOf = async (id: string): Promise<ImportPlace> => ({
    id,
    stat: await stat(id).then(
      ({ size, mtimeMs }) => ({ sizeBytes: size, mtimeMs: Math.trunc(mtimeMs) }),
      () => null,
    ),
  });
  if (forMedia !== undefined) return statOf(forMedia);
  const wanted = facts ? basename(facts.asset) : undefined;
  const beside = (await readdir(dirname(path))).find((name) =>
    wanted === undefined
      ? name.startsWith(`${stem}.`) && !ENDINGS.some(([one]) => name.toLowerCase().endsWith(one))
      : name === wanted,
  );
  if (beside !== undefined) return statOf(join(dirname(path), beside));
  if (facts) return statOf(facts.asset);
  const named: string[] = [];
  for await (const { id } of store.listAssets())
    if (basename(id) === stem || basename(id).replace(/\.[^.]+$/, "") === stem) named.push(id);
  const [only] = named;
  if (only !== undefined && named.length === 1) return statOf(only);
  throw new MediasearchError(
    "NOT_FOUND",
    `${named.length === 0 ? "no recording" : `${named.length} recordings`} of the name ${stem} beside it or in the library`,
    { subject: path, hint: `mediasearch import ${JSON.stringify(path)} --for RECORDING` },
  );
}

function report(results: readonly Result[], asJson: boolean, { io }: CommandContext): number {
  const failed = results.filter(({ outcome }) => outcome === "failed");
  if (asJson) io.stdout.write(`${JSON.stringify({ version: 1, transcripts: results })}\n`);
  else {
    for (const { reason } of failed) io.stderr.write(`${stripControls(reason ?? "")}\n`);
    io.stderr.write(
      `${pluralize(results.filter(({ outcome }) => outcome === "imported").length, "transcript")} imported, ${results.filter(({ outcome }) => outcome === "unchanged").length} unchanged, ${failed.length} failed\n`,
    );
  }
  return failed.length > 0 ? ERRORS.PARTIAL.exit : 0;
}
