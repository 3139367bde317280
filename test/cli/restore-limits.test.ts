import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { mediasearch, type Result, tempFolder } from "../helpers/run.ts";

const TOLD_BYTES = 10_000_000;

/** Restores from a store that sends as it likes. */
async function restoreFrom(
  send: (request: IncomingMessage, response: ServerResponse) => void,
  toldBytes = TOLD_BYTES,
): Promise<Result & { readonly left: readonly string[] }> {
  const server = createServer((request, response) => {
    const about = { etag: '"a"', "last-modified": new Date(0).toUTCString() };
    if (request.method === "HEAD")
      return void response.writeHead(200, { ...about, "content-length": toldBytes }).end();
    // A length of its own, which nobody told before.
    response.writeHead(200, { ...about, "content-length": 20 * TOLD_BYTES });
    send(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const home = tempFolder();
  const result = await mediasearch(["restore", "s3://media/monday.backup"], {
    home,
    env: {
      VAST_S3_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      VAST_ACCESS_KEY_ID: "k",
      VAST_SECRET_ACCESS_KEY: "s",
      VAST_REGION: "us-east-1",
      JOB_TIMEOUT_MS: "3000",
    },
  });
  const left = existsSync(home) ? readdirSync(home).filter((name) => name !== "replica") : [];
  return { ...result, left: left.filter((name) => !existsSync(join(home, name, "x"))) };
}

describe("a restore from a store that means ill", () => {
  it("ends when almost nothing comes, also where something always does", async () => {
    const { exitCode, stderr, left } = await restoreFrom((_request, response) => {
      const timer = setInterval(() => response.write("drip"), 50);
      response.on("close", () => clearInterval(timer));
    });
    expect(stderr).toContain("almost nothing of it came within 3 s");
    expect([exitCode, left]).toEqual([15, []]);
  });

  it("ends when nothing comes at all", async () => {
    const { exitCode, stderr } = await restoreFrom(() => {});
    expect(stderr).toContain("almost nothing of it came within 3 s");
    expect(exitCode).toBe(15);
  });

  it("writes no more than it was told that there is", async () => {
    let sent = 0;
    const { exitCode, stderr, left } = await restoreFrom((_request, response) => {
      const next = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) sent += 1 << 16;
        if (!response.destroyed) response.once("drain", next);
      };
      next();
    });
    expect(stderr).toContain("more comes than the store says there is");
    expect(sent).toBeLessThan(4 * TOLD_BYTES);
    expect([exitCode, left]).toEqual([13, []]);
  });

  it("is refused where the disk has no room for it", async () => {
    const { exitCode, stderr } = await restoreFrom(() => {}, Number.MAX_SAFE_INTEGER);
    expect(stderr).toContain("no room to fetch it");
    expect(exitCode).toBe(18);
  });
});
