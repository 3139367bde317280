import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findSamples } from "./references.ts";

it("takes of several transcripts beside a recording the text, and the one that names no language first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-references-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const texts = {
    "a.txt": "plain",
    "a.de.txt": "deutsch",
    "a.vtt": "",
    "b.de-AT.txt": "wienerisch",
  };
  for (const [name, text] of Object.entries({ "a.mp3": "", "b.mp3": "", "c.mp3": "", ...texts }))
    writeFileSync(join(folder, name), text);
  const found = (await findSamples(folder)).map(({ name, reference, language }) => [
    name,
    reference,
    language,
  ]);
  expect(found).toEqual([
    ["a.mp3", "plain", undefined],
    ["b.mp3", "wienerisch", "de-AT"],
  ]);
});
