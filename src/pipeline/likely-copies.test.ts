import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findLikelyCopies } from "./likely-copies.ts";

it("copies are those of equal size and content; what can't be read is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-test-"));
  const at = (name: string): string => join(folder, name);
  const long = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
  const other = Buffer.from(long);
  other[100_001] = 0;
  writeFileSync(at("a.wav"), long);
  writeFileSync(at("b.wav"), other);
  writeFileSync(at("c.wav"), long);
  writeFileSync(at("d.wav"), "x");
  writeFileSync(at("e.wav"), "");
  writeFileSync(at("f.wav"), "");
  const files = ["a", "b", "c", "d", "gone", "gone-too"].map((name) => ({
    path: at(`${name}.wav`),
    sizeBytes: name === "d" ? 1 : 200_000,
  }));
  const empty = ["e", "f"].map((name) => ({ path: at(`${name}.wav`), sizeBytes: 0 }));
  const copies = await findLikelyCopies([...files, ...empty], new AbortController().signal);
  expect([...copies]).toEqual([at("c.wav"), at("f.wav")]);
  rmSync(folder, { recursive: true });
});
