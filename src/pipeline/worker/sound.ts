import type { Checkpoint, Transcript, Transcriber } from "../../asr/transcriber.ts";
import { MediasearchError } from "../../errors.ts";
import type { ChannelMix } from "../../media/channel-mixer.ts";
import { decodeAudio } from "../../media/decode.ts";
import type { AudioTrack, MediaInfo } from "../../media/probe.ts";
import { chooseSound } from "../../media/sound-choice.ts";
import { findTrack, rankAudio, selectionOf } from "../../media/tracks.ts";
import { describeTrack, type Selection } from "../../selection.ts";
import type { Cue } from "../../types.ts";
import { type CaptionServices, mediaOf } from "./choose-captions.ts";
import type { FileTask, RecognisedLine } from "./protocol.ts";
import { createLineTeller } from "./read-along.ts";

export interface SoundServices extends CaptionServices {
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  readonly onRecognised?: ((lines: readonly RecognisedLine[]) => void) | undefined;
}

/** What is to be recognised of a file. */
export interface Sound {
  readonly track: AudioTrack;
  /** One for each person, or a single one; undefined is FFmpeg's mix. */
  readonly mixes: readonly (ChannelMix | undefined)[];
  readonly selection: Selection;
}

/**
 * The track and the channels that are to be recognised. What the user should know of the choice is
 * told.
 * @throws UNREADABLE_MEDIA for a file without sound.
 */
export async function openSound(
  task: FileTask,
  info: MediaInfo,
  services: SoundServices,
  warnings: string[],
): Promise<Sound> {
  const ranked = rankAudio(info.audioTracks, { language: task.language });
  const named = namedTrack(task, ranked, info, warnings);
  const [first, ...others] = named ? [named] : ranked;
  if (!first) throw withoutSound(task.path);
  // Commentaries and descriptions don't stand for speech, however silent the rest is.
  const full = others.filter(({ purpose }) => purpose === first.purpose);
  const { track, plan, silent } = await chooseSound(
    await mediaOf(task, services),
    info,
    [first, ...full],
    {
      channels: task.channels ?? "auto",
      signal: services.signal,
      onProgress: () => services.onProgress(0, info.durationMs),
    },
  );
  const selected = selectionOf("audio", track, info.audioTracks);
  if (silent.length > 0)
    warnings.push(
      `${silent.map((one) => describeTrack(selectionOf("audio", one, info.audioTracks))).join(", ")} ${silent.length === 1 ? "is" : "are"} silent; ${describeTrack(selected)} was used`,
    );
  return {
    track,
    mixes: plan.mixes.length > 0 ? plan.mixes : [undefined],
    selection: { track: selected, channels: plan.label },
  };
}

const withoutSound = (path: string): MediasearchError =>
  new MediasearchError("UNREADABLE_MEDIA", `${path}: no sound in this file, and no captions`, {
    subject: path,
    hint: "put captions beside it (same name, .vtt or .srt) and index again",
  });

/** The track that the user names; where there is none, which is told, the program chooses. */
function namedTrack(
  { audioTrack }: FileTask,
  ranked: readonly AudioTrack[],
  { audioTracks }: MediaInfo,
  warnings: string[],
): AudioTrack | undefined {
  if (audioTrack === undefined || audioTrack === "auto" || audioTracks.length === 0)
    return undefined;
  const track = findTrack(ranked, audioTrack);
  const all = audioTracks.map((one) => describeTrack(selectionOf("audio", one, audioTracks)));
  if (!track)
    warnings.push(
      `no audio track ${audioTrack}: there ${all.length === 1 ? "is" : "are"} ${all.join("; ")}`,
    );
  return track;
}

export interface Listening {
  readonly transcriber: Transcriber;
  readonly sound: Sound;
  readonly onDamage: (packets: number) => void;
}

/**
 * Has a track recognised, channel by channel where each has a person: then they are speakers.
 * @returns what was said, and how long the sound is in milliseconds.
 */
