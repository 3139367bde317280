import { trackOf } from "../edited-track.ts";
import { parseFingerprint } from "../fingerprint.ts";
import type { Json, Records } from "./records.ts";

/**
 * Voices: of the speakers of a recording, told by its content, and of people who were enrolled.
 * They are told apart by nobody but this machine, and no copy of a library but that of its whole
 * file has them.
 */
const HEARD_KIND = "voices";
const PROFILE_KIND = "voice-profile";

/** A voice as numbers of length 1, of so much speech. */
export interface StoredVoice {
  readonly seconds: number;
  readonly voice: Float32Array;
}

export interface HeardVoice extends StoredVoice {
  /** As the transcript names who speaks, before people changed it. */
  readonly speaker: string;
}

/** What was heard of one recording. Voices of another encoder can't be compared. */
export interface HeardVoices {
  readonly encoder: string;
  readonly voices: readonly HeardVoice[];
}

export interface StoredProfile {
  readonly name: string;
  readonly encoder: string;
  readonly voices: readonly StoredVoice[];
}

const contentOf = (fingerprint: string | null): string =>
  parseFingerprint(fingerprint ?? "").content;

/**
 * What decides who is called Speaker 1: another recogniser, number of speakers or track may give
 * the name to somebody else.
 */
function namingOf(fingerprint: string | null): string {
  const { engine, speakers = "" } = parseFingerprint(fingerprint ?? "");
  const track = trackOf(fingerprint);
  return [engine, speakers, ...(track ? [track.type, track.number] : [])].join("|");
}

export async function writeHeardVoices(
  records: Pick<Records, "put">,
  fingerprint: string | null,
  { encoder, voices }: HeardVoices,
): Promise<void> {
  const content = contentOf(fingerprint);
  if (content === "") return;
  const packed = voices.map((one) => ({ speaker: one.speaker, ...packVoice(one) }));
  await records.put(HEARD_KIND, content, {
    encoder,
    naming: namingOf(fingerprint),
    voices: packed,
  });
}

/** undefined where nobody listened to the voices of this transcript, or by another encoder. */
export async function readHeardVoices(
  records: Pick<Records, "get">,
  fingerprint: string | null,
  encoder: string,
): Promise<readonly HeardVoice[] | undefined> {
  const value = membersOf(await records.get(HEARD_KIND, contentOf(fingerprint)));
  const isOfIt = value["encoder"] === encoder && value["naming"] === namingOf(fingerprint);
  if (!isOfIt || !Array.isArray(value["voices"])) return undefined;
  return (value["voices"] as readonly Json[]).flatMap((one) => {
    const { speaker } = membersOf(one);
    return typeof speaker === "string"
      ? unpackVoice(one).map((voice) => ({ speaker, ...voice }))
      : [];
  });
}

/** Forgets the voices of every content for which `isGone` holds. */
export async function dropHeardVoices(
  records: Pick<Records, "listIds" | "removeAll">,
  isGone: (content: string) => boolean,
): Promise<void> {
  const gone = (await records.listIds(HEARD_KIND)).filter(isGone);
  if (gone.length > 0) await records.removeAll(HEARD_KIND, gone);
}

/** Ordered by the id of each. A profile that can't be read is none. */
export const listProfiles = async (
  records: Pick<Records, "list">,
): Promise<readonly (StoredProfile & { readonly id: string })[]> =>
  (await records.list(PROFILE_KIND)).flatMap(({ id, value }) => {
    const { name, encoder, voices } = membersOf(value);
    if (typeof name !== "string" || typeof encoder !== "string" || !Array.isArray(voices))
      return [];
    return [{ id, name, encoder, voices: (voices as readonly Json[]).flatMap(unpackVoice) }];
  });

/** Whether anybody was enrolled: before that nothing of a voice is kept. */
export const hasProfiles = async (records: Pick<Records, "listIds">): Promise<boolean> =>
  (await records.listIds(PROFILE_KIND)).length > 0;

export const writeProfile = (
  records: Pick<Records, "put">,
  id: string,
  { name, encoder, voices }: StoredProfile,
): Promise<void> => records.put(PROFILE_KIND, id, { name, encoder, voices: voices.map(packVoice) });

/** With the last profile all that was heard goes too. */
export async function dropProfile(
  records: Pick<Records, "remove" | "removeAll" | "listIds">,
  id: string,
): Promise<void> {
  await records.remove(PROFILE_KIND, id);
  if (!(await hasProfiles(records)))
    await records.removeAll(HEARD_KIND, await records.listIds(HEARD_KIND));
}

const packVoice = ({ seconds, voice }: StoredVoice): { seconds: number; voice: string } => ({
  seconds,
  voice: Buffer.from(Float32Array.from(voice).buffer).toString("base64"),
});

/** Somebody else may have made the library: what is no voice is none. */
function unpackVoice(value: Json): readonly StoredVoice[] {
  const { seconds, voice } = membersOf(value);
  if (typeof seconds !== "number" || typeof voice !== "string") return [];
  const bytes = Uint8Array.from(Buffer.from(voice, "base64"));
  if (bytes.length === 0 || bytes.length % 4 !== 0) return [];
  const numbers = new Float32Array(bytes.buffer);
  return numbers.every(Number.isFinite) ? [{ seconds, voice: numbers }] : [];
}

const membersOf = (value: Json | undefined): { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [name: string]: Json })
    : {};
