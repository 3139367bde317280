/**
 * The tokens of multilingual Whisper that stand for no text, up to large-v2
 * (https://github.com/openai/whisper/blob/main/whisper/tokenizer.py).
 */
export const SPECIAL = {
  /** The space alone. */
  blank: 220,
  end: 50_257,
  start: 50_258,
  firstLanguage: 50_259,
  /** Codes of languages in the order of their tokens, from `firstLanguage` on. */
  languages: (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th " +
    "ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr " +
    "pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt " +
    "haw ln ha ba jw su"
  ).split(" "),
  translate: 50_358,
  transcribe: 50_359,
  languageModel: 50_360,
  previous: 50_361,
  noSpeech: 50_362,
  noTimestamps: 50_363,
} as const;

/**
 * Text tokens that are no speech: brackets, notes and their like. The authors never let the decoder
 * choose them.
 */
export const SUPPRESSED: readonly number[] = [
  1, 2, 7, 8, 9, 10, 14, 25, 26, 27, 28, 29, 31, 58, 59, 60, 61, 62, 63, 90, 91, 92, 93, 359, 503,
  522, 542, 873, 893, 902, 918, 922, 931, 1350, 1853, 1982, 2460, 2627, 3246, 3253, 3268, 3536,
  3846, 3961, 4183, 4667, 6585, 6647, 7273, 9061, 9383, 10_428, 10_929, 11_938, 12_033, 12_331,
  12_562, 13_793, 14_157, 14_635, 15_265, 15_618, 16_553, 16_604, 18_362, 18_956, 20_075, 21_675,
  22_520, 26_130, 26_161, 26_435, 28_279, 29_464, 31_650, 32_302, 32_470, 36_865, 42_863, 47_425,
  49_870, 50_254,
];
