import { quoteShellWord } from "../../shell-words.ts";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AssetId } from "../../backends/catalog.ts";
import type { Library } from "../../backends/library.ts";
import { refuseOtherModel } from "../../embedding-model.ts";
import { hashFile } from "../../hash-file.ts";
import { isRemote } from "../../location.ts";
import { captionName, possibleCaptionName, withoutFormat } from "../../media/captions/names.ts";
import { looksLikeCaptions } from "../../media/captions/sniff.ts";
import { candidateByName, HEAD_BYTES } from "../../media/sniff.ts";
import { MediasearchError, toMediasearchError } from "../../errors.ts";
import { importTranscript, type ImportPlace } from "../../transfer/import-transcript.ts";
import {
  parseForeignTranscript,
  parseTranscript,
  type TranscriptContent,
} from "../../transfer/transcript-file.ts";
import type { Context } from "../context.ts";
import { displayPath } from "../display-path.ts";
import { withEditTools } from "./edit-tools.ts";

export interface ImportRequest {
  /** Absolute paths of transcripts, or of folders of *.transcript.json. */
  readonly paths: readonly string[];
  /**
   * The recording that one transcript belongs to, as an absolute path; by default the one of the
   * same name.
   */
  readonly recording?: string | undefined;
}

export type ImportResult =
  | {
      readonly outcome: "imported" | "unchanged";
      readonly transcript: string;
      readonly recording: AssetId;
      /** What should be known about how it was read, such as a code page that was guessed. */
      readonly warnings: readonly string[];
    }
  | { readonly outcome: "failed"; readonly transcript: string; readonly reason: string };

/** What `export` names its files, but for captions. */
const OWN_ENDINGS: readonly (readonly [string, "json" | "txt" | "md"])[] = [
  [".transcript.json", "json"],
  [".json", "json"],
  [".txt", "txt"],
  [".md", "md"],
];

/**
 * Reads transcripts into the library; the words that a recording had before are archived. One that
 * can't be read is a result, and the others go on.
 * @throws USAGE when a recording is named for several transcripts, NOT_FOUND where there is none,
 * and what no later transcript would get past.
 */
export async function importTranscripts(
  context: Context,
  { paths, recording }: ImportRequest,
): Promise<readonly ImportResult[]> {
  const { signal, tell } = context;
  const transcripts = await listTranscriptFiles(paths);
  if (recording !== undefined && transcripts.length !== 1)
    throw new MediasearchError(
      "USAGE",
      `--for goes with one transcript, not ${transcripts.length}`,
      { subject: "--for", hint: "mediasearch import talk.srt --for talk.mp3" },
    );
  return withEditTools(context, true, async (tools) => {
    const stored = await tools.library.embeddings.model();
    const embedding = await (await context.forLibrary(stored)).identifyEmbedder();
    refuseOtherModel(stored, embedding);
    const digest = (id: AssetId): Promise<string> => contentDigest(id, signal);
    const services = { ...tools, model: embedding, identity: embedding, digest };
    const results: ImportResult[] = [];
    for (const path of transcripts) {
      signal.throwIfAborted();
      tell({
        type: "counted",
        unit: "transcripts",
        done: results.length,
        total: transcripts.length,
      });
      results.push(await importOne(path, recording, services, context.cwd));
    }
    return results;
  });
}

/** As the pipeline names the content of a file of this machine. */
async function contentDigest(id: AssetId, signal: AbortSignal): Promise<string> {
  if (isRemote(id)) return "";
  const digest = await hashFile(id, { signal });
  return captionName(basename(id)) ? `captions-${digest}` : digest;
}

/**
 * Folders stand for the transcripts below them: what `export` named, not every text that lies
 * about.
 */
