import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { SpeakerListener, SpeakerTurn } from "../asr/speaker-turns.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";
import { decodeAudio } from "../media/decode.ts";
import { probeMedia } from "../media/probe.ts";
import { candidateByName } from "../media/sniff.ts";
import { parseRttm, type ReferenceTurn } from "./rttm.ts";
import { type SpeakerErrors, speakerErrors } from "./speaker-errors.ts";

/** A recording and who speaks in it when. */
export interface AnnotatedRecording {
  readonly path: string;
  readonly name: string;
  readonly annotation: string;
}

/** Within so much of each beginning and end of a turn nothing counts, as NIST had it. */
export const COLLAR_MS = 250;
const SAMPLES_A_MS = 16;

export interface SpeakerScore {
  /** How many speakers were found, with the number found out. */
  readonly speakers: number;
  /** With `COLLAR_MS`, and with every moment counted. */
  readonly errors: SpeakerErrors;
  readonly strictErrors: SpeakerErrors;
  readonly turns: readonly SpeakerTurn[];
}

export type SpeakerResult =
  | {
      readonly type: "heard";
      readonly name: string;
      /** In the annotation. */
      readonly speakers: number;
      readonly foundOut: SpeakerScore;
      /** The same when the number of speakers is told beforehand. */
      readonly numberGiven: SpeakerScore;
      readonly audioMs: number;
      readonly wallMs: number;
      readonly cpuMs: number;
    }
  | { readonly type: "failed"; readonly name: string; readonly reason: string };

/**
 * The recordings of a folder that have an .rttm of the same name beside them.
 * @throws NOT_FOUND when none has.
 */
export async function findAnnotated(folder: string): Promise<readonly AnnotatedRecording[]> {
  const names = (await readdir(folder)).toSorted();
  const found = names
    .filter((name) => candidateByName(name) === "media")
    .map((name) => ({ name, beside: `${name.slice(0, -extname(name).length)}.rttm` }))
    .filter(({ beside }) => names.includes(beside))
    .map(({ name, beside }) => ({
      path: join(folder, name),
      name,
      annotation: join(folder, beside),
    }));
  if (found.length > 0) return found;
  throw new MediasearchError("NOT_FOUND", `${folder}: no recording with an .rttm beside it`, {
    subject: folder,
    hint: "put who speaks when in talk.mp3 into talk.rttm beside it: SPEAKER talk 1 0.50 2.25 <NA> <NA> ada <NA> <NA>",
  });
}

/** Who speaks in one recording, as it was heard, against its annotation. */
export async function measureSpeakers(
  { path, name, annotation }: AnnotatedRecording,
  listener: SpeakerListener,
  signal: AbortSignal,
): Promise<SpeakerResult> {
  try {
    const reference = parseRttm(await readFile(annotation, "utf8"), annotation);
    const { audio } = await probeMedia(path);
    if (!audio) return { type: "failed", name, reason: "no sound in this file" };
    const startedAt = performance.now();
    const cpuBefore = process.cpuUsage();
    const heard = listener.listen();
    let samples = 0;
    const sound = decodeAudio(path, { streamIndex: audio.streamIndex, signal });
    for await (const chunk of heard.through(sound)) samples += chunk.length;
    const turns = heard.turns();
    const { user, system } = process.cpuUsage(cpuBefore);
    const wallMs = performance.now() - startedAt;
    const speakers = countSpeakers(reference);
    return {
      type: "heard",
      name,
      speakers,
      foundOut: score(reference, turns),
      numberGiven: score(reference, heard.turns({ count: Math.max(1, speakers) })),
      audioMs: Math.round(samples / SAMPLES_A_MS),
      wallMs: Math.round(wallMs),
      cpuMs: Math.round((user + system) / 1000),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { type: "failed", name, reason: toMediasearchError(error).message };
  }
}

const countSpeakers = (turns: readonly { readonly speaker: string | number }[]): number =>
  new Set(turns.map(({ speaker }) => speaker)).size;

const score = (
  reference: readonly ReferenceTurn[],
  turns: readonly SpeakerTurn[],
): SpeakerScore => ({
  speakers: countSpeakers(turns),
  errors: speakerErrors(reference, turns, COLLAR_MS),
  strictErrors: speakerErrors(reference, turns, 0),
  turns,
});
