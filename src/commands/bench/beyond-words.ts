import { type BeyondWords, isRightLanguage } from "../../evaluation/beyond-words.ts";
import { sumSpeakerErrors } from "../../evaluation/speaker-errors.ts";
import { pluralize } from "../../text/format.ts";

/** Of all files of one recogniser together. */
export interface BeyondWordsTotals {
  readonly languages: {
    readonly right: number;
    readonly undecided: number;
    readonly files: number;
  };
  readonly speakers: {
    readonly rightNumbers: number;
    readonly files: number;
    /** Speech that was given to another person, as a share of all. */
    readonly confusion: number | null;
  };
  readonly wordTimes: {
    readonly words: number;
    readonly medianMs: number | null;
    /** Nine words of ten are off by no more. */
    readonly mostMs: number | null;
  };
}

export function totalBeyondWords(all: readonly BeyondWords[]): BeyondWordsTotals {
  const told = all.filter(({ language }) => language !== null);
  const speakers = all.flatMap((one) => one.speakers ?? []);
  const { confusedMs, speechMs } = sumSpeakerErrors(speakers.map(({ errors }) => errors));
  const offsets = all.flatMap(({ wordOffsetsMs }) => wordOffsetsMs ?? []).toSorted((a, b) => a - b);
  const at = (share: number): number | null =>
    offsets[Math.min(offsets.length - 1, Math.floor(share * offsets.length))] ?? null;
  return {
    languages: {
      right: told.filter(isRightLanguage).length,
      undecided: told.filter(({ language }) => language?.heard === "und").length,
      files: told.length,
    },
    speakers: {
      rightNumbers: speakers.filter(({ heard, expected }) => heard === expected).length,
      files: speakers.length,
      confusion: speechMs > 0 ? confusedMs / speechMs : null,
    },
    wordTimes: { words: offsets.length, medianMs: at(0.5), mostMs: at(0.9) },
  };
}

/** One line for each thing that was measured. */
export function describeBeyondWords(totals: BeyondWordsTotals): readonly string[] {
  const { languages, speakers, wordTimes } = totals;
  const undecided = languages.undecided > 0 ? `, ${languages.undecided} not told` : "";
  const confusion = `${(100 * (speakers.confusion ?? 0)).toFixed(1)} %`;
  return [
    ...(languages.files > 0
      ? [
          `language right in ${languages.right} of ${pluralize(languages.files, "file")}${undecided}`,
        ]
      : []),
    ...(speakers.files > 0
      ? [
          `number of speakers right in ${speakers.rightNumbers} of ${pluralize(speakers.files, "file")}, ${confusion} of speech to the wrong person`,
        ]
      : []),
    ...(wordTimes.words > 0
      ? [
          `words begin ${wordTimes.medianMs} ms off (median), nine of ten at most ${wordTimes.mostMs} ms, of ${wordTimes.words} words`,
        ]
      : []),
  ];
}
