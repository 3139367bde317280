import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Cue } from "../types.ts";
import { isRightLanguage, measureBeyondWords } from "./beyond-words.ts";

const cue = (startMs: number, text: string, speaker: string | null, offMs = 0): Cue => ({
  startMs,
  endMs: startMs + 4000,
  text,
  speaker,
  confidence: null,
  words: text.split(" ").map((word, i) => ({
    text: word,
    startMs: startMs + i * 500 + offMs,
    endMs: startMs + i * 500 + 400,
    confidence: null,
  })),
});
const heard = (cues: readonly Cue[], language = "de") => ({
  cues,
  language,
  timing: "word" as const,
  warning: null,
});

it("tells by how much words are off, whatever their case and signs, and passes over others", async () => {
  const sample = {
    path: "",
    name: "",
    reference: "",
    cues: [cue(0, "eins Zwei, drei vier", null)],
  };
  const { wordOffsetsMs, language, speakers } = await measureBeyondWords(
    sample,
    heard([cue(0, "Eins zwei dreißig vier", null, 40), cue(9000, "eins", null)]),
  );
  expect([wordOffsetsMs, language, speakers]).toEqual([[40, 40, 40], null, null]);
  const untimed = heard([{ ...cue(0, "eins", null), words: null }]);
  expect((await measureBeyondWords(sample, untimed)).wordOffsetsMs).toBeNull();
});

it("tells whether the language is right, and who was taken for whom", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mediasearch-bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const annotation = join(folder, "a.rttm");
  const line = (start: number, name: string): string =>
    `SPEAKER a 1 ${start} 4 <NA> <NA> ${name} <NA> <NA>\n`;
  writeFileSync(annotation, line(0, "ada") + line(4, "ben") + line(8, "ada"));
  const sample = { path: "", name: "", reference: "", language: "de-AT", annotation };
  const cues = [cue(0, "a", "S1"), cue(4000, "b", "S2"), cue(8000, "c", "S2")];
  const found = await measureBeyondWords(sample, heard(cues));
  expect(isRightLanguage(found)).toBe(true);
  expect(isRightLanguage(await measureBeyondWords(sample, heard(cues, "und")))).toBe(false);
  expect(found.speakers).toMatchObject({
    heard: 2,
    expected: 2,
    errors: { speechMs: 10_500, confusedMs: 3500 },
  });
  // A recogniser that tells nobody apart is not measured.
  expect((await measureBeyondWords(sample, heard([cue(0, "a", null)]))).speakers).toBeNull();
});
