import { beforeAll, describe, expect, it } from "vitest";
import { open } from "../../backends/memory/open.ts";
import type { ReadableLibrary } from "../../backends/library.ts";
import { parseMoment, searchLike } from "./like.ts";
import { commitDirections } from "../../../test/helpers/directions.ts";

let library: ReadableLibrary;
/** Every fourth minute somebody says something of its own direction, or near another one. */
beforeAll(async () => {
  const backend = await open();
  library = backend.library;
  await commitDirections(backend.library, "/a@b.mp3", [
    [1, 0],
    [0, 1],
    [0.8, 0.6],
  ]);
  await commitDirections(backend.library, "/c.mp3", [[0.96, 0.28], [0.28, 0.96], null]);
});

const like = async (moment: string, more: object = {}): Promise<string[]> => {
  const { page } = await searchLike(library, parseMoment("--like", moment), more, "/");
  return page.results.map(({ text }) => text);
};

describe("more like a moment", () => {
  it("is what is near in meaning, the moment itself left out", async () => {
    expect(await like("/a@b.mp3@0:02")).toEqual([
      "/c.mp3 0",
      "/a@b.mp3 2",
      "/c.mp3 1",
      "/a@b.mp3 1",
    ]);
    expect(await like("/a@b.mp3@4:03", { limit: 1 })).toEqual(["/c.mp3 1"]);
    expect(await like("a@b.mp3@4:03", { limit: 1, offset: 1 })).toEqual(["/a@b.mp3 2"]);
    expect(await like("c.mp3@1", { file: "/a@b.mp3", minScore: 0.5 })).toEqual([
      "/a@b.mp3 0",
      "/a@b.mp3 2",
    ]);
  });
  it("between two lines is of the one before", async () => {
    expect(await like("/a@b.mp3@3:00", { limit: 1 })).toEqual(["/c.mp3 0"]);
  });
  it("needs a file, a time and a vector", async () => {
    expect(() => parseMoment("--like", "talk.mp3")).toThrow(/must be FILE@TIME/);
    expect(() => parseMoment("--like", "talk.mp3@soon")).toThrow(/must be a time/);
    await expect(like("x.mp3@1")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(like("c.mp3@8:01")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("no vector yet") as string,
    });
  });
});
