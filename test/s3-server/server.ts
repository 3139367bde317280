import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { readBody } from "./body.ts";
import { bucketRequest } from "./bucket-requests.ts";
import { type Bucket, newBucket } from "./buckets.ts";
import { type Answer, bucketOf, type Call } from "./call.ts";
import { type Faults, faulty } from "./faults.ts";
import { objectRequest } from "./object-requests.ts";
import { S3Error } from "./s3-error.ts";
import { checkSignature } from "./signature.ts";
import { xml } from "./xml.ts";

export interface ServerOptions {
  readonly port: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly buckets: readonly string[];
  /** Objects in one page of a listing; Amazon's is 1000. */
  readonly pageSize: number;
  /** PEM; without it the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** What tests ask for at `/-/stats`. */
interface Stats {
  requests: number;
  bytesSent: number;
  readonly byOperation: Record<string, number>;
}

/**
 * A small S3: path-style addresses, in memory, with faults on demand. Not for keeping anything.
 * @returns the port and how to stop it.
 */
export async function startServer(
  options: ServerOptions,
): Promise<{ readonly port: number; close(): void }> {
  const buckets = new Map(options.buckets.map((name) => [name, newBucket()]));
  const faults = faulty();
  let stats: Stats = { requests: 0, bytesSent: 0, byOperation: {} };

  const control = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/-/stats") {
      response.end(JSON.stringify(stats));
      if (request.method === "DELETE") stats = { requests: 0, bytesSent: 0, byOperation: {} };
      return;
    }
    const { bytes } = await readBody(request, "UNSIGNED-PAYLOAD");
    faults.set(JSON.parse(bytes.toString()) as Faults);
    response.end("{}");
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET", url = "/" } = request;
    if (url.startsWith("/-/")) return control(request, response);
    const verdict = faults.judge(`${method} ${decodeURIComponent(url.split("?")[0] ?? "")}`);
    if (verdict?.type === "drop") return void request.socket.destroy();
    const answer = await answerTo(request, { ...options, buckets }).catch(asAnswer);
    const shown =
      verdict?.type === "fail"
        ? asAnswer(
            new S3Error(
              verdict.status,
              verdict.status === 503 ? "SlowDown" : "InternalError",
              "a fault on demand",
            ),
          )
        : answer;
    const bytes = Buffer.from(shown.body ?? "");
    stats.requests++;
    stats.byOperation[method] = (stats.byOperation[method] ?? 0) + 1;
    response.writeHead(shown.status, {
      "x-amz-request-id": `request-${stats.requests}`,
      "content-length": bytes.length,
      ...shown.headers,
    });
    if (method === "HEAD") return void response.end();
    if (verdict?.type === "cut") {
      const sent = bytes.subarray(0, verdict.afterBytes);
      stats.bytesSent += sent.length;
      // Half an answer, then nothing.
      response.write(sent, () => request.socket.destroy());
      return;
    }
    stats.bytesSent += bytes.length;
    response.end(bytes);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void serve(request, response);
  const server = options.tls ? createSecureServer(options.tls, listener) : createServer(listener);
  server.listen(options.port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answerTo(
  request: IncomingMessage,
  options: Omit<ServerOptions, "buckets"> & { readonly buckets: Map<string, Bucket> },
): Promise<Answer> {
  const { method = "GET", url = "/", headers } = request;
  const hash = checkSignature({ method, url, headers }, options);
  const body = await readBody(request, hash);
  const [path = "", search = ""] = url.split(/\?(.*)/s);
  const [, bucketName = "", ...rest] = path.split("/");
  const call: Call = {
    method,
    headers,
    body,
    bucketName: decodeURIComponent(bucketName),
    key: decodeURIComponent(rest.join("/")),
    query: new URLSearchParams(search),
    pageSize: options.pageSize,
    buckets: options.buckets,
  };
  return call.key === "" ? bucketRequest(call) : objectRequest(call, bucketOf(call));
}

function asAnswer(error: unknown): Answer {
  const { status, code, message } =
    error instanceof S3Error ? error : new S3Error(500, "InternalError", String(error));
  if (status === 304) return { status };
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: xml("Error", [
      ["Code", code],
      ["Message", message],
    ]),
  };
}
