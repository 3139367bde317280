import { createHash } from "node:crypto";
import { open } from "../../src/asr/local/open.ts";
import type { Cue, Word } from "../../src/types.ts";
import { testModels } from "../helpers/models.ts";

export interface Recognised {
  readonly cues: readonly Cue[];
  readonly durationMs: number;
}

/**
 * Real recognition for servers in tests: what they answer was heard, not written down. The same
 * audio is heard once.
 */
export async function openEars(): Promise<(wav: Buffer) => Promise<Recognised>> {
  const transcriber = await open({ models: testModels });
  const known = new Map<string, Promise<Recognised>>();
  const hear = async (wav: Buffer): Promise<Recognised> => {
    const samples = readWav(wav);
    const { cues } = await transcriber.transcribe(
      (async function* () {
        yield samples;
      })(),
      { signal: new AbortController().signal },
    );
    return { cues: cues.flatMap(sentencesOf), durationMs: samples.length / 16 };
  };
  return (wav) => {
    const mark = createHash("sha256").update(wav).digest("hex");
    const heard = known.get(mark) ?? hear(wav);
    known.set(mark, heard);
    return heard;
  };
}

/** As most servers cut: a sentence each. */
function sentencesOf(cue: Cue): Cue[] {
  const runs: Word[][] = [[]];
  for (const word of cue.words ?? []) {
    runs.at(-1)?.push(word);
    if (/[.?!]$/.test(word.text)) runs.push([]);
  }
  return runs
    .filter((words) => words.length > 0)
    .map((words) => ({
      ...cue,
      words,
      text: words.map(({ text }) => text).join(" "),
      startMs: words[0]?.startMs ?? 0,
      endMs: words.at(-1)?.endMs ?? 0,
    }));
}

/** 16 kHz mono PCM16 by its chunks. @throws for anything else, as a server would. */
export function readWav(wav: Buffer): Float32Array {
  if (wav.toString("latin1", 0, 4) !== "RIFF" || wav.toString("latin1", 8, 12) !== "WAVE")
    throw new Error("not a WAV file");
  if (wav.readUInt32LE(4) !== wav.length - 8)
    throw new Error("a WAV file of another length than its header says");
  for (let at = 12; at + 8 <= wav.length; at += 8 + wav.readUInt32LE(at + 4)) {
    const name = wav.toString("latin1", at, at + 4);
    const size = wav.readUInt32LE(at + 4);
    if (name === "fmt ") {
      const format = [0, 2, 4, 14].map((offset) =>
        offset === 4 ? wav.readUInt32LE(at + 8 + offset) : wav.readUInt16LE(at + 8 + offset),
      );
      if (format.join() !== "1,1,16000,16")
        throw new Error(`a WAV file of the format ${format.join()}`);
    }
    if (name === "data")
      return Float32Array.from(
        { length: size / 2 },
        (_, i) => wav.readInt16LE(at + 8 + i * 2) / 32_768,
      );
  }
  throw new Error("a WAV file without data");
}
