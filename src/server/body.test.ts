import { describe, expect, it } from "vitest";
import { readJson } from "./body.ts";

const read = (body: string): Promise<unknown> => {
  const headers = { "content-type": "application/json" };
  return readJson(new Request("http://x/", { method: "POST", headers, body }), false);
};

describe("a JSON body", () => {
  it("is read with the longest list that a request may have", async () => {
    const fileIds = Array.from({ length: 10_000 }, (_, n) => `file ${n}, [of] "many"`);
    expect(await read(JSON.stringify({ fileIds }))).toEqual({ fileIds });
  });

  it.each([
    ["deep", `${"[".repeat(33)}${"]".repeat(33)}`],
    ["wide", `[${"0,".repeat(25_000)}0]`],
    ["of many keys", `{${Array.from({ length: 25_001 }, (_, n) => `"${n}":0`).join()}}`],
  ])("is refused when it is too %s, before each part could make an error", async (_, body) => {
    await expect(read(body)).rejects.toMatchObject({ status: 400 });
  });
});
