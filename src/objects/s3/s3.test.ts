import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startS3 } from "../../../test/helpers/s3.ts";
import type { MediasearchError } from "../../errors.ts";
import { bytes, pattern } from "../object-store.contract.ts";
import { readAll } from "../object-store.ts";
import { openS3, type S3Objects } from "./open.ts";
import { inParts } from "./write.ts";

let server: S3Server;
let objects: S3Objects;
beforeAll(async () => {
  server = await startS3();
  objects = openS3(server.options);
});
afterEach(() => server.faults({}));
afterAll(async () => {
  objects.close();
  await server.stop();
});

const failure = (promise: Promise<unknown>): Promise<MediasearchError> =>
  promise.then(
    () => {
      throw new Error("it worked");
    },
    (error: unknown) => error as MediasearchError,
  );

describe("objects in S3", () => {
  it("come whole through answers that are cut, busy servers and connections that break", async () => {
    const whole = pattern(700_000);
    const store = objects.bucket("media");
    await store.put("big", bytes(whole));
    await server.faults({ match: "GET /media/big", cut: 5, cutAfterBytes: 90_000 });
    expect((await readAll(store.get("big"))).equals(whole)).toBe(true);
    await server.faults({ match: "GET /media/big", cut: 2, cutAfterBytes: 10_000 });
    expect(
      (await readAll(store.get("big", { start: 100_000, end: 300_000 }))).equals(
        whole.subarray(100_000, 300_000),
      ),
    ).toBe(true);
    await server.faults({ fail: 3, status: 503 });
    expect(await store.stat("big")).toMatchObject({ sizeBytes: 700_000 });
    await server.faults({ drop: 2 });
    expect(await store.put("small", bytes("x"))).toMatchObject({ sizeBytes: 1 });
  });

  it("are never given short: an object that changes between the pieces of a broken read is an error", async () => {
    const store = objects.bucket("media");
    await store.put("changing", bytes(pattern(400_000)));
    await server.faults({ match: "GET /media/changing", cut: 1, cutAfterBytes: 50_000 });
    const read = (async () => {
      let isFirst = true;
      for await (const _ of store.get("changing")) {
        if (isFirst) await store.put("changing", bytes("other"));
        isFirst = false;
      }
    })();
    expect(await failure(read)).toMatchObject({
      code: "IO_FAILED",
      message: "s3://media/changing: changed while it was read",
    });
  });

  it("tell a wrong key, a missing bucket and a server that is away apart, and no secret is in it", async () => {
    const secretAccessKey = "hunter2hunter2";
    const refused = openS3({ ...server.options, secretAccessKey });
    const wrongKey = await failure(refused.bucket("media").stat("a"));
    expect(wrongKey).toMatchObject({ code: "CREDENTIALS", exitCode: 12 });
    const listed = await failure(
      readAll(
        (async function* () {
          for await (const _ of refused.bucket("media").list("")) yield Buffer.of();
        })(),
      ),
    );
    expect(listed).toMatchObject({
      code: "CREDENTIALS",
      message: expect.stringMatching(/SignatureDoesNotMatch/) as string,
    });
    expect(JSON.stringify([wrongKey, listed, wrongKey.message])).not.toContain(secretAccessKey);
    expect(await failure(objects.bucket("none-such").put("a", bytes("x")))).toMatchObject({
      code: "NOT_FOUND",
      message: "s3://none-such/a: there is no such bucket",
    });
    const away = openS3({ ...server.options, endpoint: "http://127.0.0.1:1" });
    expect(await failure(away.bucket("media").stat("a"))).toMatchObject({
      code: "UNREACHABLE",
      exitCode: 16,
      hint: expect.stringContaining("VAST_S3_ENDPOINT") as string,
    });
    expect(() => openS3({ ...server.options, secretAccessKey: undefined })).toThrow(
      /belong together/,
    );
  });

  it("survive a server that fails by chance: what was written is there, what was read is right", async () => {
    const store = objects.bucket("media");
    const body = pattern(300_000);
    await server.faults({ share: 0.15, match: "/media/chance" });
    for (let i = 0; i < 20; i++) {
      await store.put(`chance/${i}`, bytes(body, Buffer.from(String(i))));
      expect(
        (await readAll(store.get(`chance/${i}`))).equals(
          Buffer.concat([body, Buffer.from(String(i))]),
        ),
        String(i),
      ).toBe(true);
    }
    await server.faults({});
    const keys: string[] = [];
    for await (const { key } of store.list("chance/")) keys.push(key);
    expect(keys).toHaveLength(20);
  });
});

describe("parts", () => {
  it("have one size but the last, whatever the pieces", async () => {
    const sizes = async (...pieces: readonly number[]): Promise<(number | boolean)[][]> => {
      const made: (number | boolean)[][] = [];
      for await (const { part, isLast } of inParts(
        bytes(...pieces.map((n) => Buffer.alloc(n))),
        10,
      ))
        made.push([part.length, isLast]);
      return made;
    };
    expect(await sizes()).toEqual([[0, true]]);
    expect(await sizes(10)).toEqual([[10, true]]);
    expect(await sizes(3, 4, 5)).toEqual([
      [10, false],
      [2, true],
    ]);
    expect(await sizes(35)).toEqual([
      [10, false],
      [10, false],
      [10, false],
      [5, true],
    ]);
  });
});
