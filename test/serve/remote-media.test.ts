import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytes } from "../../src/objects/object-store.contract.ts";
import { openS3, type S3Objects } from "../../src/objects/s3/open.ts";
import { mediasearch, ROOT } from "../helpers/run.ts";
import { type S3Server, startS3 } from "../helpers/s3.ts";
import { type ServedLibrary, startServe } from "../helpers/serve.ts";

const home = mkdtempSync(join(tmpdir(), "mediasearch-remote-media-"));
const CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:03.000\nAll about the kitchen.\n";
let s3: S3Server;
let objects: S3Objects;
let server: ServedLibrary;
let id: string;

const ok = async (path: string): Promise<Buffer> => {
  const response = await server.call(path);
  expect([path, response.status]).toEqual([path, 200]);
  return Buffer.from(await response.arrayBuffer());
};

beforeAll(async () => {
  s3 = await startS3();
  objects = openS3(s3.options);
  const bucket = objects.bucket("media");
  const film = readFileSync(join(ROOT, "fixtures/media/kitchen.mov"));
  await bucket.put("kitchen.mov", bytes(film));
  await bucket.put("kitchen.vtt", bytes(Buffer.from(CAPTIONS)));
  await mediasearch(["index", "s3://media/"], { home, env: s3.env });
  const { stdout } = await mediasearch(["keys", "create", "--json", "--scopes", "all"], { home });
  const { key } = JSON.parse(stdout) as { readonly key: string };
  server = await startServe({ home, key, env: s3.env });
  const list = (await (await server.call("/v1/files")).json()) as {
    readonly files: readonly { readonly id: string }[];
  };
  id = list.files[0]?.id ?? "";
});
afterAll(async () => {
  await server.stop();
  objects.close();
  await s3.stop();
  rmSync(home, { recursive: true, force: true });
});

describe("a recording in an object store", () => {
  it("has pictures, pieces, a waveform and clips, for which it is fetched once", async () => {
    await s3.takeStats();
    const picture = await ok(`/v1/files/${id}/thumbnail?t=1`);
    expect(picture.subarray(0, 3).toString("hex")).toBe("ffd8ff");
    expect((await ok(`/v1/files/${id}/stream/0`)).subarray(4, 8).toString("latin1")).toBe("ftyp");
    const waveform = JSON.parse((await ok(`/v1/files/${id}/waveform?points=10`)).toString()) as {
      readonly points: number;
    };
    expect(waveform.points).toBe(10);
    const made = await server.call("/v1/clips", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ pieces: [{ fileId: id, startMs: 0, endMs: 1000 }], format: "mp4" }),
    });
    expect(made.status).toBe(202);
    const job = made.headers.get("location") ?? "";
    await expect
      .poll(async () => ((await (await server.call(job)).json()) as { state: string }).state, {
        timeout: 60_000,
        interval: 300,
      })
      .toBe("done");
    const film = readFileSync(join(ROOT, "fixtures/media/kitchen.mov"));
    const { bytesSent } = await s3.takeStats();
    expect(bytesSent).toBeLessThan(film.length * 1.5);
  });
});
