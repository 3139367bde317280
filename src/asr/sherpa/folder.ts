import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { MediasearchError } from "../../errors.ts";

export type Family = "whisper" | "transducer" | "moonshine" | "senseVoice" | "canary" | "nemoCtc";

/**
 * A model of the user's, as its archive unpacks (https://github.com/k2-fsa/sherpa-onnx/releases,
 * asr-models).
 */
export interface SherpaModel {
  readonly name: string;
  readonly family: Family;
  /** The files of a model by the names that sherpa-onnx gives them. */
  readonly files: Readonly<Record<string, string>>;
  readonly tokens: string;
  /** A digest of names, sizes and times, so that gigabytes of weights need not be read. */
  readonly digest: string;
}

/**
 * In order: what has more files is told first. `[int8]` is taken before the full one where both are
 * there.
 */
const FAMILIES: readonly (readonly [
  family: Family,
  name: RegExp,
  files: Readonly<Record<string, RegExp>>,
])[] = [
  [
    "transducer",
    /./,
    { encoder: /encoder.*\.onnx$/, decoder: /decoder.*\.onnx$/, joiner: /joiner.*\.onnx$/ },
  ],
  [
    "moonshine",
    /./,
    {
      encoder: /^encoder_model.*\.(?:onnx|ort)$/,
      mergedDecoder: /^decoder_model_merged.*\.(?:onnx|ort)$/,
    },
  ],
  [
    "moonshine",
    /./,
    {
      preprocessor: /^preprocess.*\.onnx$/,
      encoder: /^encode.*\.onnx$/,
      uncachedDecoder: /^uncached_decode.*\.onnx$/,
      cachedDecoder: /^cached_decode.*\.onnx$/,
    },
  ],
  ["canary", /canary/i, { encoder: /encoder.*\.onnx$/, decoder: /decoder.*\.onnx$/ }],
  ["whisper", /./, { encoder: /-encoder.*\.onnx$/, decoder: /-decoder.*\.onnx$/ }],
  ["senseVoice", /sense-?voice/i, { model: /^model.*\.onnx$/ }],
  ["nemoCtc", /./, { model: /^model.*\.onnx$/ }],
];

/** @throws MISSING_MODEL naming what the folder lacks. */
export async function readSherpaModel(folder: string): Promise<SherpaModel> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new MediasearchError("MISSING_MODEL", `${folder}: no such folder`, {
      subject: "SHERPA_MODEL",
      hint: "SHERPA_MODEL=FOLDER, with the unpacked files of a sherpa-onnx model (docs/engines.md)",
      cause,
    });
  });
  const sorted = names.toSorted(
    (a, b) => Number(b.includes("int8")) - Number(a.includes("int8")) || (a < b ? -1 : 1),
  );
  const tokens = sorted.find((name) => name.endsWith("tokens.txt"));
  for (const [family, name, wanted] of FAMILIES) {
    if (!name.test(basename(folder))) continue;
    const files = Object.entries(wanted).map(
      ([key, form]) => [key, sorted.find((one) => form.test(one))] as const,
    );
    if (tokens === undefined || files.some(([, file]) => file === undefined)) continue;
    const paths = Object.fromEntries(files.map(([key, file]) => [key, join(folder, file ?? "")]));
    return {
      name: basename(folder),
      family,
      files: paths,
      tokens: join(folder, tokens),
      digest: await digestOf([...Object.values(paths), join(folder, tokens)]),
    };
  }
  throw new MediasearchError(
    "MISSING_MODEL",
    `${folder}: no model that is known: ${tokens === undefined ? "tokens.txt is missing" : "its .onnx files are of no known kind"}`,
    {
      subject: "SHERPA_MODEL",
      hint: "unpack the whole archive of a Whisper, Parakeet, SenseVoice, Canary or Moonshine model of sherpa-onnx there (docs/engines.md)",
    },
  );
}

/**
 * A damaged model ends the whole process, where nothing can be caught: an empty or cut download is
 * told before.
 */
async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const { size } = await stat(path);
    if (size < 16)
      throw new MediasearchError("MISSING_MODEL", `${path}: is empty or cut off`, {
        subject: path,
        hint: "get the model's archive anew",
      });
    hash.update(`${basename(path)}\0${size}\n`);
  }
  return hash.digest("hex").slice(0, 8);
}

const ORDINARY = { numThreads: 1, provider: "cpu", debug: 0 } as const;

/** Wrong types are dropped in silence by the native code, so that numbers stay numbers. */
export function recognizerConfig(
  { family, files, tokens }: SherpaModel,
  language: string,
  threads: number,
): unknown {
  const settings: Readonly<Record<Family, object>> = {
    whisper: {
      ...files,
      language,
      task: "transcribe",
      tailPaddings: -1,
      enableSegmentTimestamps: 1,
      // Without the output for it in the model's files, sherpa-onnx says so on stderr, once.
      enableTokenTimestamps: 1,
    },
    transducer: files,
    moonshine: files,
    senseVoice: {
      ...files,
      language: language === "" ? "auto" : language,
      useInverseTextNormalization: 1,
    },
    canary: {
      ...files,
      srcLang: language === "" ? "en" : language,
      tgtLang: language === "" ? "en" : language,
      usePnc: 1,
    },
    nemoCtc: files,
  };
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: {
      [family]: settings[family],
      tokens,
      ...ORDINARY,
      numThreads: threads,
      ...(family === "transducer" ? { modelType: "nemo_transducer" } : {}),
    },
    decodingMethod: "greedy_search",
  };
}
