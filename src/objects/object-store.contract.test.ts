import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll } from "vitest";
import { type S3Server, startS3 } from "../../test/helpers/s3.ts";
import { openMemory } from "./memory/open.ts";
import { objectStoreContract } from "./object-store.contract.ts";
import type { ObjectStore } from "./object-store.ts";
import { openS3, type S3Objects } from "./s3/open.ts";

let server: S3Server;
let objects: S3Objects;
let n = 0;
beforeAll(async () => {
  server = await startS3({ pageSize: 300 });
  objects = openS3(server.options);
});
afterAll(async () => {
  objects.close();
  await server.stop();
});

objectStoreContract("in memory", async () => openMemory().bucket("media"), { manyObjects: 605 });
objectStoreContract("S3", async (): Promise<ObjectStore> => {
  const Bucket = `bucket-${n++}`;
  await objects.client.send(new CreateBucketCommand({ Bucket }));
  return objects.bucket(Bucket);
}, { manyObjects: 605 });
