import type { IncomingMessage, ServerResponse } from "node:http";

/** What goes wrong with one request, instead of an answer. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection is cut: at once, or in the middle of an answer. */
  readonly cut?: "at once" | "in the answer";
  /** Nothing is ever answered. */
  readonly hang?: boolean;
  /** The true answer comes so much later. */
  readonly delayMs?: number;
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void =>
  void response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(body));

/** @returns whether the request has been dealt with. */
export async function commit(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
  if (!fault) return false;
  if (fault.delayMs !== undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, fault.delayMs);
    });
    return false;
  }
  if (fault.hang) return true;
  if (fault.cut === "at once") response.socket?.destroy();
  else if (fault.cut === "in the answer") {
    response
      .writeHead(200, { "content-type": "application/json", "content-length": "1000" })
      .write('{"text":"The bud');
    setTimeout(() => response.socket?.destroy(), 50);
  } else response.writeHead(fault.status ?? 500, fault.headers ?? {}).end(fault.body ?? "");
  return true;
}
