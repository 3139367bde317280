import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Faults } from "../s3-server/faults.ts";
import type { S3Options } from "../../src/objects/object-store.ts";

export interface S3Server {
  readonly endpoint: string;
  readonly options: S3Options;
  /** The settings that make mediasearch use it. */
  readonly env: Readonly<Record<string, string>>;
  faults(faults: Faults): Promise<void>;
  /** What was sent since the last call. */
  takeStats(): Promise<{
    readonly requests: number;
    readonly bytesSent: number;
    readonly byOperation: Readonly<Record<string, number>>;
  }>;
  stop(): Promise<void>;
}

const KEYS = { accessKeyId: "test-key", secretAccessKey: "test-secret" };

/** Our own S3 server in a process of its own. */
export async function startS3({
  pageSize = 1000,
  buckets = ["media"],
  keys = KEYS,
}: {
  readonly pageSize?: number;
  readonly buckets?: readonly string[];
  readonly keys?: typeof KEYS;
} = {}): Promise<S3Server> {
  const script = new URL("../s3-server/main.ts", import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      script,
      "--page-size",
      String(pageSize),
      "--access-key",
      keys.accessKeyId,
      "--secret-key",
      keys.secretAccessKey,
      ...buckets.flatMap((name) => ["--bucket", name]),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const endpoint = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  return {
    endpoint,
    options: {
      endpoint,
      region: "us-east-1",
      ...keys,
      profile: undefined,
      caFile: undefined,
      pathStyle: undefined,
    },
    env: {
      VAST_S3_ENDPOINT: endpoint,
      VAST_ACCESS_KEY_ID: keys.accessKeyId,
      VAST_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    faults: async (faults) =>
      void (await fetch(`${endpoint}/-/faults`, { method: "PUT", body: JSON.stringify(faults) })),
    takeStats: async () =>
      (await fetch(`${endpoint}/-/stats`, { method: "DELETE" })).json() as ReturnType<
        S3Server["takeStats"]
      >,
    async stop() {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}
