import { parseArgs } from "node:util";
import { startServer } from "./server.ts";

/**
 * `node test/s3-server/main.ts --bucket media`: prints its port as one line of JSON, and ends with
 * its parent's stdin.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    bucket: { type: "string", multiple: true, default: ["media"] },
    "page-size": { type: "string", default: "1000" },
    "access-key": { type: "string", default: "test-key" },
    "secret-key": { type: "string", default: "test-secret" },
  },
});
const server = await startServer({
  port: Number(values.port),
  buckets: values.bucket,
  pageSize: Number(values["page-size"]),
  accessKey: values["access-key"],
  secretKey: values["secret-key"],
});
process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
process.stdin.resume().on("end", server.close);
