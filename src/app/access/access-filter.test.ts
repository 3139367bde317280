import { describe, expect, it } from "vitest";
import { parseAccessFilter } from "./access-filter.ts";

describe("the filter of a key", () => {
  it.each(["title:bridge", "show:hour", "chapter:one", "lang:en title:bridge", "bridge"])(
    "is not %s",
    async (text) => {
      await expect(parseAccessFilter([text])).rejects.toMatchObject({ code: "USAGE" });
    },
  );

  it.each(["speaker:ann", "confidence:>0.8", "near:1:00", "file:x OR near:1:00..2:00"])(
    "opens parts of files by %s",
    async (text) => {
      expect(await parseAccessFilter([text])).toMatchObject({ isBySegment: true });
    },
  );
});
