import type { Cue, Language, Word } from "../../types.ts";
import type { AudioChunk } from "../audio/speech-chunker.ts";
import { alignWith } from "../remote/align.ts";
import type { Recognition } from "../remote/engine.ts";
import { windowCue } from "../remote/json-answer.ts";
import { toTag } from "../remote/languages.ts";
import type { RivaResult, WordInfo } from "./riva.ts";

const SENTENCE_PAUSE_MS = 700;
const MAX_CUE_MS = 30_000;
const SPOKEN_SENTENCE_END = /[.?!…。！？]["'”’)\]]*$/u;

interface Timed extends Word {
  readonly speaker: number;
}

/**
 * Cues out of Riva's results, all of them in order. Its words may come without the punctuation of
 * the transcript, so both are brought together. A speaker tag of 0 is the first speaker or none:
 * tags count only if there are others.
 */
export function heardFromRiva(
  results: readonly RivaResult[],
  chunk: AudioChunk,
  { wantsSpeakers }: { readonly wantsSpeakers: boolean },
): Recognition {
  const best = results.flatMap(({ alternatives }) =>
    alternatives[0] && alternatives[0].transcript.trim() !== "" ? [alternatives[0]] : [],
  );
  const language = alternativesLanguage(best);
  if (best.length === 0) return { cues: [], timing: "word", language, notes: [] };
  if (best.some(({ words }) => words.length === 0))
    return {
      cues: [windowCue(chunk, best.map(({ transcript }) => transcript.trim()).join(" "))],
      timing: "window",
      language,
      notes: [],
    };
  const hasSpeakers =
    wantsSpeakers && best.some(({ words }) => words.some(({ speaker_tag }) => speaker_tag !== 0));
  const cues = best.flatMap(({ transcript, words }) => {
    const timed = words.map((word): Timed => ({
      text: word.word,
      startMs: word.start_time,
      endMs: Math.max(word.start_time, word.end_time),
      confidence: sure(word),
      speaker: word.speaker_tag,
    }));
    return groupCues(alignWith(transcript, timed) ?? [], hasSpeakers);
  });
  return { cues, timing: "word", language, notes: [] };
}

/**
 * 0 means that the server gave none. Some models give logarithms, which must not be taken for
 * probabilities.
 */
const sure = ({ confidence }: WordInfo): number | null =>
  confidence > 0 && confidence <= 1 ? confidence : null;

function alternativesLanguage(
  best: readonly RivaResult["alternatives"][number][],
): Language | null {
  for (const { language_code, words } of best) {
    const tag = toTag(language_code[0]) ?? toTag(words[0]?.language_code);
    if (tag !== null) return tag;
  }
  return null;
}

/**
 * Groups words to cues. A cue ends with its sentence, at a pause, where the speaker changes, or
 * after half a minute.
 */
function groupCues(
  words: NonNullable<ReturnType<typeof alignWith<Timed>>>,
  hasSpeakers: boolean,
): Cue[] {
  const groups: { speaker: number; words: Word[] }[] = [];
  for (const { word, from } of words) {
    const group = groups.at(-1);
    const lastWord = group?.words.at(-1);
    const goesOn =
      group &&
      lastWord &&
      !SPOKEN_SENTENCE_END.test(lastWord.text) &&
      word.startMs - lastWord.endMs <= SENTENCE_PAUSE_MS &&
      (!hasSpeakers || group.speaker === from.speaker) &&
      word.endMs - (group.words[0]?.startMs ?? 0) <= MAX_CUE_MS;
    if (goesOn) group.words.push(word);
    else groups.push({ speaker: from.speaker, words: [word] });
  }
  return groups.map(({ speaker, words }) => {
    const confidences = words.flatMap(({ confidence }) =>
      confidence === null ? [] : [confidence],
    );
    return {
      startMs: words[0]?.startMs ?? 0,
      endMs: Math.max(...words.map(({ endMs }) => endMs)),
      text: words.map(({ text }) => text).join(" "),
      speaker: hasSpeakers ? String(speaker) : null,
      confidence:
        confidences.length > 0
          ? confidences.reduce((sum, value) => sum + value, 0) / confidences.length
          : null,
      words,
    };
  });
}
