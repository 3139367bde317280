import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Objects } from "../../src/objects/object-store.ts";
import { openS3 } from "../../src/objects/s3/open.ts";
import { readJson } from "../../src/server/body.ts";
import { parseRange } from "../../src/server/byte-range.ts";
import { HttpError } from "../../src/server/problem.ts";
import { ROUTES } from "../../src/server/routes.ts";
import { createValidator, readShapes } from "../../src/server/schemas.ts";
import type { FuzzTarget } from "./target.ts";

const text = (...samples: readonly string[]): Uint8Array[] =>
  samples.map((sample) => Buffer.from(sample));

/** A server of objects that answers everything with the input. */
let hostile:
  | Promise<{ readonly bucket: ReturnType<Objects["bucket"]>; answer: Buffer; status: number }>
  | undefined;

async function startHostile() {
  const state = { answer: Buffer.alloc(0), status: 200 };
  const server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(state.status, { "content-type": "application/xml" });
    response.end(state.answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const objects = openS3({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: "us-east-1",
    accessKeyId: "k",
    secretAccessKey: "s",
    profile: undefined,
    caFile: undefined,
    pathStyle: undefined,
  });
  return Object.assign(state, { bucket: objects.bucket("media") });
}

/** A page that goes on would be asked for again and again. */
const MAX_OBJECTS = 100;

async function listFrom(bytes: Buffer, status: number): Promise<void> {
  const server = await (hostile ??= startHostile());
  Object.assign(server, { answer: bytes, status });
  let objects = 0;
  for await (const { key, sizeBytes } of server.bucket.list("")) {
    if (typeof key !== "string" || !(sizeBytes >= 0))
      throw new TypeError("an object that can't be");
    if (++objects >= MAX_OBJECTS) return;
  }
}

const validator = createValidator(readShapes);
const bodyRoutes = ROUTES.filter(({ body }) => body !== undefined);

/** What a server refuses is answered with a status of its own. */
async function orRefused(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof HttpError && error.status < 500)) throw error;
  }
}

const LISTING = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>media</Name><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>a%20b.mp3</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;d41d8&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>`;

/** Readers of what servers that are asked answer, and of what clients of `serve` send. */
export const SERVER_READERS: readonly FuzzTarget[] = [
  {
    name: "s3-listing",
    seeds: () => text(LISTING, "<ListBucketResult/>"),
    read: (bytes) => listFrom(bytes, 200),
  },
  {
    name: "s3-error",
    seeds: () =>
      text(
        "<Error><Code>NoSuchBucket</Code><Message>none</Message><RequestId>1</RequestId></Error>",
        "<Error><Code>AccessDenied</Code></Error>",
      ),
    read: (bytes) => listFrom(bytes, 403),
  },
  {
    name: "http-body",
    seeds: () =>
      text(
        '{"name":"a","description":"b","fileIds":["x","y"]}',
        '{"q":"bees","mode":"keyword","limit":10,"filters":["lang:en"]}',
        '{"paths":["/media"],"force":true}',
        '{"changes":[{"index":1,"text":"said"}]}',
        '{"url":"https://a.example/hook","events":["file.indexed"]}',
      ),
    async read(bytes) {
      const headers = { "content-type": "application/json" };
      const request = (): Request =>
        new Request("http://x/", { method: "POST", headers, body: Uint8Array.from(bytes) });
      await orRefused(async () => {
        const body = await readJson(request(), false);
        for (const route of bodyRoutes) await orRefused(() => validator.body(route, body));
      });
    },
  },
  {
    name: "http-query",
    seeds: () => text("q=bees&limit=10&mode=hybrid&file=*.mp3", "cursor=abc&state=failed&from=0"),
    async read(bytes) {
      const { searchParams } = new URL(`http://x/?${bytes.toString("latin1")}`);
      for (const route of ROUTES) await orRefused(() => validator.query(route, searchParams));
    },
  },
  {
    name: "http-range",
    seeds: () => text("bytes=0-499", "bytes=-500", "bytes=500-", "bytes=0-0,5-9"),
    read(bytes) {
      const range = parseRange(bytes.toString("latin1"), 1000);
      if (typeof range === "object" && !(range.start >= 0 && range.start < range.end))
        throw new TypeError("a range that can't be");
    },
  },
];
