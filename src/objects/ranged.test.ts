import { describe, expect, it } from "vitest";
import { openMemory } from "./memory/open.ts";
import { bytes, pattern } from "./object-store.contract.ts";
import type { GetOptions, ObjectStore } from "./object-store.ts";
import { rangedObject } from "./ranged.ts";

const { signal } = new AbortController();

/** A store that notes what is asked of it. */
async function counting(body: Buffer): Promise<{
  readonly store: ObjectStore;
  readonly asked: [number, number][];
  readonly etag: string;
}> {
  const store = openMemory().bucket("media");
  const stat = await store.put("a", bytes(body));
  const asked: [number, number][] = [];
  return {
    asked,
    etag: stat?.etag ?? "",
    store: {
      ...store,
      get: (key: string, options: GetOptions = {}) => {
        asked.push([options.start ?? 0, options.end ?? 0]);
        return store.get(key, options);
      },
    },
  };
}

const sum = (asked: readonly (readonly [number, number])[]): number =>
  asked.reduce((all, [start, end]) => all + end - start, 0);

describe("an object read in pieces", () => {
  it("gives every byte, wherever and in whatever pieces it is asked for", async () => {
    const body = pattern(3_000_000);
    const { store, etag } = await counting(body);
    const object = rangedObject(store, { key: "a", sizeBytes: body.length, etag }, signal);
    let state = 7;
    for (let i = 0; i < 300; i++) {
      state = (state * 48_271) % 2_147_483_647;
      const at = state % body.length;
      const part = await object.read(at, 1 + (state % 70_000));
      expect(part.length).toBeGreaterThan(0);
      expect(Buffer.from(part).equals(body.subarray(at, at + part.length)), String(at)).toBe(true);
    }
  });

  it("read from front to end is fetched once, in ever fewer requests", async () => {
    const body = pattern(20_000_000);
    const { store, etag, asked } = await counting(body);
    const object = rangedObject(store, { key: "a", sizeBytes: body.length, etag }, signal);
    for (let at = 0; at < body.length;) at += (await object.read(at, 65_536)).length;
    expect(sum(asked)).toBe(body.length);
    expect(asked.length).toBeLessThan(15);
  });

  it("fetches little for a jump, and nothing twice of what it holds", async () => {
    const body = pattern(20_000_000);
    const { store, etag, asked } = await counting(body);
    const object = rangedObject(store, { key: "a", sizeBytes: body.length, etag }, signal);
    await object.read(0, 4096);
    await object.read(body.length - 50_000, 4096);
    await object.read(0, 4096);
    await object.read(body.length - 40_000, 4096);
    expect(asked).toHaveLength(2);
    expect(sum(asked)).toBeLessThan(300_000);
  });

  it("passes on that the object changed, and asks again after a failure", async () => {
    const { store, etag } = await counting(pattern(1000));
    const object = rangedObject(store, { key: "a", sizeBytes: 1000, etag }, signal);
    await store.put("a", bytes("other"));
    await expect(object.read(0, 10)).rejects.toMatchObject({ code: "IO_FAILED" });
    let fails = 1;
    const flaky: ObjectStore = {
      ...store,
      get: (key, options) => {
        if (fails-- > 0) throw new Error("once");
        return store.get(key, options);
      },
    };
    const other = rangedObject(
      flaky,
      { key: "a", sizeBytes: 5, etag: (await store.stat("a"))?.etag ?? "" },
      signal,
    );
    await expect(other.read(0, 5)).rejects.toThrow("once");
    expect(Buffer.from(await other.read(0, 5)).toString()).toBe("other");
  });
});