async function listTranscriptFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) files.push(path);
    else
      for (const name of await readdir(path, { recursive: true }))
        if (name.endsWith(".transcript.json")) files.push(join(path, name));
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
  recording: string | undefined,
  services: Parameters<typeof importTranscript>[2],
  cwd: string,
): Promise<ImportResult> {
  // Errors name it as the caller would.
  const transcript = displayPath(path, cwd);
  try {
    const { content, stems } = readTranscriptFile(transcript, path, await readFile(path));
    const target = await importLocation(path, stems, content, recording, services.library);
    return {
      transcript: path,
      recording: target.id,
      outcome: await importTranscript(content, target, services),
      warnings: content.warnings ?? [],
    };
  } catch (error) {
    const ours = toMediasearchError(error, transcript);
    if (["NO_SPACE", "STORE_BUSY", "MODEL_MISMATCH", "MISSING_MODEL", "BUG"].includes(ours.code))
      throw ours;
    return {
      transcript: path,
      outcome: "failed",
      reason: ours.message.startsWith(transcript) ? ours.message : `${transcript}: ${ours.message}`,
    };
  }
}

/**
 * Reads what `export` wrote, or captions and transcripts of other programs: by the name where only
 * captions are named so, else by the content.
 * @throws USAGE for a file that is none by its name; UNREADABLE_MEDIA.
 */
function readTranscriptFile(
  transcript: string,
  path: string,
  bytes: Buffer,
): { readonly content: TranscriptContent; readonly stems: readonly string[] } {
  const name = basename(path);
  const caption = possibleCaptionName(name);
  if (caption && (captionName(name) || looksLikeCaptions(bytes.subarray(0, HEAD_BYTES), name)))
    return {
      content: parseForeignTranscript(bytes, caption),
      stems: [...new Set([withoutFormat(name) ?? name, caption.stem])],
    };
  const ending = OWN_ENDINGS.find(([one]) => name.toLowerCase().endsWith(one));
  if (!ending)
    throw new MediasearchError(
      "USAGE",
      `${transcript}: not a transcript by its name and content; docs/caption-formats.md lists what can be read`,
      { subject: transcript },
    );
  const stem = name.slice(0, -ending[0].length);
  return { content: parseTranscript(ending[1], bytes), stems: [stem] };
}

/**
 * The recording that is meant: as said, else of the same name beside the transcript, else where the
 * transcript says, else the one file of that name in the library.
 */
async function importLocation(
  path: string,
  stems: readonly string[],
  { facts }: TranscriptContent,
  recording: string | undefined,
  library: Library,
): Promise<ImportPlace> {
  const statOf = async (id: string): Promise<ImportPlace> => ({
    id,
    stat: await stat(id).then(
      ({ size, mtimeMs }) => ({ sizeBytes: size, mtimeMs: Math.trunc(mtimeMs) }),
      () => null,
    ),
  });
  if (recording !== undefined) return statOf(recording);
  const wanted = facts ? basename(facts.asset) : undefined;
  const names = await readdir(dirname(path));
  const isOf = (stem: string, name: string): boolean =>
    name.startsWith(`${stem}.`) &&
    !possibleCaptionName(name) &&
    !OWN_ENDINGS.some(([one]) => name.toLowerCase().endsWith(one));
  const ofName = stems.flatMap((stem) => names.filter((name) => isOf(stem, name)));
  const beside =
    wanted === undefined
      ? (ofName.find((name) => candidateByName(name) === "media") ?? ofName[0])
      : names.find((name) => name === wanted);
  if (beside !== undefined) return statOf(join(dirname(path), beside));
  if (facts) return statOf(facts.asset);
  const named: string[] = [];
  for await (const { id } of library.catalog.list())
    if (stems.includes(basename(id)) || stems.includes(basename(id).replace(/\.[^.]+$/, "")))
      named.push(id);
  const [only] = named;
  if (only !== undefined && named.length === 1) return statOf(only);
  throw new MediasearchError(
    "NOT_FOUND",
    `${named.length === 0 ? "no recording" : `${named.length} recordings`} of the name ${stems[0]} beside it or in the library`,
    { subject: path, hint: `mediasearch import ${quoteShellWord(path)} --for RECORDING` },
  );
}
