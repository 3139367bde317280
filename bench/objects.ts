import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeAudio } from "../src/media/decode.ts";
import type { MediaInput } from "../src/media/byte-source.ts";
import { probeMedia } from "../src/media/probe.ts";
import { readAll } from "../src/objects/object-store.ts";
import { rangedObject } from "../src/objects/ranged.ts";
import { openS3 } from "../src/objects/s3/open.ts";
import { film } from "../test/helpers/quicktime.ts";
import { startS3 } from "../test/helpers/s3.ts";

/**
 * npm run bench:objects: what is fetched of films in an object store, against the whole object and
 * against a file. The server is our own, in a process of its own.
 */
const SECONDS = 120;
const { signal } = new AbortController();
const server = await startS3();
const objects = openS3(server.options);
const bucket = objects.bucket("media");
const folder = mkdtempSync(join(tmpdir(), "mediasearch-bench-"));

async function measure(
  work: () => Promise<unknown>,
): Promise<{ readonly requests: number; readonly megabytes: string; readonly cpuMs: number }> {
  await server.takeStats();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  const { requests, bytesSent } = await server.takeStats();
  return {
    requests,
    megabytes: (bytesSent / 1e6).toFixed(2),
    cpuMs: Math.round((user + system) / 1000),
  };
}

async function listen(source: MediaInput): Promise<void> {
  const { audio } = await probeMedia(source);
  for await (const _ of decodeAudio(source, { streamIndex: audio?.streamIndex ?? 0, signal })) {
    /* all of it */
  }
}

console.log(
  "| film of 120 s, index at its end | what | requests | MB fetched | CPU ms |\n|---|---|---|---|---|",
);
for (const [name, pictureBytes] of [
  ["1 Mbit/s", 5000],
  ["7 Mbit/s", 35_000],
  ["25 Mbit/s", 125_000],
] as const) {
  const body = film({ seconds: SECONDS, pictureBytes });
  const key = `${name}.mov`;
  await bucket.put(
    key,
    (async function* () {
      yield body;
    })(),
  );
  const stat = await bucket.stat(key);
  if (!stat) throw new Error("it is not there");
  const path = join(folder, "film.mov");
  writeFileSync(path, body);
  await listen(path);
  const rows = {
    "the whole object (floor of a download)": await measure(() => readAll(bucket.get(key))),
    "its header": await measure(() => probeMedia(rangedObject(bucket, stat, signal))),
    "its sound": await measure(() => listen(rangedObject(bucket, stat, signal))),
    "its sound, from a file": await measure(() => listen(path)),
  };
  for (const [what, { requests, megabytes, cpuMs }] of Object.entries(rows))
    console.log(
      `| ${name}, ${(body.length / 1e6).toFixed(0)} MB | ${what} | ${requests} | ${megabytes} | ${cpuMs} |`,
    );
}
objects.close();
await server.stop();
rmSync(folder, { recursive: true });
