import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface TestServer {
  readonly endpoint: string;
  readonly received: Received[];
}

export type Answer = (
  request: Received,
  response: ServerResponse,
  n: number,
) => void | Promise<void>;

/** A server of one test, on a free port; `answer` gets the number of the request, from 0. */
export async function serve(answer: Answer): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer(
    (request, response) =>
      void take(request).then(async (one) => {
        received.push(one);
        response.setHeader("server", "vast 5.5.0.10");
        await answer(one, response, received.length - 1);
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function take(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers as Received["headers"],
    body: Buffer.concat(chunks),
  };
}

export const slowDown = (response: ServerResponse): void =>
  void response.writeHead(503).end("<Error><Code>SlowDown</Code><Message>wait</Message></Error>");
export const refuse = (response: ServerResponse, status: number, code: string): void =>
  void response
    .writeHead(status)
    .end(
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>a &lt;message&gt;</Message><Resource>/r</Resource><RequestId>r-17</RequestId></Error>`,
    );

export const KEYS = { accessKeyId: "AK", secretAccessKey: "not so secret" };
