import { parseInteger, path } from "../../config/setting.ts";
import type { RecogniserSettings } from "../settings.ts";

/** Paths of models that the user has for sherpa-onnx: recognition, spoken language, speakers. */
export interface SherpaSettings {
  readonly model: string | undefined;
  /** Tells which language is spoken, to whichever recogniser. */
  readonly languageModel: string | undefined;
  /** Both together tell speakers apart, for whichever recogniser does not. */
  readonly segmentationModel: string | undefined;
  readonly speakerModel: string | undefined;
  readonly speakers: number | undefined;
  readonly threshold: number;
}

export interface SherpaRows {
  readonly sherpaModel: string | undefined;
  readonly sherpaLanguageModel: string | undefined;
  readonly sherpaSegmentationModel: string | undefined;
  readonly sherpaSpeakerModel: string | undefined;
  readonly sherpaSpeakers: number | undefined;
  readonly sherpaSpeakerThreshold: number;
}

const none = { fallback: () => undefined, fallbackText: "none" } as const;

export const SHERPA: RecogniserSettings<SherpaRows, SherpaSettings> = {
  rows: {
    sherpaModel: {
      env: "SHERPA_MODEL",
      help: "folder of a sherpa-onnx model (Whisper, Parakeet, SenseVoice, Canary, Moonshine) for ASR_ENGINE=SHERPA",
      parse: path,
      ...none,
    },
    sherpaLanguageModel: {
      env: "SHERPA_LANGUAGE_MODEL",
      help: "folder of a multilingual Whisper model that detects the spoken language",
      parse: path,
      ...none,
    },
    sherpaSegmentationModel: {
      env: "SHERPA_SEGMENTATION_MODEL",
      help: "file of the model that finds where speakers change; needs SHERPA_SPEAKER_MODEL",
      parse: path,
      ...none,
    },
    sherpaSpeakerModel: {
      env: "SHERPA_SPEAKER_MODEL",
      help: "file of the model that distinguishes voices; needs SHERPA_SEGMENTATION_MODEL",
      parse: path,
      ...none,
    },
    sherpaSpeakers: {
      env: "SHERPA_SPEAKERS",
      help: "number of speakers in each recording, if you know it",
      parse: parseInteger(1, 100),
      fallback: () => undefined,
      fallbackText: "found out",
      inProjectFile: "always",
    },
    sherpaSpeakerThreshold: {
      env: "SHERPA_SPEAKER_THRESHOLD",
      help: "how different two voices must be, 0 to 1; a higher value gives fewer speakers",
      parse(text) {
        const value = Number(text);
        if (!(value > 0 && value < 1)) throw new Error("must be a number between 0 and 1");
        return value;
      },
      fallback: () => 0.5,
      fallbackText: "0.5",
      inProjectFile: "always",
    },
  },
  own: (values) => ({
    model: values.sherpaModel,
    languageModel: values.sherpaLanguageModel,
    segmentationModel: values.sherpaSegmentationModel,
    speakerModel: values.sherpaSpeakerModel,
    speakers: values.sherpaSpeakers,
    threshold: values.sherpaSpeakerThreshold,
  }),
};
