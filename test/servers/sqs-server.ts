/**
 * A queue that speaks the JSON protocol of Amazon SQS, as far as a reader needs it. Prints its
 * port. POST /send puts bodies (a JSON list of texts) into it, GET /left tells how many were not
 * deleted. A message that is not deleted is handed out again after 300 ms.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";

interface Queued {
  readonly MessageId: string;
  readonly Body: string;
  visibleAtMs: number;
}

const VISIBILITY_MS = 300;
const messages = new Map<string, Queued>();
let isAway = false;

function receive(): unknown {
  const now = Date.now();
  const ready = [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= now).slice(0, 10);
  for (const message of ready) message.visibleAtMs = now + VISIBILITY_MS;
  if (ready.length === 0) return {};
  return {
    Messages: ready.map(({ MessageId, Body }) => ({
      MessageId,
      Body,
      ReceiptHandle: MessageId,
      MD5OfBody: createHash("md5").update(Body).digest("hex"),
    })),
  };
}

function answer(target: string, body: Readonly<Record<string, unknown>>): [number, unknown] {
  if (isAway) return [503, { __type: "com.amazonaws.sqs#ServiceUnavailable", message: "away" }];
  if (!String(body["QueueUrl"]).endsWith("/123456789012/events"))
    return [400, { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no such queue" }];
  if (target === "AmazonSQS.ReceiveMessage") return [200, receive()];
  if (target !== "AmazonSQS.DeleteMessageBatch")
    return [400, { __type: "com.amazonaws.sqs#InvalidAction", message: target }];
  const entries = body["Entries"] as readonly {
    readonly Id: string;
    readonly ReceiptHandle: string;
  }[];
  for (const { ReceiptHandle } of entries) messages.delete(ReceiptHandle);
  return [200, { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] }];
}

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  if (request.url === "/send") {
    for (const Body of JSON.parse(text) as string[]) {
      const MessageId = randomUUID();
      messages.set(MessageId, { MessageId, Body, visibleAtMs: 0 });
    }
    return void response.end();
  }
  if (request.url === "/left") return void response.end(String(messages.size));
  if (request.url === "/away" || request.url === "/back") {
    isAway = request.url === "/away";
    return void response.end();
  }
  const [status, value] = answer(
    String(request.headers["x-amz-target"]),
    JSON.parse(text) as Readonly<Record<string, unknown>>,
  );
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(value));
}).listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address) process.stdout.write(`${address.port} 0\n`);
});
