import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Context } from "../app/context.ts";
import { createRemoteCopies } from "./remote-copies.ts";

/** An object store whose objects are as long as their names say: "s3://media/100". */
function store(): {
  readonly context: Parameters<typeof createRemoteCopies>[0];
  fetched: string[];
} {
  const fetched: string[] = [];
  const open = async (location: string): Promise<object> => {
    fetched.push(location);
    const sizeBytes = Number(/(\d+)/.exec(location.slice("s3://media/".length))?.[1]);
    return {
      name: location,
      sizeBytes,
      async read(_position: number, length: number) {
        if (location.endsWith("broken")) throw new Error("away");
        return Buffer.alloc(length, 7);
      },
    };
  };
  const context = {
    signal: new AbortController().signal,
    openSources: async () => ({ of: () => ({ open }) }),
  } as unknown as Pick<Context, "openSources" | "signal">;
  return { context, fetched };
}

const file = (name: string, sizeBytes = Number(/\d+/.exec(name)?.[0])) => ({
  location: `s3://media/${name}`,
  sizeBytes,
  mtimeMs: 1_700_000_000_000,
});

describe("copies of what is not on this machine", () => {
  it("are fetched once for all who want them, and gone when the server stops", async () => {
    const { context, fetched } = store();
    const copies = createRemoteCopies(context);
    const read = (path: string): Promise<number> => Promise.resolve(readFileSync(path).length);
    const lengths = await Promise.all([
      copies.use(file("100"), 1000, read),
      copies.use(file("100"), 1000, read),
    ]);
    const path = await copies.use(file("100"), 1000, async (there) => there);
    expect([lengths, fetched.length, existsSync(path)]).toEqual([[100, 100], 1, true]);
    await copies.close();
    expect(existsSync(path)).toBe(false);
  });

  it("are not made of what is too large, by the library or by the store itself", async () => {
    const { context, fetched } = store();
    const copies = createRemoteCopies(context);
    const wanted = [file("2000"), file("3000", 10)];
    for (const one of wanted)
      await expect(copies.use(one, 1000, async () => {})).rejects.toMatchObject({
        code: "UNREADABLE_MEDIA",
      });
    // The second one has grown since it was indexed.
    expect(fetched).toEqual(["s3://media/3000"]);
    await copies.close();
  });

  it("make room for others when nobody uses them, the one that was used longest ago first", async () => {
    const { context } = store();
    const copies = createRemoteCopies(context, 250);
    const path = async (there: string): Promise<string> => there;
    await copies.use(file("100 held"), 1000, async (held) => {
      const old = await copies.use(file("100 old"), 1000, path);
      const used = await copies.use(file("100 used"), 1000, path);
      await expect.poll(() => existsSync(old)).toBe(false);
      expect([existsSync(held), existsSync(used)]).toEqual([true, true]);
    });
    await copies.close();
  });

  it("leave nothing behind when they can't be fetched, and are tried again", async () => {
    const { context, fetched } = store();
    const copies = createRemoteCopies(context);
    const once = (): Promise<void> => copies.use(file("100broken"), 1000, async () => {});
    await expect(once()).rejects.toThrow("away");
    await expect(once()).rejects.toThrow("away");
    expect(fetched).toHaveLength(2);
    await copies.close();
  });
});
