import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { bytes } from "../../src/objects/object-store.contract.ts";
import { openS3 } from "../../src/objects/s3/open.ts";
import { startS3 } from "../helpers/s3.ts";
import { createHeard, startFollower } from "./kafka/follower.ts";

const OBJECTS = 40;
const PATIENCE_MS = 120_000;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const record = (key: string) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventName: "ObjectCreated:Put",
  s3: {
    bucket: { name: "media" },
    object: { key: encodeURIComponent(key).replaceAll("%20", "+") },
  },
});

/** A follower before moto's SQS: notifications as Amazon sends them, alone and inside SNS. */
export async function runSqs(python: string): Promise<boolean> {
  const port = await freePort();
  const moto = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
  });
  const s3 = await startS3();
  const objects = openS3(s3.options);
  const home = mkdtempSync(join(tmpdir(), "mediasearch-sqs-"));
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    maxAttempts: 20,
  });
  try {
    const { QueueUrl = "" } = await client.send(
      new CreateQueueCommand({ QueueName: "events", Attributes: { VisibilityTimeout: "5" } }),
    );
    const address = QueueUrl.replace(/^http:/, "sqs+http:");
    const env = {
      ...s3.env,
      EMBEDDING_MODEL: "stub",
      EVENTS_USER: "any",
      EVENTS_PASSWORD: "any",
    };
    const heard = createHeard();
    const follower = startFollower("s3://media/talks/", address, home, env, heard);
    await sleep(4000);
    const keys = Array.from({ length: OBJECTS }, (_, i) => `talks/recording ${i}+é.vtt`);
    for (const [i, key] of keys.entries()) {
      await objects
        .bucket("media")
        .put(key, bytes(Buffer.from(`WEBVTT\n\n00:00.000 --> 00:04.000\nNumber ${i}.\n`)));
      const plain = JSON.stringify({ Records: [record(key)] });
      const wrapped = JSON.stringify({ Type: "Notification", MessageId: "1", Message: plain });
      await client.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [plain, wrapped, plain].map((MessageBody, n) => ({
            Id: String(n),
            MessageBody,
          })),
        }),
      );
    }
    const isDone = (): boolean => keys.every((key) => heard.indexed.has(`s3://media/${key}`));
    const until = Date.now() + PATIENCE_MS;
    while (!isDone() && Date.now() < until) await sleep(200);
    await sleep(3000);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    await follower.stop();
    const left =
      Number(Attributes?.["ApproximateNumberOfMessages"]) +
      Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]);
    const twice = [...heard.indexed.values()].filter((times) => times > 1).length;
    process.stderr.write(
      `sqs: ${heard.indexed.size} of ${OBJECTS} objects found by ${OBJECTS * 3} messages, ${twice} indexed twice, ${left} messages left in moto's queue\n`,
    );
    return isDone() && twice === 0 && left === 0;
  } finally {
    client.destroy();
    moto.kill("SIGKILL");
    objects.close();
    await s3.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
