import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { spelledLocation } from "./spelled-location.ts";

it("is a place as its file system spells it, and as typed where that means something else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-test-"));
  mkdirSync(join(folder, "Talks"));
  writeFileSync(join(folder, "Talks", "Größe.vtt"), "");
  symlinkSync("Talks", join(folder, "link"));
  const isOne = existsSync(join(folder, "talks"));
  const spelt = async (name: string): Promise<string> =>
    (await spelledLocation(join(folder, name))).slice(folder.length + 1);
  const decomposed = "Größe.vtt".normalize("NFD");
  expect(await spelt("Talks")).toBe("Talks");
  expect(await spelt("talks")).toBe(isOne ? "Talks" : "talks");
  expect(await spelt("TALKS/größe.vtt")).toBe(isOne ? "Talks/Größe.vtt" : "TALKS/größe.vtt");
  expect(await spelt(`Talks/${decomposed}`)).toBe(
    existsSync(join(folder, "Talks", decomposed)) ? "Talks/Größe.vtt" : `Talks/${decomposed}`,
  );
  expect(await spelt("link/Größe.vtt")).toBe("link/Größe.vtt");
  expect(await spelt("nowhere/x")).toBe("nowhere/x");
  expect(await spelledLocation("s3://Bucket/A")).toBe("s3://Bucket/A");
  // Where that is another folder, it stays one.
  mkdirSync(join(folder, "talks"), { recursive: true });
  expect(await spelt("talks")).toBe(isOne ? "Talks" : "talks");
  rmSync(folder, { recursive: true });
});
