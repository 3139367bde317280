import { parseBoundedJson } from "../bounded-json.ts";
import { HttpError } from "./problem.ts";

/** JSON bodies are requests and short documents. */
const MAX_BYTES = 1_000_000;
/** The longest list that a body may have is of 10,000. Each wrong value makes its own error. */
const BOUNDS = { maxDepth: 32, maxValues: 25_000 };

/**
 * Reads a JSON body.
 * @throws HttpError 413 when it is too long, 415 for another type, 400 for what is no JSON.
 */
export async function readJson(request: Request, isOptional: boolean): Promise<unknown> {
  const bytes = await readBytes(request, MAX_BYTES);
  if (bytes.length === 0 && isOptional) return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:json|[\w.+-]+\+json)\s*(?:;|$)/i.test(type))
    throw new HttpError(415, "USAGE", "the body must be JSON", {
      hint: "Content-Type: application/json",
    });
  try {
    return parseBoundedJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), BOUNDS);
  } catch (error) {
    throw new HttpError(400, "USAGE", `the body is not JSON: ${(error as Error).message}`);
  }
}

/** @throws HttpError 413 */
export async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > most) throw tooLarge(most);
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity")
    throw new HttpError(415, "USAGE", `${encoding}: bodies must not be compressed`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > most) throw tooLarge(most);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLarge = (most: number): HttpError =>
  new HttpError(413, "USAGE", `the body has more than ${most} bytes`, {
    // What is left of the body is not read, so that nothing else can come by this connection.
    headers: { Connection: "close" },
  });
