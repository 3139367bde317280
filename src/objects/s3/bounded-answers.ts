import { Transform } from "node:stream";
import type { NodeHttpHandler } from "@smithy/node-http-handler";

/**
 * What a server may answer besides the content of an object: documents of XML, which the client
 * reads into memory as a whole. A page of a listing with a thousand of the longest keys has about
 * two megabytes.
 */
export const MAX_DOCUMENT_BYTES = 16 * 2 ** 20;
/** For the whole of a document, however slowly it comes. */
const MAX_DOCUMENT_MS = 5 * 60_000;

type Handle = NodeHttpHandler["handle"];

/**
 * Gives every document an upper bound in bytes and time; a body that has more breaks with an error.
 */
export function boundDocuments(handler: NodeHttpHandler): NodeHttpHandler {
  const handle: Handle = handler.handle.bind(handler);
  handler.handle = async (request, options) => {
    const answer = await handle(request, options);
    const { response } = answer;
    const isContent = request.query["x-id"] === "GetObject" && response.statusCode < 300;
    if (!isContent && isStream(response.body)) response.body = bounded(response.body);
    return answer;
  };
  return handler;
}

const isStream = (body: unknown): body is NodeJS.ReadableStream =>
  typeof body === "object" && body !== null && "pipe" in body;

function bounded(body: NodeJS.ReadableStream): Transform {
  let size = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > MAX_DOCUMENT_BYTES) done(tooMuchError("too large an answer"));
      else done(null, chunk);
    },
    final(done) {
      clearTimeout(deadline);
      done();
    },
  });
  const deadline = setTimeout(
    () => limited.destroy(tooMuchError("too slow an answer")),
    MAX_DOCUMENT_MS,
  ).unref();
  const source = body as NodeJS.ReadableStream & { destroy?: () => void };
  source.on("error", (error: Error) => limited.destroy(error));
  limited.on("close", () => {
    clearTimeout(deadline);
    source.destroy?.();
  });
  return source.pipe(limited);
}

/** Another attempt would bring the same: the client must not try again. */
const tooMuchError = (why: string): Error =>
  Object.assign(new Error(`the object store gave ${why}`), { name: "UnboundedAnswer" });
