import type { Cue, Language } from "../../types.ts";
import { toWhisper } from "../remote/languages.ts";
import type { Transcript } from "../transcriber.ts";
import { type LanguageState, type LoadedModels, mainLanguage } from "./chunk-recogniser.ts";
import { classifyTranscript, nameOf } from "./plausibility.ts";

interface Heard {
  readonly voicedMs: number;
  readonly languages: LanguageState;
  /** The language that the user named. */
  readonly said: Language | undefined;
}

/** What is told of the whole file in the end. */
export function conclude(
  { whisper }: Pick<LoadedModels, "whisper">,
  cues: readonly Cue[],
  { voicedMs, languages, said }: Heard,
): Pick<Transcript, "cues" | "language" | "warning"> {
  if (!whisper) {
    const { isKept, ...about } = classifyTranscript(cues, voicedMs, said);
    return { cues: isKept ? cues : [], ...about };
  }
  if (cues.length === 0) return { cues, language: "und", warning: null };
  const language = mainLanguage(languages);
  if (said !== undefined && toWhisper(said) === null)
    return {
      cues,
      language,
      warning: `the recogniser does not know ${nameOf(said)}; what it took for ${nameOf(language)} is not to be trusted`,
    };
  // A region that the user named is kept.
  return { cues, language: said ?? language, warning: null };
}