export async function recogniseSound(
  task: FileTask,
  info: MediaInfo,
  { transcriber, sound, onDamage }: Listening,
  services: SoundServices,
): Promise<{ readonly transcript: Transcript; readonly heardMs: number }> {
  const { mixes, track } = sound;
  const media = await mediaOf(task, services);
  let longestMs = 0;
  const parts: Transcript[] = [];
  for (const [part, mix] of mixes.entries()) {
    let heardMs = 0;
    // A recogniser may take in much audio before it has recognised any of it.
    let reachedMs: number | undefined;
    const tell = (): void => {
      const positionMs = reachedMs ?? heardMs;
      const share = (part * (info.durationMs ?? heardMs) + positionMs) / mixes.length;
      services.onProgress(mixes.length > 1 ? share : positionMs, info.durationMs);
    };
    const audio = decodeAudio(media, {
      streamIndex: track.streamIndex,
      signal: services.signal,
      mix,
      ...(part === 0 ? { onDamage } : {}),
    });
    async function* counted(): AsyncIterable<Float32Array> {
      for await (const chunk of audio) {
        heardMs += chunk.length / 16;
        tell();
        yield chunk;
      }
    }
    const of = mixes.length > 1 ? ofPart(part) : WHOLE;
    const resume = task.resume?.flatMap((checkpoint) => of.unmark(checkpoint));
    const tellLines = readAlong(task, services, resume, mixes.length > 1 ? part + 1 : undefined);
    const transcript = await transcriber.transcribe(counted(), {
      language: task.language,
      signal: services.signal,
      onProgress(positionMs) {
        reachedMs = Math.min(heardMs, positionMs);
        tell();
      },
      onCues: tellLines,
      onCheckpoint(checkpoint) {
        tellLines?.(checkpoint.cues);
        services.onCheckpoint(of.mark(checkpoint));
      },
      resume,
    });
    tellLines?.(transcript.cues);
    parts.push(transcript);
    longestMs = Math.max(longestMs, heardMs);
  }
  return { transcript: joinParts(parts), heardMs: longestMs };
}

/** Tells what is recognised of one channel; undefined where nobody reads along. */
function readAlong(
  { tellsLines = false }: FileTask,
  { onRecognised }: SoundServices,
  resume: readonly Checkpoint[] | undefined,
  channel: number | undefined,
): ((cues: readonly Cue[]) => void) | undefined {
  if (!tellsLines || !onRecognised) return undefined;
  const tellLines = createLineTeller(onRecognised, resume);
  return (cues) => tellLines(channel === undefined ? cues : cues.map((cue) => named(cue, channel)));
}

/** Checkpoints of one channel among several are told from those of the others. */
interface CheckpointMark {
  readonly mark: (checkpoint: Checkpoint) => Checkpoint;
  readonly unmark: (checkpoint: Checkpoint) => readonly Checkpoint[];
}

const WHOLE: CheckpointMark = {
  mark: (checkpoint) => checkpoint,
  unmark: (checkpoint) => [checkpoint],
};

const ofPart = (part: number): CheckpointMark => ({
  mark: (checkpoint) => ({ ...checkpoint, state: { part, state: checkpoint.state } }),
  unmark: (checkpoint) => {
    const { part: of, state } = (checkpoint.state ?? {}) as { part?: unknown; state?: unknown };
    return of === part ? [{ ...checkpoint, state }] : [];
  },
});

const TIMINGS = ["word", "segment", "window"] as const;

function joinParts(parts: readonly Transcript[]): Transcript {
  const [first, ...others] = parts as readonly [Transcript, ...Transcript[]];
  if (others.length === 0) return first;
  const said = parts.filter(({ cues }) => cues.length > 0);
  const [spoken = first] = said.toSorted((a, b) => b.cues.length - a.cues.length);
  // Where only one of the channels has any words, there is one person.
  const name = said.length > 1 ? named : (cue: Cue): Cue => cue;
  const cues = parts.flatMap((part, i) => part.cues.map((cue) => name(cue, i + 1)));
  return {
    cues: cues.toSorted((a, b) => a.startMs - b.startMs),
    timing: TIMINGS[Math.max(...parts.map(({ timing }) => TIMINGS.indexOf(timing)))] ?? "window",
    language: spoken.language,
    warning: parts.find(({ warning }) => warning !== null)?.warning ?? null,
  };
}

/** One person a channel; a recogniser that tells several apart keeps them. */
const named = (cue: Cue, number: number): Cue => ({
  ...cue,
  speaker:
    cue.speaker === null || cue.speaker === "Speaker 1"
      ? `Speaker ${number}`
      : `${cue.speaker} (channel ${number})`,
});
