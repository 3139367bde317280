import { access, constants } from "node:fs/promises";
import { MediasearchError } from "../errors.ts";
import { bundledFile } from "../models/catalogue.ts";

/**
 * The path of a file of a model that mediasearch carries.
 * @throws MISSING_MODEL when it is not there.
 */
export async function bundledModelFile(model: string, name: string): Promise<string> {
  const path = bundledFile(model, name);
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new MediasearchError(
      "MISSING_MODEL",
      `${path}: the embedding model is part of mediasearch and is not there`,
      {
        subject: path,
        hint: "npm install mediasearch",
        cause,
      },
    );
  });
  return path;
}
