import { expect, it } from "vitest";
import { memoryRecords } from "./memory/records.ts";
import { readHeardVoices, writeHeardVoices } from "./voices.ts";

it("voices are those of the transcript that they were heard for, whoever names its speakers", async () => {
  const records = memoryRecords();
  const made = "4|abc||prefer||local+speakers=auto|selection-audio=1&of=2";
  const voice = { speaker: "Speaker 1", seconds: 9, voice: Float32Array.of(1, 0) };
  await writeHeardVoices(records, made, { encoder: "e", voices: [voice] });
  const heardOf = async (fingerprint: string, encoder = "e"): Promise<number | undefined> =>
    (await readHeardVoices(records, fingerprint, encoder))?.length;
  expect(await heardOf(made)).toBe(1);
  expect(await heardOf(`${made}|edited-1`)).toBe(1);
  expect(await heardOf(made.replace("prefer", "ignore"))).toBe(1);
  expect(await heardOf(made, "another")).toBeUndefined();
  for (const [from, to] of [
    ["=auto", "=3"],
    ["local+speakers=auto", "WHISPER"],
    ["audio=1", "audio=2"],
    ["abc", "abd"],
  ] as const)
    expect(await heardOf(made.replace(from, to)), to).toBeUndefined();
});
