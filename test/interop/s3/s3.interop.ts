import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectStoreContract } from "../../../src/objects/object-store.contract.ts";
import { openS3, type S3Objects } from "../../../src/objects/s3/open.ts";
import { type S3Server, startS3 } from "../../helpers/s3.ts";
import { observe, type Server } from "./raw-calls.ts";

/** Where the server of other people is: set by run-s3.ts. */
const {
  S3_PEER_NAME: name = "",
  S3_PEER_ENDPOINT: endpoint = "",
  S3_PEER_ACCESS_KEY: accessKeyId = "",
  S3_PEER_SECRET_KEY: secretAccessKey = "",
  S3_PEER_DIFFERENCES: differences = "[]",
  S3_PEER_LEAVE_OUT: leaveOut = "",
} = process.env;
const peer: Server = { endpoint, accessKeyId, secretAccessKey };
/** Buckets are left behind, also by an earlier run. */
const run = Date.now();

let ours: S3Server;
let objects: S3Objects;
let n = 0;
beforeAll(async () => {
  ours = await startS3();
  objects = openS3({ ...ours.options, ...peer });
});
afterAll(async () => {
  objects.close();
  await ours.stop();
});

objectStoreContract(
  `S3, at ${name}`,
  async () => {
    const Bucket = `bucket-${run}-${n++}`;
    await objects.client.send(new CreateBucketCommand({ Bucket }));
    return objects.bucket(Bucket);
  },
  { manyObjects: 1105, ...(leaveOut === "" ? {} : { leaveOut: new RegExp(leaveOut) }) },
);

describe(`our S3 server and ${name}`, () => {
  it("answer the same to the SDK, but for what is listed", async () => {
    const [theirs, mine] = [
      await observe(peer, `raw-${run}`),
      await observe(
        { endpoint: ours.endpoint, accessKeyId: "test-key", secretAccessKey: "test-secret" },
        "raw",
      ),
    ];
    const expected = JSON.parse(differences) as readonly string[];
    const unlike = Object.keys(mine).filter(
      (call) => JSON.stringify(mine[call]) !== JSON.stringify(theirs[call]),
    );
    process.stdout.write(
      `${name}: ${Object.keys(mine).length - unlike.length} of ${Object.keys(mine).length} calls answered alike\n${unlike.map((call) => `  ${call}: ours ${JSON.stringify(mine[call])}, theirs ${JSON.stringify(theirs[call])}\n`).join("")}`,
    );
    expect(unlike.filter((call) => !expected.includes(call))).toEqual([]);
  });
});
