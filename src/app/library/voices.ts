import { dirname } from "node:path";
import { MIN_VOICE_SECONDS } from "../../asr/match-voices.ts";
import type { SpokenSpan } from "../../asr/speaker-turns.ts";
import type { SpokenVoices } from "../../asr/transcriber.ts";
import type { AssetStatus } from "../../backends/catalog.ts";
import type { Backend } from "../../backends/backend.ts";
import {
  dropProfile,
  listProfiles,
  type StoredProfile,
  writeProfile,
} from "../../backends/voices.ts";
import { MediasearchError } from "../../errors.ts";
import { parseFingerprint } from "../../fingerprint.ts";
import { isRemote, type Location } from "../../location.ts";
import { isManifest } from "../../media/packages/folder-package.ts";
import type { WorkerPool } from "../../pipeline/worker/pool.ts";
import { parseSelection } from "../../selection.ts";
import { foldName } from "../../transcript-edits.ts";
import type { Context } from "../context.ts";
import { withBackend } from "./with-backend.ts";

/** A name that no person gave: those are the ones that a match may replace. */
export const UNNAMED = /^Speaker \d+$/;
/** Voices of one person that are kept; the oldest go. */
const MAX_VOICES = 20;

export interface EnrolRequest {
  readonly name: string;
  readonly file: string;
  /** Where the person alone speaks, in milliseconds. */
  readonly range?: { readonly startMs: number; readonly endMs: number } | undefined;
  /** Who it is in the transcript of the file. */
  readonly speaker?: string | undefined;
}

export interface Enrolled {
  readonly name: string;
  /** Of speech that was heard now. */
  readonly seconds: number;
  /** How many recordings, or parts of them, the person is known by. */
  readonly voices: number;
}

/**
 * Keeps how a person sounds, so that he or she is known in other recordings.
 * @throws USAGE where it is not clear who in the file is meant, or too little is said.
 */
export async function enrolVoice(context: Context, request: EnrolRequest): Promise<Enrolled> {
  const name = request.name.trim();
  if (name === "" || UNNAMED.test(name))
    throw new MediasearchError("USAGE", "speakers enrol: a person needs a name of his or her own", {
      hint: "mediasearch speakers enrol Ada talk.mp3@12:30-13:10",
    });
  return withBackend(context, async (backend) => {
    const place = context.toLocation(request.file);
    const asset = await backend.library.catalog.get(place);
    const spans = await spansMeant(backend, asset, place, request);
    const { encoder, voices } = await hearVoices(context, place, asset?.fingerprint ?? null, spans);
    const [heard] = voices;
    if (!heard || heard.seconds < MIN_VOICE_SECONDS)
      throw new MediasearchError(
        "USAGE",
        `${request.file}: ${Math.round(heard?.seconds ?? 0)} s of speech; at least ${MIN_VOICE_SECONDS} s are needed, better 20 s`,
        { subject: request.file, hint: "name a longer part: FILE@12:30-13:10" },
      );
    const id = foldName(name);
    const known = (await listProfiles(backend.records)).find((one) => one.id === id);
    // What another encoder heard can't be compared any more.
    const before = known?.encoder === encoder ? known.voices : [];
    const kept = [...before, { seconds: heard.seconds, voice: heard.voice }].slice(-MAX_VOICES);
    await writeProfile(backend.records, id, { name, encoder, voices: kept });
    return { name, seconds: heard.seconds, voices: kept.length };
  });
}

/** All speech of a file stands for the person, unless it says who else speaks in it. */
async function spansMeant(
  { library }: Backend,
  asset: AssetStatus | undefined,
  place: Location,
  { file, range, speaker, name }: EnrolRequest,
): Promise<readonly SpokenSpan[]> {
  if (range) return [{ ...range, speaker: name }];
  const whole = [{ startMs: 0, endMs: Number.MAX_SAFE_INTEGER, speaker: name }];
  if (speaker === undefined && (asset?.speakers.length ?? 0) < 2) return whole;
  const wanted = speaker ?? asset?.speakers.find((one) => foldName(one) === foldName(name));
  if (wanted === undefined)
    throw new MediasearchError(
      "USAGE",
      `${file}: ${asset?.speakers.length} people speak in it (${asset?.speakers.join(", ")}); which one is meant?`,
      {
        subject: file,
        hint: '--speaker "Speaker 1", or the part where the person speaks: FILE@12:30-13:10',
      },
    );
  const spans: SpokenSpan[] = [];
  for await (const segment of library.versions.read(place))
    if (segment.speaker !== null && foldName(segment.speaker) === foldName(wanted))
      spans.push({ startMs: segment.startMs, endMs: segment.endMs, speaker: name });
  if (spans.length === 0)
    throw new MediasearchError("NOT_FOUND", `${file}: nobody is called ${wanted} in it`, {
      subject: wanted,
      hint: "mediasearch speakers list",
    });
  return spans;
}

/** What a worker must see to hear a recording: the files of a package lie beside its manifest. */
export const seenToHear = (place: Location): Location =>
  isManifest(place) && !isRemote(place) ? dirname(place) : place;

/** Listens to a recording in a worker process. */
export async function hearVoices(
  context: Context,
  place: Location,
  fingerprint: string | null,
  spans: readonly SpokenSpan[],
  workers?: WorkerPool,
): Promise<SpokenVoices> {
  const pool = workers ?? (await context.openWorkers([seenToHear(place)]));
  const { request } = parseSelection(parseFingerprint(fingerprint ?? "").selection ?? "");
  const task = {
    path: place,
    kind: "media",
    sidecar: null,
    captions: "ignore",
    language: undefined,
    engines: [],
    audioTrack: request.audioTrack,
  } as const;
  try {
    return await pool.hearVoices(task, spans, context.signal);
  } finally {
    if (!workers) await pool.close();
  }
}

export const listVoiceProfiles = (context: Context): Promise<readonly StoredProfile[]> =>
  withBackend(context, ({ records }) => listProfiles(records));

/**
 * Forgets how a person sounds, and wipes it from the disk. Names that were given stay.
 * @returns copies of the library that still have it.
 * @throws NOT_FOUND
 */
export const forgetVoice = (context: Context, name: string): Promise<readonly string[]> =>
  withBackend(context, async ({ records, medium }) => {
    const id = foldName(name);
    if (!(await listProfiles(records)).some((one) => one.id === id))
      throw new MediasearchError("NOT_FOUND", `nobody called ${name} was enrolled`, {
        subject: name,
        hint: "mediasearch speakers profiles",
      });
    await dropProfile(records, id);
    return medium.kind === "file" ? medium.wipe() : [];
  });
