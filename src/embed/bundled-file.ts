import { accessSync, constants } from "node:fs";
import { MediasearchError } from "../errors.ts";
import { bundledFile } from "../models/catalogue.ts";

/**
 * The path of a file of a model that mediasearch carries.
 * @throws MISSING_MODEL when it is not there.
 */
export function bundledModelFile(model: string, name: string): string {
  const path = bundledFile(model, name);
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new MediasearchError(
      "MISSING_MODEL",
      `${path}: the embedding model is part of mediasearch and is not there`,
      {
        subject: path,
        hint: "npm install mediasearch",
        cause,
      },
    );
  }
  return path;
}

/**
 * The path of the graph of a model that mediasearch carries. Its weights lie beside it, where it
 * refers to them.
 * @throws MISSING_MODEL when one of them is not there.
 */
export function bundledGraph(model: string): string {
  bundledModelFile(model, "model_quantized.onnx");
  return bundledModelFile(model, "graph.onnx");
}
