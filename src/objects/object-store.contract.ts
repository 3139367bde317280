import { describe, expect, it } from "vitest";
import { type ObjectStore, readAll } from "./object-store.ts";

export const bytes = async function* (
  ...parts: readonly (string | Uint8Array)[]
): AsyncIterable<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
};

const MEGABYTE = 1_048_576;
/** Bytes that show where they stand. */
export function pattern(length: number): Buffer {
  const made = Buffer.alloc(length);
  for (let i = 0; i < length; i++) made[i] = (i ^ (i >> 8) ^ (i >> 16)) & 255;
  return made;
}
const keysOf = async (store: ObjectStore, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
};
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "resolved",
    (error: unknown) => error,
  );

export interface ObjectContractOptions {
  /** More than one page of the listing. */
  readonly manyObjects: number;
  /** Keys that the server, not the implementation, can't take. */
  readonly leaveOut?: RegExp;
}

export interface ObjectCase {
  readonly law: string;
  /** Gets an empty bucket. */
  readonly run: (store: ObjectStore, options: ObjectContractOptions) => Promise<void>;
}

/** The law of `ObjectStore`. A case goes here when every implementation must obey it. */
export const OBJECT_CASES: readonly ObjectCase[] = [
  {
    law: "gives back the bytes that it was given, and tells their number, time and tag",
    async run(store) {
      const before = Date.now();
      const put = await store.put("folder/a.bin", bytes("one ", "two"));
      expect((await readAll(store.get("folder/a.bin"))).toString()).toBe("one two");
      const stat = await store.stat("folder/a.bin");
      expect(stat).toEqual(put);
      expect(stat).toMatchObject({ key: "folder/a.bin", sizeBytes: 7 });
      expect(stat?.etag).toMatch(/^[^"]+$/);
      // Servers tell whole seconds, by their own clock.
      expect(Math.abs((stat?.mtimeMs ?? 0) - before)).toBeLessThan(300_000);
    },
  },
  {
    law: "holds empty objects and large ones, in any pieces",
    async run(store) {
      const large = pattern(18 * MEGABYTE + 7);
      await store.put("empty", bytes());
      await store.put(
        "large",
        bytes(large.subarray(0, 5), large.subarray(5, 9 * MEGABYTE), large.subarray(9 * MEGABYTE)),
      );
      expect((await readAll(store.get("empty"))).length).toBe(0);
      expect((await store.stat("empty"))?.sizeBytes).toBe(0);
      expect((await readAll(store.get("large"))).equals(large)).toBe(true);
      expect((await store.stat("large"))?.sizeBytes).toBe(large.length);
    },
  },
  {
    law: "reads half-open ranges, short or empty beyond the end",
    async run(store) {
      await store.put("a", bytes("0123456789"));
      const read = async (start?: number, end?: number): Promise<string> =>
        (await readAll(store.get("a", { start, end }))).toString();
      expect(await read(2, 5)).toBe("234");
      expect(await read(7)).toBe("789");
      expect(await read(undefined, 3)).toBe("012");
      expect(await read(8, 100)).toBe("89");
      expect(await read(10)).toBe("");
      expect(await read(50, 60)).toBe("");
      expect(await read(4, 4)).toBe("");
    },
  },
  {
    law: "knows nothing of what is not there",
    async run(store) {
      expect(await store.stat("none")).toBeUndefined();
      expect(await rejection(readAll(store.get("none")))).toMatchObject({ code: "NOT_FOUND" });
      await store.put("folder/a", bytes("x"));
      expect(await store.stat("folder")).toBeUndefined();
      expect(await store.stat("folder/")).toBeUndefined();
    },
  },
  {
    law: "replaces an object as a whole, with another tag for other content and the same one for the same",
    async run(store) {
      const first = await store.put("a", bytes("first"));
      const second = await store.put("a", bytes("2nd"));
      expect(second?.etag).not.toBe(first?.etag);
      expect((await readAll(store.get("a"))).toString()).toBe("2nd");
      expect((await store.put("b", bytes("first")))?.etag).toBe(first?.etag);
    },
  },
  {
    law: "does not mix two contents: a reader that names the tag hears of a change",
    async run(store) {
      const first = await store.put("a", bytes("first"));
      expect((await readAll(store.get("a", { etag: first?.etag, start: 1 }))).toString()).toBe(
        "irst",
      );
      await store.put("a", bytes("other"));
      expect(await rejection(readAll(store.get("a", { etag: first?.etag })))).toMatchObject({
        code: "IO_FAILED",
      });
    },
  },
  {
    law: "leaves what is there when told to write only if nothing is",
    async run(store) {
      expect(await store.put("a", bytes("first"), { ifAbsent: true })).toMatchObject({
        sizeBytes: 5,
      });
      expect(await store.put("a", bytes("second"), { ifAbsent: true })).toBeUndefined();
      expect((await readAll(store.get("a"))).toString()).toBe("first");
      expect(
        await store.put("a", bytes(pattern(9 * MEGABYTE), pattern(9 * MEGABYTE)), {
          ifAbsent: true,
        }),
      ).toBeUndefined();
      expect((await store.stat("a"))?.sizeBytes).toBe(5);
    },
  },
  {
    law: "leaves nothing of a body that fails or is aborted, and what was there before",
    async run(store) {
      await store.put("kept", bytes("as it was"));
      async function* broken(): AsyncIterable<Uint8Array> {
        yield pattern(10 * MEGABYTE);
        throw new Error("the disk went away");
      }
      const stop = new AbortController();
      async function* aborted(): AsyncIterable<Uint8Array> {
        yield pattern(10 * MEGABYTE);
        stop.abort(new Error("enough"));
        yield pattern(10 * MEGABYTE);
      }
      for (const key of ["kept", "new"])
        expect(await rejection(store.put(key, broken()))).toMatchObject({
          message: expect.stringContaining("disk went away") as string,
        });
      for (const key of ["kept", "new"])
        expect(await rejection(store.put(key, aborted(), { signal: stop.signal }))).toMatchObject({
          message: "enough",
        });
      expect(await keysOf(store, "")).toEqual(["kept"]);
      expect((await readAll(store.get("kept"))).toString()).toBe("as it was");
    },
  },
  {
    law: "forgets what is removed, once or twice",
    async run(store) {
      await store.put("a", bytes("x"));
      await store.remove("a");
      await store.remove("a");
      expect(await store.stat("a")).toBeUndefined();
      expect(await keysOf(store, "")).toEqual([]);
    },
  },
  {
    law: "takes any key as it is written, and lists it as it was written",
    async run(store, { leaveOut }) {
      const keys = [
        "a//b",
        "a/b",
        "a b+c%20d",
        "ünï/ß 漢字.mp3",
        "q?x=1&y#z",
        "tab\tand\nline",
        "'quotes\"<&>",
        "trailing/",
        "e\u0301",
      ].filter((key) => !leaveOut?.test(key));
      for (const key of keys) await store.put(key, bytes(key));
      expect((await keysOf(store, "")).toSorted()).toEqual(keys.toSorted());
      for (const key of keys) expect((await readAll(store.get(key))).toString()).toBe(key);
    },
  },
  {
    law: "lists in the order of bytes what begins with a prefix, complete past one page",
    async run(store, { manyObjects, leaveOut }) {
      const keys = Array.from(
        { length: manyObjects },
        (_, i) => `many/${String(i).padStart(5, "0")}`,
      );
      for (let from = 0; from < keys.length; from += 50)
        await Promise.all(keys.slice(from, from + 50).map((key) => store.put(key, bytes("x"))));
      for (const key of ["mane", "manyfold", "many", "Many/1", "many/é"])
        if (!leaveOut?.test(key)) await store.put(key, bytes("y"));
      expect(await keysOf(store, "many/")).toEqual([...keys, "many/é"]);
      expect(await keysOf(store, "man")).toEqual(
        ["mane", "many", ...keys, "many/é", "manyfold"].filter((key) => !leaveOut?.test(key)),
      );
      expect(await keysOf(store, "nothing")).toEqual([]);
      for await (const { key } of store.list("many/")) {
        expect(key).toBe("many/00000");
        break;
      }
    },
  },
  {
    law: "stops soon when it is told to",
    async run(store) {
      await store.put("a", bytes("x"));
      const signal = AbortSignal.abort(new Error("enough"));
      expect(await rejection(readAll(store.get("a", { signal })))).toMatchObject({
        message: "enough",
      });
      expect(
        await rejection(
          (async () => {
            for await (const _ of store.list("", signal)) break;
          })(),
        ),
      ).toMatchObject({ message: "enough" });
    },
  },
];

/** `open` gives an empty bucket. */
export function objectStoreContract(
  name: string,
  open: () => Promise<ObjectStore>,
  options: ObjectContractOptions,
): void {
  describe(`the object store ${name}`, () => {
    for (const { law, run } of OBJECT_CASES)
      it(law, async () => {
        await expect(run(await open(), options)).resolves.toBeUndefined();
      });
  });
}
