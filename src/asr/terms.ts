import { readFile, stat } from "node:fs/promises";
import type { AllRecogniserSettings, Terms } from "./settings.ts";
import { MediasearchError, toMediasearchError } from "../errors.ts";

const MAX_BYTES = 1_000_000;
const MAX_TERMS = 5000;
const MAX_LETTERS = 100;

/**
 * Reads a file with one term a line, in UTF-8; empty lines and those that begin with # do not
 * count.
 * @throws USAGE for a file that can't be read or is no such list, before anything is recognised.
 */
export async function readTerms(path: string): Promise<Terms> {
  const terms = parseTerms(await readBounded(path), path);
  const { createHash } = await import("node:crypto");
  const digest = createHash("sha256").update(terms.join("\n")).digest("hex").slice(0, 8);
  return { terms, digest };
}

/** Adds the user's terms to what recognisers are given: workers may read no file but media. */
export const withTerms = async (
  engines: AllRecogniserSettings,
  path: string | undefined,
): Promise<AllRecogniserSettings> =>
  path === undefined
    ? engines
    : { ...engines, requests: { ...engines.requests, terms: await readTerms(path) } };

async function readBounded(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES)
      return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    throw refusal(path, `can't be read as text (${toMediasearchError(cause).message})`, cause);
  }
  throw refusal(path, `is larger than ${MAX_BYTES / 1e6} MB`);
}

function parseTerms(text: string, path: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim().replaceAll(/\s+/g, " "));
  const terms = [...new Set(lines.filter((line) => line !== "" && !line.startsWith("#")))];
  const long = terms.find(({ length }) => length > MAX_LETTERS);
  if (long !== undefined)
    throw refusal(path, `has a line of more than ${MAX_LETTERS} letters; one term a line`);
  if (terms.length === 0) throw refusal(path, "has no terms in it");
  if (terms.length > MAX_TERMS) throw refusal(path, `has more than ${MAX_TERMS} terms`);
  return terms;
}

const refusal = (path: string, why: string, cause?: unknown): MediasearchError =>
  new MediasearchError("USAGE", `vocabulary ${path}: ${why}`, {
    subject: path,
    hint: "a text file with one name or term a line",
    cause,
  });
