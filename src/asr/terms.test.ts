import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/helpers/run.ts";
import { readTerms } from "./terms.ts";

const file = (content: string | Buffer): string => {
  const path = join(tempFolder(), "terms.txt");
  writeFileSync(path, content);
  return path;
};

describe("a list of terms", () => {
  it("has one a line; notes, empty lines and repetitions do not count", async () => {
    const one = await readTerms(file("# people\nAda  Moreau\r\n\n  Guizot\nGuizot\n"));
    expect(one.terms).toEqual(["Ada Moreau", "Guizot"]);
    expect(one.digest).toMatch(/^[0-9a-f]{8}$/);
    expect((await readTerms(file("Ada Moreau\nGuizot"))).digest).toBe(one.digest);
    expect((await readTerms(file("Guizot"))).digest).not.toBe(one.digest);
  });

  it.each([
    ["no terms", "# nothing\n\n"],
    ["more than 100 letters", "x".repeat(101)],
    ["more than 5000 terms", Array.from({ length: 5001 }, (_, i) => i).join("\n")],
    ["can't be read as text", Buffer.from([0x80, 0xff])],
    ["is larger than 1 MB", "word\n".repeat(250_000)],
  ])("that has or is %s is refused", async (why, content) => {
    await expect(readTerms(file(content))).rejects.toThrow(why);
  });

  it("that is not there is refused", async () => {
    await expect(readTerms("/no/such/list")).rejects.toThrow("/no/such/list");
  });
});
