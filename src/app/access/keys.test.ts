import { describe, expect, it } from "vitest";
import { open } from "../../backends/memory/open.ts";
import type { Json, Records } from "../../backends/records.ts";
import { createKey, createUseNotes, identifyKey, listKeys, revokeKey } from "./keys.ts";

const newRecords = async (): Promise<Records> => (await open()).records;
const lastUses = async (records: Records): Promise<readonly unknown[]> =>
  (await listKeys(records)).map(({ lastUsedAtMs }) => lastUsedAtMs);

describe("keys", () => {
  it("stay revoked when a use is noted at the same time", async () => {
    const records = await newRecords();
    const { key, info } = await createKey(records, { scopes: ["search"] });
    const revoked = Promise.withResolvers<void>();
    const slow: Records = {
      ...records,
      async put(kind, id, value) {
        await revoked.promise;
        await records.put(kind, id, value);
      },
    };
    const noting = createUseNotes()(slow, info.id);
    await revokeKey(records, info.id);
    revoked.resolve();
    await noting;
    expect(await identifyKey(records, key)).toBe("revoked");
  });

  it("tell when they were last used, also those of an earlier release", async () => {
    const records = await newRecords();
    const { info } = await createKey(records, { scopes: ["search"] });
    expect(await lastUses(records)).toEqual([null]);
    const stored = (await records.get("key", info.id)) as Record<string, Json>;
    await records.put("key", info.id, { ...stored, lastUsedAtMs: 5 });
    expect(await lastUses(records)).toEqual([5]);
    await createUseNotes()(records, info.id);
    expect(await lastUses(records)).toEqual([expect.closeTo(Date.now(), -5)]);
    expect((await revokeKey(records, info.id)).lastUsedAtMs).toEqual(
      expect.closeTo(Date.now(), -5),
    );
  });

  it("are written at most once a minute, and read for it never", async () => {
    const records = await newRecords();
    let writes = 0;
    const counting: Records = {
      ...records,
      get: () => Promise.reject(new Error("read")),
      put(kind, id, value) {
        writes++;
        return records.put(kind, id, value);
      },
    };
    let now = 1_000_000;
    const noteUse = createUseNotes(() => now);
    await noteUse(counting, "a");
    now += 59_999;
    await noteUse(counting, "a");
    expect(writes).toBe(1);
    now += 1;
    await noteUse(counting, "a");
    expect(writes).toBe(2);
  });
});
