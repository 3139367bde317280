import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { readAll } from "../object-store.ts";
import { openS3 } from "./open.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A bucket of a server that answers as it likes. */
async function bucketOf(answer: Answer) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const objects = openS3({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    accessKeyId: "k",
    secretAccessKey: "s",
    profile: undefined,
    caFile: undefined,
    pathStyle: undefined,
  });
  onTestFinished(() => {
    objects.close();
    server.closeAllConnections();
    server.close();
  });
  return objects.bucket("media");
}

/** Writes for as long as somebody reads. */
function endlessly(response: ServerResponse, chunk: string): void {
  const next = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once("drain", next);
  };
  next();
}

const CHUNK = "x".repeat(1 << 20);
const listing = (inner: string): string =>
  `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${inner}</ListBucketResult>`;
const item = (
  key: string,
  more = "<Size>1</Size><LastModified>2026-01-01T00:00:00Z</LastModified>",
) => `<Contents><Key>${key}</Key>${more}</Contents>`;

/** The memory that the act takes beyond what was there, in bytes. */
async function memoryOf(act: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  try {
    await act();
  } finally {
    clearInterval(watch);
  }
  return most - before;
}

describe("an object store that means harm", () => {
  it.each<readonly [string, Answer]>([
    [
      "a listing without an end",
      (_, response) => {
        response.writeHead(200);
        response.write("<ListBucketResult>");
        endlessly(response, `<Contents><Key>${CHUNK}</Key></Contents>`);
      },
    ],
    [
      "an error without an end",
      (_, response) => {
        response.writeHead(404);
        endlessly(response, CHUNK);
      },
    ],
    [
      "a page again and again",
      (_, response) => {
        response.end(
          listing(
            `${item("a")}<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>`,
          ),
        );
      },
    ],
    [
      "empty pages without an end",
      (_, response) => {
        response.end(
          listing(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>",
          ),
        );
      },
    ],
  ])("is left when it gives %s", async (_what, answer) => {
    const store = await bucketOf(answer);
    const used = await memoryOf(async () => {
      await expect(Array.fromAsync(store.list(""))).rejects.toMatchObject({
        code: expect.stringMatching(/IO_FAILED|NOT_FOUND/) as string,
      });
    });
    expect(used).toBeLessThan(300e6);
  });

  it("gives no more of an object than was asked for, whether it knows ranges or not", async () => {
    const whole: Answer = (_, response) => {
      response.writeHead(200, { "content-length": String(2 ** 40) });
      endlessly(response, CHUNK);
    };
    const lying: Answer = (_, response) => {
      response.writeHead(206, { "content-range": "bytes 0-99/100" });
      endlessly(response, CHUNK);
    };
    for (const answer of [whole, lying]) {
      const store = await bucketOf(answer);
      const used = await memoryOf(async () => {
        expect((await readAll(store.get("a", { start: 0, end: 100 }))).length).toBe(100);
      });
      expect(used).toBeLessThan(300e6);
    }
  });

  it.each<readonly [string, Answer]>([
    [
      "another range",
      (_, response) => {
        response.writeHead(206, { "content-range": "bytes 50-149/150" });
        response.end("x".repeat(100));
      },
    ],
    [
      "an object without a length",
      (_, response) => {
        response.writeHead(200);
        endlessly(response, CHUNK);
      },
    ],
  ])("is not believed when it gives %s", async (_what, answer) => {
    const store = await bucketOf(answer);
    await expect(readAll(store.get("a"))).rejects.toMatchObject({ code: "IO_FAILED" });
  });

  it("has keys, sizes and times that are none taken for what they can be", async () => {
    const store = await bucketOf((_, response) =>
      response.end(
        listing(
          item("%zz") +
            item("b%20c", "<Size>-5</Size><LastModified>2026-01-01T00:00:00Z</LastModified>") +
            item("", "<Size>1e400</Size>"),
        ),
      ),
    );
    expect(await Array.fromAsync(store.list(""))).toMatchObject([
      { key: "%zz", sizeBytes: 1 },
      { key: "b c", sizeBytes: 0 },
      { key: "", sizeBytes: 0, mtimeMs: 0 },
    ]);
  });
});
