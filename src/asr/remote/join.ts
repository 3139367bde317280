import type { Cue, Language } from "../../types.ts";
import type { TimingUnit, Transcript } from "../transcriber.ts";
import { SAMPLE_RATE } from "../transcriber.ts";
import { audioLengthMs } from "./engine.ts";
import type { HeardChunk } from "./send.ts";
import { normalizeCues } from "./tidy.ts";

/** The state of the joiner as plain data, for checkpoints. */
export interface JoinSnapshot {
  readonly speakers: number;
  readonly endMs: number;
  readonly timing: TimingUnit;
  /** How many milliseconds of audio are in each language. */
  readonly languages: Readonly<Record<Language, number>>;
  readonly notes: readonly string[];
}

const COARSENESS: readonly TimingUnit[] = ["word", "segment", "window"];
/** How recognisers label speakers that they only tell apart. Every other label is a name. */
const LABEL = /^(?:(?:speaker|spk|s)[ _#-]*)?(?:\d+|[A-Z])$/i;

export const NEW_SPEAKERS =
  "speakers are numbered anew in every piece of audio: the recogniser does not follow them from one request to the next";

/** Joins the answers for the chunks of one file, in the order of the audio. */
export function createChunkJoiner(earlier: readonly Cue[], snapshot?: JoinSnapshot) {
  const cues: Cue[] = [...earlier];
  let given = cues.length;
  let { speakers, endMs, timing } = snapshot ?? {
    speakers: 0,
    endMs: 0,
    timing: "word" as TimingUnit,
  };
  const languages: Record<Language, number> = { ...snapshot?.languages };
  const notes = new Set(snapshot?.notes);

  return {
    /** `totalMs`: audio so far; nothing ends later. */
    add(answers: readonly HeardChunk[], totalMs: number): void {
      for (const { chunk, heard } of answers) {
        const offsetMs = (chunk.startSample * 1000) / SAMPLE_RATE;
        const { cues: inside, outside } = normalizeCues(
          heard.cues,
          Math.min(audioLengthMs(chunk), Math.floor(totalMs) - offsetMs),
        );
        const names = new Map<string, string>();
        const nameOf = (speaker: string): string => {
          if (!LABEL.test(speaker)) return speaker;
          if (names.size === 0 && speakers > 0) notes.add(NEW_SPEAKERS);
          if (!names.has(speaker)) names.set(speaker, `Speaker ${++speakers}`);
          return names.get(speaker) ?? speaker;
        };
        const moved = inside.map((cue): Cue => ({
          ...shift(cue, offsetMs, endMs),
          speaker: cue.speaker === null ? null : nameOf(cue.speaker),
        }));
        cues.push(...moved);
        endMs = Math.max(endMs, moved.at(-1)?.endMs ?? 0);
        for (const note of heard.notes) notes.add(note);
        if (outside > 0)
          notes.add("some of what the recogniser gave lay outside the audio and was left out");
        if (inside.length === 0) continue;
        if (COARSENESS.indexOf(heard.timing) > COARSENESS.indexOf(timing)) timing = heard.timing;
        if (heard.language !== null)
          languages[heard.language] =
            (languages[heard.language] ?? 0) + Math.round(audioLengthMs(chunk));
      }
    },
    sinceLast(): readonly Cue[] {
      const fresh = cues.slice(given);
      given = cues.length;
      return fresh;
    },
    snapshot: (): JoinSnapshot => ({
      speakers,
      endMs,
      timing,
      languages: { ...languages },
      notes: [...notes],
    }),
    /** `said`: the language that was asked for, where the recogniser says none. */
    result(said: Language | undefined): Transcript {
      const [most] = Object.entries(languages).toSorted(([, a], [, b]) => b - a);
      return {
        cues,
        timing,
        language: most?.[0] ?? (cues.length > 0 ? said : undefined) ?? "und",
        warning: notes.size > 0 ? [...notes].join("; ") : null,
      };
    },
  };
}

/**
 * Two chunks share up to 0.2 s of audio, so no cue may begin before the one before it has ended.
 */
function shift(cue: Cue, offsetMs: number, notBeforeMs: number): Cue {
  const at = (ms: number): number => Math.max(notBeforeMs, Math.round(offsetMs + ms));
  return {
    ...cue,
    startMs: at(cue.startMs),
    endMs: at(cue.endMs),
    words:
      cue.words?.map((word) => ({ ...word, startMs: at(word.startMs), endMs: at(word.endMs) })) ??
      null,
  };
}
