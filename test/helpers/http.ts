import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts an HTTP server of this test's own. @returns its address, without a slash at the end. */
export async function serveHttp(handle: Handler): Promise<string> {
  const server = createServer(handle);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a request asks for of so many bytes: from where, and to before where. */
export function askedRange(
  { headers }: IncomingMessage,
  length: number,
): readonly [number, number] | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
  return from === undefined ? undefined : [Number(from), Math.min(length, Number(to) + 1)];
}

/** Answers with these bytes, whole or in part, as servers should. */
export const sendBytes =
  (body: Buffer, type = "audio/mpeg"): Handler =>
  (request, response) => {
    const asked = askedRange(request, body.length);
    const [from, to] = asked ?? [0, body.length];
    response.writeHead(asked ? 206 : 200, {
      "content-type": type,
      "content-length": to - from,
      etag: '"one"',
      "last-modified": "Fri, 05 Jun 2026 10:00:00 GMT",
      ...(asked ? { "content-range": `bytes ${from}-${to - 1}/${body.length}` } : {}),
    });
    response.end(body.subarray(from, to));
  };
