import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/helpers/run.ts";
import { type S3Server, startS3 } from "../../../test/helpers/s3.ts";
import { bytes, pattern } from "../object-store.contract.ts";
import { readAll, type UploadOptions } from "../object-store.ts";
import { openS3, type S3Objects } from "./open.ts";

let server: S3Server;
let objects: S3Objects;
beforeAll(async () => {
  server = await startS3({ pageSize: 2 });
  objects = openS3(server.options);
});
afterEach(() => server.faults({}));
afterAll(async () => {
  objects.close();
  await server.stop();
});

const MEGABYTE = 1_048_576;
const large = pattern(71 * MEGABYTE + 3);
function file(content: Uint8Array): string {
  const path = join(tempFolder(), "film.mp4");
  writeFileSync(path, content);
  return path;
}
const options = (more: Partial<UploadOptions> = {}): UploadOptions => ({
  overwrite: false,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...more,
});
const up = (key: string, path: string, more: Partial<UploadOptions> = {}) =>
  objects.upload("media", key, path, options(more));
const holds = async (key: string, content: Buffer): Promise<boolean> =>
  (await readAll(objects.bucket("media").get(key))).equals(content);
const puts = async (): Promise<number> => (await server.takeStats()).byOperation["PUT"] ?? 0;

describe("an upload", () => {
  it("brings small, empty and large files, tells its progress, and does nothing when repeated", async () => {
    const paths = {
      small: file(Buffer.from("small")),
      empty: file(Buffer.alloc(0)),
      large: file(large),
    };
    const progress: number[] = [];
    for (const [key, path] of Object.entries(paths))
      expect(await up(key, path, { onProgress: (done) => void progress.push(done) }), key).toBe(
        "uploaded",
      );
    expect(progress.at(-1)).toBe(large.length);
    expect(await holds("small", Buffer.from("small"))).toBe(true);
    expect(await holds("large", large)).toBe(true);
    await puts();
    for (const [key, path] of Object.entries(paths))
      expect(await up(key, path), key).toBe("present");
    expect(await puts()).toBe(0);
  });

  it("that was stopped goes on: what is there is not sent again, what is other is", async () => {
    const path = file(large);
    // The first three parts get through, at most.
    await server.faults({ match: "PUT /media/again", fail: 100, status: 403 });
    await expect(up("again", path)).rejects.toMatchObject({ code: "CREDENTIALS" });
    await server.faults({});
    const stop = new AbortController();
    await expect(
      up("again", path, {
        signal: stop.signal,
        onProgress: (done) => {
          if (done > 30 * MEGABYTE) stop.abort(new Error("enough"));
        },
      }),
    ).rejects.toThrow("enough");
    expect(await objects.bucket("media").stat("again")).toBeUndefined();
    const first = await puts();
    expect(await up("again", path)).toBe("uploaded");
    expect(await puts()).toBeLessThan(5);
    expect(first).toBeGreaterThan(0);
    expect(await holds("again", large)).toBe(true);
  });

  it("whose answer is lost is found to be done", async () => {
    await server.faults({ match: "PUT /media/lost-small", cut: 1, cutAfterBytes: 0 });
    expect(await up("lost-small", file(Buffer.from("x")))).toBe("uploaded");
    await server.faults({ match: "POST /media/lost-large", cut: 2, cutAfterBytes: 0 });
    expect(await up("lost-large", file(large))).toBe("uploaded");
    expect(await holds("lost-large", large)).toBe(true);
  });

  it("gets through a server that fails by chance", async () => {
    const path = file(large);
    await server.faults({ share: 0.2, match: "/media/chance" });
    expect(await up("chance", path)).toBe("uploaded");
    await server.faults({});
    expect(await holds("chance", large)).toBe(true);
  });

  it("never replaces another object unasked, be it there before or come meanwhile", async () => {
    await objects.bucket("media").put("taken", bytes("other"));
    await objects.bucket("media").put("same-length", bytes("aaaaa"));
    for (const key of ["taken", "same-length"])
      await expect(up(key, file(Buffer.from("small")))).rejects.toMatchObject({
        code: "USAGE",
        hint: expect.stringContaining("--force") as string,
      });
    const path = file(large);
    let isFirst = true;
    const meanwhile = up("race", path, {
      onProgress: () => {
        if (isFirst) void objects.bucket("media").put("race", bytes("mine"));
        isFirst = false;
      },
    });
    await expect(meanwhile).rejects.toMatchObject({ code: "USAGE" });
    expect(await holds("race", Buffer.from("mine"))).toBe(true);
    expect(await up("race", path, { overwrite: true })).toBe("uploaded");
    expect(await holds("race", large)).toBe(true);
  });

  it("of a file that changes meanwhile fails and leaves nothing", async () => {
    const path = file(large);
    let isFirst = true;
    await expect(
      up("changing", path, {
        onProgress: () => {
          if (isFirst) appendFileSync(path, "more");
          isFirst = false;
        },
      }),
    ).rejects.toMatchObject({
      code: "IO_FAILED",
      message: expect.stringContaining("changed while it was uploaded") as string,
    });
    expect(await objects.bucket("media").stat("changing")).toBeUndefined();
    await expect(up("none", join(tempFolder(), "none.mp3"))).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
